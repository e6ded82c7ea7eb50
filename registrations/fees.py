"""The fee ledger: what was due, paid, waived and refunded. Lines are added, never changed."""

import logging
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cec import mail
from cec.problems import Problem, Refused
from cec.wording import money
from registrations.calendar import today_in
from registrations.models import BankLine, Payment, Person, Registration
from registrations.permissions import require

logger = logging.getLogger(__name__)

ZERO = Decimal(0)
LETTERS = {
    Payment.Kind.PAYMENT: "payment_recorded",
    Payment.Kind.WAIVER: "fee_waived",
    Payment.Kind.REFUND: "fee_refunded",
}


def standing(registration: Registration) -> Any:
    """Return the registration with `balance`, `paid`, `waived`, `refunded` and `fee_state`."""
    return Registration.objects.with_fee_state().get(pk=registration.pk)


def balance(registration: Registration) -> Decimal:
    """Return what is still owed, in the program's currency; below zero when overpaid."""
    found = Registration.objects.with_balance().get(pk=registration.pk)
    owed: Decimal = found.balance  # type: ignore[attr-defined]  # annotated
    return owed


def money_in(registration: Registration) -> Decimal:
    """Return what the person paid and didn't get back; what was waived is no money."""
    lines = registration.payments.exclude(kind=Payment.Kind.WAIVER)
    return sum((line.amount for line in lines), ZERO)


def settled_on(registration: Registration) -> date | None:
    """Return the day on which the fee was settled, or None while something is owed (E4).

    It is the day on which the money came in or the fee was waived, not the day of recording.
    """
    if registration.fee <= 0:
        return registration.submitted_on
    paid, day = ZERO, None
    for line in registration.payments.order_by("received_on", "id"):
        before, paid = paid, paid + line.amount
        if before < registration.fee <= paid:
            day = line.received_on
        elif paid < registration.fee:
            day = None
    return day


def record_payment(
    registration: Registration,
    *,
    by: Person,
    amount: Decimal,
    method: str,
    received_on: date,
    reference: str = "",
    form_key: UUID | None = None,
    bank_line: BankLine | None = None,
) -> Payment:
    """Write down money that came in, and tell the person; the same form twice is one line.

    `bank_line` is the deposit it came in with, locked by the caller (`bank.recording`).

    Raises `Refused` when nothing is owed any more (two people recording the same cheque make
    one payment), when it is more than what is owed, or on a day that is still ahead.
    """
    return _enter(
        registration,
        by=by,
        kind=Payment.Kind.PAYMENT,
        amount=amount,
        method=method,
        received_on=received_on,
        reference=reference.strip(),
        form_key=form_key,
        bank_line=bank_line,
    )


def waive(
    registration: Registration, *, by: Person, reason: str, form_key: UUID | None = None
) -> Payment:
    """Waive what is still owed, with a reason."""
    return _enter(
        registration,
        by=by,
        kind=Payment.Kind.WAIVER,
        amount=None,
        method=Payment.Method.NONE,
        received_on=today_in(registration.program),
        reason=reason,
        form_key=form_key,
    )


def refund(
    registration: Registration,
    *,
    by: Person,
    amount: Decimal,
    method: str,
    reason: str,
    form_key: UUID | None = None,
) -> Payment:
    """Write down money that was given back; never more than what was paid in."""
    return _enter(
        registration,
        by=by,
        kind=Payment.Kind.REFUND,
        amount=-amount,
        method=method,
        received_on=today_in(registration.program),
        reason=reason,
        form_key=form_key,
    )


@transaction.atomic
def _enter(
    registration: Registration,
    *,
    by: Person,
    kind: str,
    amount: Decimal | None,
    method: str,
    received_on: date,
    reference: str = "",
    reason: str = "",
    form_key: UUID | None = None,
    bank_line: BankLine | None = None,
) -> Payment:
    require(by, "record_payment", registration)
    locked = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("person", "program", "association")
        .get(pk=registration.pk)
    )
    if form_key and (same := locked.payments.filter(form_key=form_key).first()):
        return same
    owed = balance(locked)
    amount = owed if amount is None else amount
    _refuse_what_does_not_fit(locked, kind, amount, owed, received_on)
    if kind == Payment.Kind.PAYMENT:
        _refuse_repeat(locked, method, reference, received_on)
    line = Payment.objects.create(
        registration=locked,
        kind=kind,
        amount=amount,
        method=method,
        reference=reference,
        received_on=received_on,
        reason=reason,
        form_key=form_key,
        bank_line=bank_line,
        recorded_by=by,
    )
    keep_settled(locked)
    locked.note(
        kind,
        by=by,
        reason=reason,
        details={"amount": str(amount), "method": method, "reference": reference},
    )
    _tell(line, locked, left=owed - amount)
    return line


def keep_settled(registration: Registration) -> None:
    """Say beside the registration whether its fee is settled, for lists of who owes.

    Called where a line is written, under the same lock. Decisions read the ledger itself.
    """
    Registration.objects.filter(pk=registration.pk).update(settled=balance(registration) <= 0)


def mend_settled() -> int:
    """Compare all that stands beside the registrations with the ledger; return what was mended.

    There is nothing to mend unless a line was written past this module, as by a former version.
    """
    wrong = Registration.objects.with_balance().filter(
        Q(settled=True, balance__gt=0) | Q(settled=False, balance__lte=0)
    )
    found = list(wrong.exclude(fee=0).values_list("pk", flat=True))
    for pk in found:
        with transaction.atomic():
            keep_settled(Registration.objects.select_for_update(of=("self",)).get(pk=pk))
    if found:
        logger.error("The ledger and the list of who owes differed for %s", found[:20])
    return len(found)


def _tell(line: Payment, registration: Registration, *, left: Decimal) -> None:
    """Write to the person that money arrived, isn't needed or goes back, once for each line."""
    kind = LETTERS[Payment.Kind(line.kind)]
    mail.post(
        kind,
        registration,
        line,
        left,
        to=registration.person,
        key=f"{kind}:{line.pk}",
        about=registration,
    )


def _refuse_what_does_not_fit(
    registration: Registration, kind: str, amount: Decimal, owed: Decimal, received_on: date
) -> None:
    if registration.status == Registration.Status.DRAFT:
        raise Refused(Problem("not_sent", _("This registration hasn’t been sent yet.")))
    if received_on > today_in(registration.program):
        raise Refused(Problem("future", _("Enter the day on which the money came in.")))
    if kind == Payment.Kind.REFUND:
        if money_in(registration) + amount < 0:
            raise Refused(Problem("too_much", _("That is more than what was paid.")))
        return
    if owed <= 0:
        last = registration.payments.select_related("recorded_by").last()
        raise Refused(
            Problem(
                "already_settled",
                _("Nothing is owed any more: %(who)s recorded it.")
                % {"who": last.recorded_by.name if last else registration.program.issuer},
                fixable=False,
            )
        )
    if amount > owed:
        raise Refused(
            Problem("too_much", _("That is more than the %(owed)s owed.") % {"owed": money(owed)})
        )


def _refuse_repeat(
    registration: Registration, method: str, reference: str, received_on: date
) -> None:
    """The same part of a fee is recorded once (the constraint "same_payment_is_recorded_once")."""
    same = registration.payments.filter(
        bank_line=None,
        kind=Payment.Kind.PAYMENT,
        method=method,
        reference=reference,
        received_on=received_on,
    )
    if reference and same.exists():
        raise Refused(
            Problem(
                "same_payment", _("A payment of that day with this reference is there already.")
            )
        )
