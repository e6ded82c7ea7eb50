"""The ledger as a list: searched, filtered, and summed by month; the sums are one rule."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth

from registrations import queue
from registrations.bank import wording
from registrations.models import Payment, Person, Registration
from registrations.models.fees import PaymentQuerySet
from registrations.models.registration import MONEY, RegistrationQuerySet

ZERO = Decimal(0)
Kind = Payment.Kind
# How money comes in; a waiver has no method.
METHODS = [method for method in Payment.Method if method != Payment.Method.NONE]
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Filter:
    """What of the ledger is asked for; empty is everything. Months are written 2026-11."""

    text: str = ""
    kind: str = ""
    method: str = ""
    program: str = ""
    first_month: str = ""
    last_month: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Filter()


def lines(person: Person, asked: Filter) -> PaymentQuerySet:
    """Return the lines that this person may see and asked for, latest first."""
    found = Payment.objects.visible_to(person)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.method:
        found = found.filter(method=asked.method)
    if asked.program:
        found = found.filter(registration__program__slug=asked.program)
    if first := first_day_of(asked.first_month):
        found = found.filter(received_on__gte=first)
    if last := first_day_of(asked.last_month or asked.first_month):
        found = found.filter(received_on__lt=next_month(last))
    if text := " ".join(asked.text.replace("\x00", "").split())[:100]:
        people = queue.search(Registration.objects.all(), text=text)
        found = found.filter(Q(registration__in=people.values("pk")) | Q(reference__icontains=text))
    return found.order_by("-received_on", "-id")


def with_people(found: QuerySet[Payment]) -> QuerySet[Payment]:
    """Bring along what a line of the ledger shows."""
    return found.select_related("registration__person", "registration__program", "recorded_by")


def find(person: Person, text: str) -> Registration | None:
    """Return the registration that a text names by its reference, however it is written."""
    named = wording.references(text[:100])
    if len(named) != 1:
        return None
    code, pk = named[0]
    visible = Registration.objects.worked_on_by(person).select_related("program")
    found = visible.filter(pk=pk).first()
    return found if found and wording.is_of(found.program, code) else None


def owing(person: Person) -> RegistrationQuerySet:
    """Return who has a fee to pay, longest first; who is out of the program needn't any more."""
    return (
        Registration.objects.worked_on_by(person)
        .owing()
        .exclude(status__in=Registration.CLOSED)
        .order_by("submitted_at", "pk")
    )


def owed_by_month(found: RegistrationQuerySet) -> dict[date, Decimal]:
    """Sum what some of those who owe have left to pay, by the month in which they registered."""
    rows: Any = (
        found.order_by()
        .annotate(month=TruncMonth("submitted_on"))
        .values("month")
        .annotate(total=Sum("balance"))
    )
    return {row["month"]: row["total"] for row in rows}


def overpaid(person: Person) -> RegistrationQuerySet:
    """Return whose payments are more than the fee, whatever became of the registration."""
    found = Registration.objects.worked_on_by(person).with_balance()
    return found.filter(Q(balance__lt=0)).order_by("submitted_at", "pk")


@dataclass(frozen=True)
class Totals:
    """Sums of some lines: what came in, by method too, went back, and was waived."""

    received: Decimal = ZERO
    refunded: Decimal = ZERO  # below zero
    waived: Decimal = ZERO
    lines: int = 0
    by_method: dict[str, Decimal] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        """Return what stayed: a waiver is no money."""
        return self.received + self.refunded

    @property
    def methods(self) -> list[tuple[Payment.Method, Decimal]]:
        """Return each method and what came in by it, in the order of METHODS."""
        return [(method, self.by_method.get(method, ZERO)) for method in METHODS]

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.received + other.received,
            self.refunded + other.refunded,
            self.waived + other.waived,
            self.lines + other.lines,
            {
                method: self.by_method.get(method, ZERO) + other.by_method.get(method, ZERO)
                for method in METHODS
            },
        )


@dataclass(frozen=True)
class Month:
    """A month of one program's ledger."""

    program: str  # its slug
    first_day: date
    totals: Totals

    @property
    def key(self) -> str:
        return f"{self.first_day:%Y-%m}"


def totals(found: QuerySet[Payment]) -> Totals:
    """Sum lines of the ledger."""
    return _totals(found.order_by().aggregate(**_sums()))


def months(found: QuerySet[Payment]) -> list[Month]:
    """Sum lines of the ledger by program and month, latest first, in one query."""
    rows: Any = (
        found.order_by()
        .annotate(month=TruncMonth("received_on"), program=F("registration__program__slug"))
        .values("month", "program")
        .annotate(**_sums())
        .order_by("program", "-month")
    )
    return [Month(row["program"], row["month"], _totals(row)) for row in rows]


def together(some: Iterable[Totals]) -> Totals:
    """Add totals up, those of a program's months for instance."""
    return reduce(Totals.__add__, some, Totals())


def _sums() -> dict[str, Any]:
    """Render the one rule of what is summed."""

    def total(**which: str) -> Coalesce:
        return Coalesce(Sum("amount", filter=Q(**which)), Value(ZERO), output_field=MONEY)

    return {
        "received": total(kind=Kind.PAYMENT),
        "refunded": total(kind=Kind.REFUND),
        "waived": total(kind=Kind.WAIVER),
        "lines": Count("pk"),
        **{f"by_{method}": total(kind=Kind.PAYMENT, method=method) for method in METHODS},
    }


def _totals(row: dict[str, Any]) -> Totals:
    by_method = {str(method): row[f"by_{method}"] for method in METHODS}
    return Totals(row["received"], row["refunded"], row["waived"], row["lines"], by_method)


def is_month(text: str) -> bool:
    """Say whether this is a month of this century, written like 2026-11."""
    return _MONTH.fullmatch(text) is not None


def first_day_of(month: str) -> date | None:
    """Return the first day of a month like 2026-11; None for anything else."""
    found = _MONTH.fullmatch(month)
    return date(int(found[1]), int(found[2]), 1) if found else None


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
