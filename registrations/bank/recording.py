"""What somebody decides about a deposit: whose fees it pays, or that it is set aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec.problems import Problem, Refused
from cec.wording import money
from registrations import fees
from registrations.bank import wording
from registrations.models import BankLine, Payment, Person, Registration
from registrations.models.history import write_event
from registrations.permissions import require

MOST_SHARES = 10


@dataclass(frozen=True)
class Share:
    """A part of a deposit, and whose fee it pays."""

    registration: Registration
    amount: Decimal


@dataclass(frozen=True)
class Pick:
    """A deposit that somebody marked: all that was left of it pays one fee."""

    line: BankLine
    share: Share
    method: str

    @property
    def cents(self) -> int:
        """Return the amount as a form carries it, whatever the language."""
        return int(self.share.amount * 100)


def record_each(picks: Sequence[Pick], *, by: Person) -> tuple[list[Payment], list[str]]:
    """Record each of the picks for itself; return the payments, and why others weren't made.

    Somebody else may have recorded one of them a moment ago: that keeps nobody from the rest.
    """
    for pick in picks:
        require(by, "record_payment", pick.share.registration)
    payments: list[Payment] = []
    problems: list[str] = []
    for pick in picks:
        try:
            payments += record(pick.line, [pick.share], by=by, method=pick.method)
        except Refused as refused:
            problems.append(str(refused))
    return payments, problems


@transaction.atomic
def record(line: BankLine, shares: Sequence[Share], *, by: Person, method: str) -> list[Payment]:
    """Make payments of a deposit, or of a part of it; all of them or none.

    The day of the deposit is the day on which the money was received (E4). Raises `Refused`
    when the shares are more than what is left of it, or when a share doesn't fit its fee.
    """
    require(by, "record_payment")
    locked = _locked(line)
    _refuse_what_is_done(locked)
    _refuse_shares(locked, shares)
    # In the order of ids, as every other transaction that locks several registrations.
    return [
        _pay(locked, share, by=by, method=method)
        for share in sorted(shares, key=lambda share: share.registration.pk)
    ]


def _pay(line: BankLine, share: Share, *, by: Person, method: str) -> Payment:
    try:
        return fees.record_payment(
            share.registration,
            by=by,
            amount=share.amount,
            method=method,
            received_on=line.received_on,
            reference=wording.payment_reference(line, method),
            bank_line=line,
        )
    except Refused as refused:
        named = {"name": share.registration.person.name, "problem": str(refused)}
        raise Refused(
            Problem(refused.problems[0].code, _("%(name)s: %(problem)s") % named)
        ) from refused


@transaction.atomic
def set_aside(line: BankLine, *, by: Person, reason: str) -> None:
    """Say that what is left of a deposit is no fee, or is not to be recorded, and why."""
    require(by, "record_payment")
    reason = reason.strip()
    if not reason:
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    locked = _locked(line)
    _refuse_what_is_done(locked)
    BankLine.objects.filter(pk=locked.pk).update(
        set_aside_by=by, set_aside_at=timezone.now(), set_aside_because=reason
    )
    write_event(
        "deposit_aside",
        by=by,
        person=by,
        reason=reason,
        details={"line": locked.pk, "left": str(_remainder(locked))},
    )


@transaction.atomic
def take_back(line: BankLine, *, by: Person) -> None:
    """Open a deposit again that was set aside."""
    require(by, "record_payment")
    locked = _locked(line)
    if locked.set_aside_at is None:
        raise Refused(Problem("not_aside", _("This deposit isn’t set aside any more.")))
    BankLine.objects.filter(pk=locked.pk).update(
        set_aside_by=None, set_aside_at=None, set_aside_because=""
    )
    write_event("deposit_back", by=by, person=by, details={"line": locked.pk})


def _locked(line: BankLine) -> BankLine:
    # Nothing is joined: behind a lock that was waited for, the joined half would be the old one.
    return BankLine.objects.select_for_update().get(pk=line.pk)


def _remainder(line: BankLine) -> Decimal:
    """Ask anew, behind the lock: what others recorded meanwhile counts."""
    found = BankLine.objects.with_remainder().get(pk=line.pk)
    left: Decimal = found.remainder  # type: ignore[attr-defined]  # annotated
    return left


def _refuse_what_is_done(line: BankLine) -> None:
    """Tell the slower of two people what the other one did (G3)."""
    if line.set_aside_at is not None and line.set_aside_by is not None:
        raise Refused(
            Problem(
                "set_aside",
                _("%(who)s set this deposit aside: %(why)s")
                % {"who": line.set_aside_by.name, "why": line.set_aside_because},
                fixable=False,
            )
        )
    if _remainder(line) <= 0:
        last = line.payments.select_related("recorded_by").latest("id")
        raise Refused(
            Problem(
                "recorded",
                _("%(who)s has recorded this deposit already.") % {"who": last.recorded_by.name},
                fixable=False,
            )
        )


def _refuse_shares(line: BankLine, shares: Sequence[Share]) -> None:
    if not 0 < len(shares) <= MOST_SHARES:
        raise Refused(
            Problem("shares", _("Choose one to %(most)s people.") % {"most": MOST_SHARES})
        )
    if any(share.amount <= 0 for share in shares):
        raise Refused(Problem("no_amount", _("Enter an amount for each person.")))
    left = _remainder(line)
    if sum(share.amount for share in shares) > left:
        raise Refused(
            Problem(
                "more_than_deposit",
                _("That is more than the %(left)s left of this deposit.") % {"left": money(left)},
            )
        )
    wanted = [share.registration.pk for share in shares]
    again = line.payments.filter(registration__in=wanted).select_related("registration__person")
    if len(set(wanted)) < len(wanted) or again:
        names = ", ".join(payment.registration.person.name for payment in again)
        raise Refused(
            Problem(
                "twice",
                _("A part of this deposit is recorded for %(names)s already.") % {"names": names}
                if names
                else _("Choose each person once."),
            )
        )
