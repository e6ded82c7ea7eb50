from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from registrations.models.people import Person

MONEY: models.DecimalField[Decimal, Decimal] = models.DecimalField(max_digits=10, decimal_places=2)


class BankExport(models.Model):
    """A file in which the bank listed what came in; the same file is taken in once.

    `known` counts the deposits that an earlier export had brought, `left_out` the lines that are
    no deposits.
    """

    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64, unique=True)
    known = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class BankLineQuerySet(models.QuerySet["BankLine"]):
    def with_remainder(self) -> BankLineQuerySet:
        """Annotate `recorded`, what became payments, and `remainder`, what didn't yet."""
        recorded = (
            BankLine.objects.filter(pk=OuterRef("pk"))
            .order_by()
            .values("pk")
            .annotate(total=Sum("payments__amount"))
            .values("total")
        )
        zero = Value(Decimal(0), output_field=MONEY)
        return self.annotate(
            recorded=Coalesce(Subquery(recorded, output_field=MONEY), zero, output_field=MONEY)
        ).annotate(remainder=F("amount") - F("recorded"))

    def open(self) -> BankLineQuerySet:
        """Deposits of which something is neither recorded nor set aside."""
        return self.with_remainder().filter(Q(remainder__gt=0), set_aside_at__isnull=True)

    def recorded(self) -> BankLineQuerySet:
        """Deposits that became payments to the last cent."""
        return self.with_remainder().filter(Q(remainder=0))

    def set_aside(self) -> BankLineQuerySet:
        """Deposits of which something is no fee, or not to be recorded."""
        return self.with_remainder().filter(Q(remainder__gt=0), set_aside_at__isnull=False)


class BankLine(models.Model):
    """A deposit as the bank wrote it, in the program's currency, at line `number` of the file.

    Its payments point at it and are never more than its `amount`. `fingerprint` recognizes the
    same line in another export (`registrations.bank.importing`).
    """

    export = models.ForeignKey(BankExport, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    received_on = models.DateField()
    description = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    fingerprint = models.CharField(max_length=64, unique=True)
    set_aside_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    set_aside_at = models.DateTimeField(null=True)
    set_aside_because = models.CharField(_("reason"), max_length=500, blank=True)

    objects = BankLineQuerySet.as_manager()

    class Meta:
        ordering = ["received_on", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=Decimal(0)), name="deposit_is_more_than_nothing"
            ),
            models.UniqueConstraint(
                fields=["export", "number"], name="bank_line_stands_once_in_its_file"
            ),
            models.CheckConstraint(
                condition=Q(
                    set_aside_by__isnull=True, set_aside_at__isnull=True, set_aside_because=""
                )
                | (
                    Q(set_aside_by__isnull=False, set_aside_at__isnull=False)
                    & ~Q(set_aside_because="")
                ),
                name="whoever_set_a_deposit_aside_said_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.received_on} {self.description}"
