"""The days that completion is judged on, each told by the database in the program's time zone."""

from datetime import date, datetime
from typing import Any

from django.db.models import Case, DateField, Expression, F, Func, OuterRef, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest
from django.utils import timezone

from registrations.models import Event, Registration
from registrations.models.registration import RegistrationQuerySet

Status = Registration.Status
# From here on the day of turning in decides: a slow committee costs nobody a membership.
TURNED_IN = (Status.TURNED_IN, Status.ACCEPTED, Status.CERTIFIED)


def with_days(
    registrations: RegistrationQuerySet, *, now: datetime | None = None
) -> RegistrationQuerySet:
    """Annotate `completed_on`, `day_of_completion`, and `until`, `turn_in_until`."""
    moment = Value(now or timezone.now())
    sent = When(status__in=TURNED_IN, then=Coalesce(_last(Event.Kind.TURN_IN), moment))
    starts = Greatest("ends_on", _day_of(_last(Event.Kind.RETURN)))
    return registrations.annotate(
        completed_on=_day_of(Case(sent, default=moment)),
        until=Func(
            starts,
            F("program__grace_days"),
            template="(%(expressions)s)",
            arg_joiner=" + ",
            output_field=DateField(),
        ),
    )


def _last(kind: str) -> Subquery:
    events = Event.objects.filter(registration=OuterRef("pk"), kind=kind)
    return Subquery(events.order_by("-id").values("at")[:1])


def _day_of(moment: Expression | Subquery) -> Cast:
    return Cast(Func(F("program__time_zone"), moment, function="timezone"), DateField())


def day_of_completion(registration: Registration) -> date:
    """Return the day on which the record was turned in, or today while it isn't (C4)."""
    day: date = _asked(registration, "completed_on")
    return day


def turn_in_until(registration: Registration) -> date:
    """Return the last day for turning in: the grace period after the cycle's end (C1).

    A record that was sent back has as long again from that day, so that a late answer of the
    committee shortens nobody's time for mending.
    """
    day: date = _asked(registration, "until")
    return day


def _asked(registration: Registration, name: str) -> Any:
    return with_days(Registration.objects.filter(pk=registration.pk)).values_list(name, flat=True)[
        0
    ]


def last_event(registration: Registration, kind: str) -> Event | None:
    """Return the latest event of a kind, if there was one."""
    return registration.events.filter(kind=kind).last()
