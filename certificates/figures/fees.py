"""What came in, was waived, and is still owed, by month; the sums are the ledger's."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cec import charts
from cec.wording import money
from certificates.figures.asked import Asked
from certificates.figures.figure import Column, Figure, Table
from certificates.figures.months import Spans, spans
from registrations import ledger
from registrations.ledger import ZERO, Totals
from registrations.models import Payment


@dataclass(frozen=True)
class Fees:
    """The ledger's sums by span of time; `owed` is what those who registered then still owe."""

    spans: Spans
    sums: list[Totals]
    owed: list[Decimal]

    @property
    def together(self) -> Totals:
        return ledger.together(self.sums)


def sums(asked: Asked) -> Fees:
    """Add up by month, quarter or year, in the program's currency."""
    mine = asked.registrations()
    lines = Payment.objects.visible_to(asked.person).filter(registration__in=mine.values("pk"))
    owing = ledger.owing(asked.person).filter(pk__in=mine.values("pk"))
    if asked.bounds:
        lines = lines.filter(received_on__range=asked.bounds)
        owing = owing.filter(submitted_on__range=asked.bounds)
    totals = {row.first_day: row.totals for row in ledger.months(lines)}
    owed = ledger.owed_by_month(owing)
    found = spans(asked, [*totals, *owed])
    return Fees(found, found.gather(totals, ledger.together), found.gather(owed, _added))


def _added(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def figure(asked: Asked) -> Figure:
    fees = sums(asked)
    together, owed = fees.together, _added(fees.owed)
    return Figure(
        key="fees",
        title=_("Fees"),
        point=_point(together, owed),
        about=asked.time_in_words,
        table=_table(fees),
        picture=_picture(fees) if together.lines or owed else None,
        meanings=[
            (
                _("Received"),
                _("Payments by the day on which they came in; refunds stand beside them."),
            ),
            (_("Waived"), _("Fees that nobody has to pay.")),
            (_("Still owed"), _("What those who registered then have left to pay today.")),
        ],
    )


def _point(together: Totals, owed: Decimal) -> str:
    if not together.lines and not owed:
        return _("No fees in this time. Payments show up here as they’re recorded.")
    return _("%(received)s came in and %(waived)s was waived; %(owed)s is still owed.") % {
        "received": money(together.received),
        "waived": money(together.waived),
        "owed": money(owed),
    }


def _table(fees: Fees) -> Table:
    names = [fees.spans.name(start) for start in fees.spans.starts]
    headings = [
        Column(fees.spans.heading),
        Column(_("Received"), is_money=True),
        Column(_("Refunded"), is_money=True),
        Column(_("Waived"), is_money=True),
        Column(_("Still owed"), is_money=True),
    ]
    rows = [
        (name, row.received, row.refunded, row.waived, owed)
        for name, row, owed in zip(names, fees.sums, fees.owed, strict=True)
    ]
    return Table(_("Fees"), headings, rows)


def _picture(fees: Fees) -> SafeString:
    names = [fees.spans.name(start) for start in fees.spans.starts]
    chosen = (
        (_("Received"), "spruce", [row.received for row in fees.sums]),
        (_("Waived"), "jade", [row.waived for row in fees.sums]),
        (_("Still owed"), "brass", fees.owed),
    )
    series = [
        charts.Series(
            name,
            colour,
            values,
            [f"{when}, {name}: {money(value)}" for when, value in zip(names, values, strict=True)],
        )
        for name, colour, values in chosen
    ]
    return charts.columns_with_key(
        "fees",
        title=_("Fees over time"),
        description=_point(fees.together, _added(fees.owed)),
        labels=fees.spans.labels,
        series=series,
        written=money,
    )
