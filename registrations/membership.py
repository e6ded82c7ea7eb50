"""The membership gate: is this person a member in good standing on a given day?"""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import mail
from cec.problems import Problem, Refused
from cec.wording import day as write_day
from registrations.calendar import today_in
from registrations.models import MembershipCheck, Person, Registration
from registrations.permissions import require

Outcome = MembershipCheck.Outcome

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
    if outcome is None or outcome == Outcome.UNCHECKED:
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


@transaction.atomic
def record_check(
    registration: Registration,
    *,
    by: Person,
    outcome: str,
    good_until: date | None = None,
    note: str = "",
    form_key: UUID | None = None,
) -> MembershipCheck:
    """Write down what somebody found out about a membership; the person is asked for proof.

    The same form twice is one look.

    Raises `Refused` when a confirmation names no day, or one that is over.
    """
    require(by, "check_membership", registration)
    locked = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    if form_key and (same := locked.membership_checks.filter(form_key=form_key).first()):
        return same
    if not locked.is_open or locked.status == Registration.Status.DRAFT:
        raise Refused(
            Problem(
                "not_open",
                _("This registration is closed. It is now: %(status)s.")
                % {"status": locked.get_status_display()},
                fixable=False,
            )
        )
    if outcome == Outcome.CONFIRMED:
        _refuse_a_day_that_is_over(locked, good_until)
    check = MembershipCheck.objects.create(
        registration=locked,
        outcome=outcome,
        good_until=good_until if outcome == Outcome.CONFIRMED else None,
        note=note,
        form_key=form_key,
        checked_by=by,
    )
    locked.note(
        str(outcome),
        by=by,
        reason=note,
        details={"good_until": str(good_until)} if check.good_until else {},
    )
    if outcome != Outcome.CONFIRMED:
        kind = "membership_proof" if outcome == Outcome.PROOF else "membership_not_confirmed"
        mail.post(kind, locked, note, to=locked.person, key=f"{kind}:{check.pk}", about=locked)
    return check


@transaction.atomic
def take_back(check: MembershipCheck, *, by: Person) -> MembershipCheck:
    """Undo one's own confirmation, minutes after: the membership is again as it was before.

    The history keeps both. Raises `Refused` when something was built on the confirmation, or the
    time for it is over.
    """
    registration = check.registration
    require(by, "check_membership", registration)
    locked = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    looks = list(locked.membership_checks.all()[:2])
    own = check.checked_by_id == by.pk and check.outcome == Outcome.CONFIRMED
    if looks[0].pk != check.pk or not own:
        raise Refused(
            Problem("not_latest", _("The membership was looked at again since."), fixable=False)
        )
    if locked.events.filter(at__gt=check.checked_at).exclude(to_status="").exists():
        raise Refused(
            Problem(
                "moved_since",
                _("It is now: %(status)s.") % {"status": locked.get_status_display()},
                fixable=False,
            )
        )
    if check.checked_at < timezone.now() - UNDO:
        raise Refused(Problem("too_late", _("The time for taking it back is over."), fixable=False))
    before = looks[1] if len(looks) > 1 else None
    locked.note("taken_back", by=by)
    return MembershipCheck.objects.create(
        registration=locked,
        outcome=before.outcome if before else Outcome.UNCHECKED,
        good_until=before.good_until if before else None,
        checked_by=by,
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
