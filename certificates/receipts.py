"""Receipts: what a line of the fee ledger says, on paper, in the person's language.

A receipt is made from its line whenever somebody asks for it, so it can't part from the ledger. The
line never changes; neither do number, amounts and days of its receipt.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from cec.wording import day, exact_money
from certificates.printing.lettering import clean
from certificates.printing.stationery import HEADINGS, Row, lettered, print_on
from registrations.calendar import day_in
from registrations.models import Payment

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a receipt says. Amounts are in `currency`; `amount` is never below zero.

    `balance` is what was still owed after this line, and `paid` what was paid and not given back,
    in the order in which lines were recorded.
    """

    kind: str
    number: str
    reference: str
    name: str
    program: str
    issuer: str
    about: str
    association: str
    amount: Decimal
    balance: Decimal
    paid: Decimal
    currency: str
    method: str
    payment_reference: str
    received_on: date
    recorded_on: date
    reason: str

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"


def receipt_of(payment: Payment, *, language: str) -> Receipt:
    """Collect what the receipt of a line says in that language."""
    registration = payment.registration
    program, association = registration.program, registration.association
    so_far = list(registration.payments.filter(pk__lte=payment.pk))
    waived = sum((line.amount for line in so_far if line.kind == Payment.Kind.WAIVER), ZERO)
    settled = sum((line.amount for line in so_far), ZERO)
    with translation.override(language):
        return Receipt(
            kind=payment.kind,
            number=f"{registration.reference}-{len(so_far)}",
            reference=registration.reference,
            name=clean(registration.person.name),
            program=clean(program.text("name", language)),
            issuer=clean(program.text("issuer", language)),
            about=clean(program.text("issuer_about", language)),
            association=clean(association.name) if association else "",
            amount=abs(payment.amount),
            balance=registration.fee - settled,
            paid=settled - waived,
            currency=program.currency,
            method="" if payment.method == Payment.Method.NONE else payment.get_method_display(),
            payment_reference=clean(payment.reference),
            received_on=payment.received_on,
            recorded_on=day_in(program, payment.recorded_at),
            reason=clean(payment.reason),
        )


def render(receipt: Receipt, *, language: str) -> bytes:
    """The receipt's PDF. Raises UncoveredCharacters if a letter is in none of the fonts."""
    with translation.override(language):
        heading = _heading(receipt)
        context = {
            "receipt": receipt,
            "title": f"{heading} – {receipt.number}",
            "issuer": lettered(receipt.issuer, HEADINGS),
            "about": lettered(receipt.about),
            "heading": heading,
            "rows": [Row(label, lettered(value)) for label, value in _rows(receipt) if value],
            "amount": Row(_("Amount"), lettered(exact_money(receipt.amount, receipt.currency))),
            "balance": _balance(receipt),
            "note": _note(receipt),
        }
    return print_on("receipt.html", context, language=language)


def _balance(receipt: Receipt) -> Row:
    """What is left to pay; after a refund, what is left of the money that was paid."""
    label, left = _("Still to pay after this"), max(receipt.balance, ZERO)
    if receipt.kind == Payment.Kind.REFUND:
        label, left = _("Left of what was paid"), receipt.paid
    return Row(label, lettered(exact_money(left, receipt.currency)))


def _heading(receipt: Receipt) -> str:
    return {
        Payment.Kind.PAYMENT: _("Receipt"),
        Payment.Kind.WAIVER: _("Confirmation of a waived fee"),
        Payment.Kind.REFUND: _("Confirmation of a refund"),
    }[Payment.Kind(receipt.kind)]


def _rows(receipt: Receipt) -> list[tuple[str, str]]:
    came_in = {
        Payment.Kind.PAYMENT: (_("Received from"), _("Received on")),
        Payment.Kind.WAIVER: (_("Waived for"), _("Waived on")),
        Payment.Kind.REFUND: (_("Refunded to"), _("Refunded on")),
    }[Payment.Kind(receipt.kind)]
    return [
        (_("Receipt number"), receipt.number),
        (came_in[0], receipt.name),
        (
            _("For"),
            _("Program administration fee, %(program)s, registration %(reference)s")
            % {"program": receipt.program, "reference": receipt.reference},
        ),
        (_("Association"), receipt.association),
        (_("Method"), receipt.method),
        (_("Payment reference"), receipt.payment_reference),
        (came_in[1], day(receipt.received_on)),
        (_("Recorded on"), day(receipt.recorded_on)),
        (_("Reason"), receipt.reason),
    ]


def _note(receipt: Receipt) -> str:
    if receipt.kind == Payment.Kind.WAIVER:
        return _("No money was received for this. Keep it with your papers.")
    return _("For the program administration fee. It isn’t an official receipt for income tax.")
