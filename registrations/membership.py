"""The membership gate: is this person a member in good standing on a given day?"""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cec import mail
from cec.problems import Problem, Refused
from cec.wording import day as write_day
from registrations import fees
from registrations.calendar import today_in
from registrations.models import (
    Event,
    MembershipCheck,
    MembershipDoubt,
    MembershipProof,
    Person,
    Registration,
    Roster,
    RosterMember,
)
from registrations.models.history import new_event
from registrations.models.registration import already_moved
from registrations.permissions import require

Outcome = MembershipCheck.Outcome
Source = MembershipCheck.Source

UNDO = timedelta(minutes=10)  # for so long a confirmation can be taken back


def check_membership(registration: Registration, *, on: date) -> list[Problem]:
    """Say what is missing for a membership in good standing on that day (E1, E4, C4)."""
    if not registration.program.needs_membership:
        return []
    check = registration.membership_check()
    if check is None:
        return problems_of(None, None, on=on)
    return problems_of(check.outcome, check.good_until, on=on)


def problems_of(outcome: str | None, good_until: date | None, *, on: date) -> list[Problem]:
    """Say what the latest look at a membership leaves to be wished for on that day."""
    if outcome is None:
        return [Problem("membership_unchecked", _("The membership isn’t checked yet."))]
    if outcome == Outcome.PROOF:
        return [Problem("membership_proof", _("We asked for proof of the membership."))]
    if outcome == Outcome.LAPSED:
        return [Problem("membership_lapsed", _("The membership isn’t in good standing."))]
    if good_until is not None and good_until < on:
        return [
            Problem(
                "membership_over",
                _("The membership was confirmed until %(day)s only.")
                % {"day": write_day(good_until)},
            )
        ]
    return []


def not_current(registration: Registration) -> bool:
    """Say whether somebody who takes part is no member in good standing today (C4).

    It is shown; nothing of the record depends on it before the record is turned in.
    """
    if registration.status != Registration.Status.ACTIVE:
        return False
    problems = check_membership(registration, on=today_in(registration.program))
    return any(problem.code in ("membership_lapsed", "membership_over") for problem in problems)


def judged_on(registration: Registration) -> date:
    """Return the day on which a membership has to hold.

    For an applicant it is the day on which they had done their part, once they have (E4): slow
    volunteers cost nobody a day.
    """
    today = today_in(registration.program)
    if registration.status != Registration.Status.SUBMITTED:
        return today
    settled = fees.settled_on(registration)
    return today if settled is None else max(settled, registration.submitted_on or settled)


@transaction.atomic
def record_check(
    registration: Registration,
    *,
    by: Person,
    outcome: str,
    good_until: date | None = None,
    note: str = "",
    form_key: UUID | None = None,
    seen: int | None = None,
) -> MembershipCheck:
    """Write down what somebody found out about a membership; the person is asked for proof.

    The same form twice is one look. `seen` is the check that the form was filled in beside, 0 for
    none: whoever was quicker isn't overruled unseen.

    Raises `Refused` when a confirmation names no day, or one that is over.
    """
    locked = lock(registration)
    require(by, "check_membership", locked)
    if form_key and (same := locked.membership_checks.filter(form_key=form_key).first()):
        return same
    latest = _refuse_unless_to_check(locked, seen)
    if outcome == Outcome.CONFIRMED:
        _refuse_a_day_that_is_over(locked, good_until)
    shown = latest is not None and latest.wants_proof and latest.proofs.exists()
    return append(
        MembershipCheck(
            registration=locked,
            outcome=outcome,
            good_until=good_until if outcome == Outcome.CONFIRMED else None,
            source=Source.PROOF if shown else Source.HAND,
            note=note,
            form_key=form_key,
            checked_by=by,
        )
    )


