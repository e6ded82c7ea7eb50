"""Extending a cycle, and pausing it for a leave (C1): the years move, and with them what counts.

It stands here and not in `registrations` because the program year of an entry is written in the
log: years and entries change in one transaction, and imports go one way.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities import log
from activities.checks import closed
from activities.models import Activity
from activities.yearend import closing, reopening
from cec import mail
from cec.problems import Problem, Refused
from cec.wording import day as write_day
from registrations.calendar import bounds_of, move_years
from registrations.models import CycleChange, Person, Registration
from registrations.permissions import require

MOST_DAYS = 3 * 366  # longer is a slip of the pen; whoever means it records two


@transaction.atomic
def extend(
    registration: Registration,
    *,
    by: Person,
    until: date,
    cause: str,
    reason: str = "",
    form_key: UUID | None = None,
) -> CycleChange:
    """Lengthen the last program year up to and including `until`; the same form twice is one.

    Raises `Refused` unless that is later than the cycle's last day now.
    """
    locked = _lock(registration, by=by)
    if same := _same(locked, form_key):
        return same
    ends_on = _require_open(locked)
    _require_reason(cause, reason)
    if until <= ends_on:
        raise Refused(
            Problem(
                "not_later",
                _("The program runs until %(day)s already. Enter a later day.")
                % {"day": write_day(ends_on)},
            )
        )
    days = (until - ends_on).days
    _refuse_too_long(days)
    change = CycleChange(
        registration=locked,
        kind=CycleChange.Kind.EXTENSION,
        days=days,
        cause=cause,
        reason=reason.strip(),
        form_key=form_key,
    )
    return _grant(change, "extended", by=by, details={"days": days})


@transaction.atomic
def give_leave(
    registration: Registration,
    *,
    by: Person,
    first_day: date,
    last_day: date,
    cause: str,
    reason: str = "",
    form_key: UUID | None = None,
) -> CycleChange:
    """Pause the cycle from `first_day` to `last_day`, both included; the same form twice is one.

    The program year that the leave begins in is longer by it, those after it start later. What is
    done in that time still counts. Raises `Refused` for a leave that begins outside the cycle or
    shares a day with another one.
    """
    locked = _lock(registration, by=by)
    if same := _same(locked, form_key):
        return same
    ends_on = _require_open(locked)
    _require_reason(cause, reason)
    _refuse_leave(locked, ends_on, first_day, last_day)
    change = CycleChange(
        registration=locked,
        kind=CycleChange.Kind.LEAVE,
        first_day=first_day,
        last_day=last_day,
        cause=cause,
        reason=reason.strip(),
        form_key=form_key,
    )
    days = {"first_day": str(first_day), "last_day": str(last_day)}
    return _grant(change, "leave", by=by, details=days)


@transaction.atomic
def take_back(change: CycleChange, *, by: Person, reason: str) -> None:
    """Take an extension or a leave back: the years are again as without it.

    Raises `Refused` when entries would then lie behind the end, since nothing is to be lost.
    """
    locked = _lock(change.registration, by=by)
    _require_open(locked)
    if not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    current = CycleChange.objects.in_force().filter(pk=change.pk, registration=locked)
    if not current.update(taken_back_by=by, taken_back_at=timezone.now()):
        raise Refused(Problem("taken_back", _("This was taken back already."), fixable=False))
    _refuse_what_lies_behind_the_end(locked)
    change.registration = locked
    _follow(change, "cycle_restored", by=by, reason=reason.strip(), details={})


def _lock(registration: Registration, *, by: Person) -> Registration:
    closing.hold()
    locked = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("program", "person", "association")
        .get(pk=registration.pk)
    )
    require(by, "extend_cycle", locked)
    return locked


def _same(registration: Registration, form_key: UUID | None) -> CycleChange | None:
    return registration.cycle_changes.filter(form_key=form_key).first() if form_key else None


def _require_open(registration: Registration) -> date:
    """Return the cycle's last day; refused unless the record is open and its cycle has an end."""
    if registration.status != Registration.Status.ACTIVE:
        raise Refused(closed(registration))
    if registration.ends_on is None:
        raise Refused(Problem("endless", _("This program has no end to move."), fixable=False))
    return registration.ends_on


def _require_reason(cause: str, reason: str) -> None:
    if cause == CycleChange.Cause.OTHER and not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))


def _refuse_too_long(days: int) -> None:
    if days > MOST_DAYS:
        raise Refused(Problem("too_long", _("That is more than three years. Look at the year.")))


def _refuse_leave(
    registration: Registration, ends_on: date, first_day: date, last_day: date
) -> None:
    if last_day < first_day:
        raise Refused(Problem("order", _("The last day can’t be before the first.")))
    _refuse_too_long((last_day - first_day).days + 1)
    assert registration.starts_on is not None
    if not registration.starts_on <= first_day <= ends_on:
        raise Refused(
            Problem(
                "outside",
                _("A leave begins within the program, from %(first)s to %(last)s.")
                % {"first": write_day(registration.starts_on), "last": write_day(ends_on)},
            )
        )
    overlapping = registration.cycle_changes.in_force().filter(
        first_day__lte=last_day, last_day__gte=first_day
    )
    if other := overlapping.first():
        raise Refused(
            Problem(
                "overlap",
                _("There is a leave from %(first)s to %(last)s already.")
                % {"first": write_day(other.first_day), "last": write_day(other.last_day)},
            )
        )


def _refuse_what_lies_behind_the_end(registration: Registration) -> None:
    last_day = bounds_of(registration)[-1][1]
    later = registration.cycle_changes.in_force().filter(first_day__gt=last_day)
    if other := later.first():
        raise Refused(
            Problem(
                "leave_behind",
                _("The leave from %(first)s would begin after the end. Take that back first.")
                % {"first": write_day(other.first_day)},
            )
        )
    behind = Activity.objects.in_record(registration).filter(completed_on__gt=last_day)
    if count := behind.count():
        raise Refused(
            Problem(
                "entries_behind",
                ngettext(
                    "%(count)d activity was finished after %(day)s and would be lost.",
                    "%(count)d activities were finished after %(day)s and would be lost.",
                    count,
                )
                % {"count": count, "day": write_day(last_day)},
            )
        )


def _grant(
    change: CycleChange, kind: str, *, by: Person, details: Mapping[str, object]
) -> CycleChange:
    change.recorded_by = by
    change.save()
    _follow(change, kind, by=by, reason=change.reason, details=details)
    return change


def _follow(
    change: CycleChange, kind: str, *, by: Person, reason: str, details: Mapping[str, object]
) -> None:
    """Let years, their results, entries, history and the person know.

    The change's registration is locked.
    """
    registration = change.registration
    move_years(registration)
    log.value_in_new_years(registration)
    known = {**details, "ends_on": str(registration.ends_on), "change": change.pk}
    if reopened := reopening.follow(change, by=by):
        known["years_reopened"] = reopened
    event = registration.note(kind, by=by, reason=reason, details=known)
    letter = "cycle_change_taken_back" if kind == "cycle_restored" else "cycle_extended"
    mail.post(
        letter,
        change,
        reason,
        to=registration.person,
        key=f"{letter}:{event.pk}",
        about=registration,
    )
