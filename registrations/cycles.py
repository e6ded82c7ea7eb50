"""One cycle after another: the next one begins when the one before is over."""

from datetime import date, timedelta

from registrations.calendar import day_in
from registrations.models import Event, Registration
from registrations.program_keeping.opening import why_closed

Status = Registration.Status


def earliest_start(registration: Registration) -> date | None:
    """Return the first day that no earlier cycle of this person in the program holds.

    None if there was none. A certificate that was reached early doesn't shorten its cycle; a
    registration that was withdrawn holds no day from its withdrawal on.
    """
    ends = [_last_day(row) for row in _earlier(registration)]
    last = max((day for day in ends if day), default=None)
    return last + timedelta(days=1) if last else None


def may_begin_again(registration: Registration) -> bool:
    """Say whether the person can register anew: this one is over, and no other one is open."""
    if registration.is_open or why_closed(registration.program):
        return False
    others = Registration.objects.open().filter(
        person=registration.person_id, program=registration.program_id
    )
    return not others.exists()


def _earlier(registration: Registration) -> list[Registration]:
    rows = Registration.objects.filter(
        person=registration.person_id, program=registration.program_id, starts_on__isnull=False
    )
    return list(rows.exclude(pk=registration.pk).select_related("program"))


def _last_day(registration: Registration) -> date | None:
    if registration.status == Status.WITHDRAWN:
        left = registration.events.filter(kind=Event.Kind.WITHDRAW).last()
        if left is not None:
            return day_in(registration.program, left.at) - timedelta(days=1)
    return registration.ends_on