@transaction.atomic
def record_member(
    registration: Registration,
    member: RosterMember,
    *,
    by: Person,
    form_key: UUID | None = None,
    seen: int | None = None,
) -> MembershipCheck:
    """Write down who on the association's list this person is: the list then says the rest.

    Raises `Refused` when the list was replaced, or says no date.
    """
    locked = lock(registration)
    require(by, "check_membership", locked)
    if form_key and (same := locked.membership_checks.filter(form_key=form_key).first()):
        return same
    _refuse_unless_to_check(locked, seen)
    current = Roster.objects.current().filter(association=locked.association_id)
    if not current.filter(pk=member.roster_id).exists():  # as it is now, behind the lock
        raise Refused(
            Problem("another_list", _("The list has been replaced meanwhile. Look once more."))
        )
    if not (member.good_until or member.for_life or member.suspended):
        raise Refused(
            Problem("no_date", _("The list says no date for this person. Enter it by hand."))
        )
    return append(
        from_roster(locked, member, on=judged_on(locked), by=by, form_key=form_key),
    )


@transaction.atomic
def take_back(check: MembershipCheck, *, by: Person) -> MembershipCheck:
    """Undo a check: what was known before holds again. A check is taken back once.

    Raises `Refused` when somebody has looked again since then, or decided on what it said.
    """
    locked = lock(check.registration)
    require(by, "check_membership", locked)
    if done := MembershipCheck.objects.filter(takes_back=check).first():
        return done
    latest = _refuse_unless_to_check(locked, None)
    if latest is None or latest.pk != check.pk:
        raise Refused(_checked_meanwhile(latest))
    if locked.events.filter(at__gt=check.checked_at).exclude(to_status="").exists():
        raise Refused(already_moved(locked))
    check.registration = locked
    return _hold_again(locked.membership_checks.filter(pk__lt=check.pk).first(), check, by=by)


def without(check: MembershipCheck) -> MembershipCheck:
    """Let hold again what was known before a check of the program that turned out to be wrong.

    It rests on a list which was undone, or on a date alone. It is the latest check, and its
    registration is locked by the caller.
    """
    earlier = check.registration.membership_checks.filter(pk__lt=check.pk, taken_back_by=None)
    rests = Q(roster__state=Roster.State.UNDONE, source=Source.ROSTER)
    return _hold_again(earlier.exclude(rests).first(), check, by=None)


def _hold_again(
    before: MembershipCheck | None, check: MembershipCheck, *, by: Person | None
) -> MembershipCheck:
    """Append what was known before a check, or that nothing was; `by` is None for the program."""
    registration, before_pk = check.registration, before.pk if before else None
    restored = before or MembershipCheck(
        registration=registration,
        outcome=Outcome.UNCHECKED,
        source=Source.HAND if by else Source.ROSTER,
    )
    restored.pk, restored._state.adding = None, True
    restored.form_key, restored.takes_back = None, check
    restored.checked_by = by or restored.checked_by
    restored.save(force_insert=True)
    if before_pk:  # what was sent for it answers it still
        MembershipProof.objects.filter(answers=before_pk).update(answers=restored)
    MembershipDoubt.objects.filter(registration=registration).delete()
    details: dict[str, object] = {"outcome": check.outcome}
    registration.note("taken_back", by=by, details=details)
    return restored


def from_roster(
    registration: Registration,
    member: RosterMember,
    *,
    on: date,
    by: Person | None,
    form_key: UUID | None = None,
) -> MembershipCheck:
    """Make a check, not yet saved, of what a roster says of this member on that day."""
    good = holds(member, on)
    return MembershipCheck(
        registration=registration,
        outcome=Outcome.CONFIRMED if good else Outcome.LAPSED,
        good_until=end_of(member) if good else None,
        source=Source.ROSTER,
        roster_id=member.roster_id,
        roster_row=member.number,
        number_key=member.number_key,
        email_key=member.email_key,
        form_key=form_key,
        checked_by=by,
    )


