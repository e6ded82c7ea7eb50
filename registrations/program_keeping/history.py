"""What was done to a program: the events whose details name it."""

from django.db.models import QuerySet

from registrations.models import Appointment, Event, Program

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
