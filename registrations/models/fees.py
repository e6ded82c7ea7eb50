from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.models.bank import BankLine
from registrations.models.committee import roles_of
from registrations.models.people import Person
from registrations.models.registration import Registration


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, person: Person) -> "PaymentQuerySet":
        """Lines of one's own fees and of those in one's care: a mentor knows of none (A7)."""
        if roles_of(person).sees_everything:
            return self
        cared_for = Registration.objects.worked_on_by(person).values("pk")
        return self.filter(Q(registration__person=person) | Q(registration__in=cared_for))


class Payment(models.Model):
    """A line of the fee ledger, in the program's currency; lines are added, never edited.

    `amount` is positive for what came in or was waived, and negative for a refund, so that the
    balance is the fee less the sum. `form_key` makes a form that arrives twice one line;
    `bank_line` is the deposit that the money came in with, if it was found in a bank export.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Payment")
        WAIVER = "waiver", _("Waived")
        REFUND = "refund", _("Refund")

    class Method(models.TextChoices):
        CHEQUE = "cheque", _("Cheque")
        TRANSFER = "transfer", _("E-transfer")
        CARD = "card", _("Card")
        CASH = "cash", _("Cash")
        NONE = "none", _("None")

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="payments"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    method = models.CharField(max_length=10, choices=Method.choices)
    reference = models.CharField(max_length=100, blank=True)
    received_on = models.DateField()
    reason = models.CharField(max_length=500, blank=True)
    bank_line = models.ForeignKey(
        BankLine, on_delete=models.PROTECT, null=True, related_name="payments"
    )
    form_key = models.UUIDField(null=True, editable=False)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["received_on", "id"]
        indexes = [models.Index(fields=["-received_on", "-id"], name="payment_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["payment", "waiver"], amount__gt=Decimal(0))
                | Q(kind="refund", amount__lt=Decimal(0)),
                name="payment_has_the_sign_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="payment") | ~Q(reason=""),
                name="waiver_and_refund_have_a_reason",
            ),
            models.UniqueConstraint(
                fields=["registration", "method", "reference", "received_on"],
                condition=Q(kind="payment", bank_line__isnull=True) & ~Q(reference=""),
                name="same_payment_is_recorded_once",
            ),
            models.UniqueConstraint(
                fields=["bank_line", "registration"], name="deposit_pays_a_registration_once"
            ),
            models.CheckConstraint(
                condition=Q(bank_line__isnull=True) | Q(kind="payment"),
                name="only_a_payment_comes_from_a_bank",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["payment", "waiver", "refund"])
                & Q(method__in=["cheque", "transfer", "card", "cash", "none"]),
                name="payment_kind_and_method_are_known",
            ),
            models.UniqueConstraint(
                fields=["registration", "form_key"], name="payment_form_is_entered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration} {self.kind} {self.amount}"
