"""What was done to a program: the events whose details name it."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from registrations.models import Appointment, Event, Program
from registrations.program_keeping.sections import SECTIONS, TITLES

KINDS = (
    Event.Kind.PROGRAM_ADDED,
    Event.Kind.PROGRAM_CHANGED,
    Event.Kind.PROGRAM_OPENED,
    Event.Kind.PROGRAM_CLOSED,
    Event.Kind.PROGRAM_RETIRED,
    Event.Kind.PROGRAM_DELETED,
)


def of(program: Program) -> QuerySet[Event]:
    """Return the program's deeds, the latest first.

    Looked for among those of the administrators, which an index finds, however long the history is.
    """
    administrators = Appointment.objects.filter(role=Appointment.Role.ADMINISTRATOR)
    return (
        Event.objects.filter(
            person__in=administrators.values("person"),
            kind__in=KINDS,
            details__program_id=program.pk,
        )
        .select_related("actor")
        .order_by("-pk")
    )


def parts(names: Collection[str]) -> list[str]:
    """Say in which parts of a program these fields are."""
    found = [
        str(title) for key, title in TITLES.items() if not set(names).isdisjoint(SECTIONS[key])
    ]
    if "statement_uses" in names:
        found.append(_("What statements are for"))
    return found