def holds(member: RosterMember, on: date) -> bool:
    """Say whether a roster calls this member one in good standing on that day."""
    if member.suspended:
        return False
    return member.for_life or (member.good_until is not None and member.good_until >= on)


def end_of(member: RosterMember) -> date | None:
    """Return the last day of a membership; one for life has none."""
    return None if member.for_life else member.good_until


def append(check: MembershipCheck) -> MembershipCheck:
    """Save a check with all that goes with it; the registration is locked by the caller."""
    append_all([check])
    return check


def append_all(checks: list[MembershipCheck]) -> None:
    """Save checks, write them to the history and tell each person what they have to know.

    What a roster said against an earlier check is settled by the new one. The registrations are
    locked by the caller.
    """
    MembershipCheck.objects.bulk_create(checks)
    MembershipDoubt.objects.filter(
        registration__in=[check.registration_id for check in checks]
    ).delete()
    Event.objects.bulk_create(
        new_event(
            str(check.outcome),
            by=check.checked_by,
            registration=check.registration,
            reason=check.note,
            details=_event_details(check),
        )
        for check in checks
    )
    for check in checks:
        _tell(check)


def _event_details(check: MembershipCheck) -> dict[str, object]:
    """Return what the history says of a check: days and figures."""
    details: dict[str, object] = {}
    if check.good_until:
        details["good_until"] = str(check.good_until)
    if check.source != Source.HAND:
        details["source"] = str(check.source)
    if check.roster_id:
        details |= {"roster": check.roster_id, "row": check.roster_row}
    return details


def _tell(check: MembershipCheck) -> None:
    """Write to the person, once a check, unless all is well."""
    registration = check.registration
    if check.outcome == Outcome.PROOF:
        kind = "membership_proof"
    elif check.outcome == Outcome.LAPSED:
        kind = "membership_lapsed" if registration.has_record else "membership_not_confirmed"
    else:
        return
    mail.post(
        kind,
        registration,
        check.note,
        to=registration.person,
        key=f"{kind}:{check.pk}",
        about=registration,
    )


def lock(registration: Registration) -> Registration:
    """Load a registration as it is now, for this transaction alone to change."""
    return (
        Registration.objects.select_for_update(of=("self",))
        .select_related("program", "person", "association")
        .get(pk=registration.pk)
    )


def _refuse_unless_to_check(registration: Registration, seen: int | None) -> MembershipCheck | None:
    """Return the latest check, taken back or not; a closed registration is checked no more."""
    if not registration.is_open or registration.status == Registration.Status.DRAFT:
        raise Refused(
            Problem(
                "not_open",
                _("This registration is closed. It is now: %(status)s.")
                % {"status": registration.get_status_display()},
                fixable=False,
            )
        )
    latest = registration.membership_checks.select_related("checked_by").first()
    if seen is not None and seen != (latest.pk if latest else 0):
        raise Refused(_checked_meanwhile(latest))
    return latest


def _checked_meanwhile(latest: MembershipCheck | None) -> Problem:
    """Tell the slower of two what the other one found (reliability G3)."""
    who = latest.checked_by.name if latest and latest.checked_by else _("The program")
    found = latest.get_outcome_display() if latest else ""
    return Problem(
        "checked_meanwhile",
        _("%(who)s has looked meanwhile: %(found)s. Look once more.")
        % {"who": who, "found": found},
        fixable=False,
    )


def _refuse_a_day_that_is_over(registration: Registration, good_until: date | None) -> None:
    if good_until is None:
        raise Refused(Problem("no_day", _("Enter the last day of the membership.")))
    if good_until < (registration.submitted_on or today_in(registration.program)):
        raise Refused(
            Problem(
                "day_over",
                _(
                    "A membership until %(day)s was over when the registration was sent. Enter the"
                    " last day after renewal, or choose “Not in good standing”."
                )
                % {"day": write_day(good_until)},
            )
        )
