"""Handing an association over to a new representative: what waits, what changed, who is who."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from registrations import queue, timeline
from registrations.models import Appointment, Association, Event, Person, Registration
from registrations.models.committee import roles_of

PERIODS = (30, 90)  # days back
LATEST = 25  # lines of what changed
FIRST_DAYS = timedelta(days=30)  # for so long a role is new to somebody


@dataclass(frozen=True)
class Change:
    """A line of the history, with the registration that it is about, if it is about one."""

    line: timeline.Line
    registration: Registration | None


@dataclass(frozen=True)
class Changes:
    """What changed in a time: how often each thing, most often first, and the latest of them."""

    counts: list[tuple[str, int]]
    latest: list[Change]


def associations_of(person: Person) -> QuerySet[Association]:
    """Return the associations whose page this person may read: their own, or all."""
    roles = roles_of(person)
    found = Association.objects.filter(is_active=True)
    return found if roles.sees_everything else found.filter(pk__in=roles.associations)


def is_new(person: Person) -> bool:
    """Say whether the person came into the newest of their roles not long ago."""
    since = roles_of(person).since
    return since is not None and timezone.localdate() - since < FIRST_DAYS


def waits(person: Person, association: Association) -> queue.Waits:
    """Count who waits for this association's representative."""
    return queue.waits(person, association=association)


def changes(person: Person, association: Association, days: int) -> Changes:
    """Return what happened to the association and its registrations in the last so many days.

    What a person may not read about themselves, or about somebody whom they mentor, is left out.
    """
    since = timezone.now() - timedelta(days=days)
    about = Q(registration__association=association) | Q(association=association)
    events = timeline.without_conflicts(Event.objects.filter(about, at__gte=since), person)
    counted = events.order_by().values_list("kind").annotate(times=Count("pk"))
    latest = events.select_related("actor", "registration__person", "registration__program")
    return Changes(
        counts=[
            (str(Event.Kind(kind).label), times)
            for kind, times in counted.order_by("-times", "kind")
        ],
        latest=[
            Change(timeline.line(event), event.registration)
            for event in latest.order_by("-at", "-pk")[:LATEST]
        ],
    )


def offices(association: Association, today: date) -> tuple[list[Appointment], list[Appointment]]:
    """Return who represents the association now or soon, and who did before."""
    rows = Appointment.objects.filter(association=association).select_related("person")
    current = rows.not_over(today).order_by("first_day", "pk")
    before = rows.exclude(pk__in=current.values("pk")).order_by("-first_day", "-pk")
    return list(current), list(before[:10])


def national(today: date) -> list[Appointment]:
    """Return the steering group and the administrators of today, to ask."""
    rows = Appointment.objects.current(today).filter(association=None, organisation=None)
    rows = rows.select_related("person")
    return list(rows.order_by("-role", "person__name"))
