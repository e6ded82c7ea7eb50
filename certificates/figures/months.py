"""Months, quarters or years: as many columns as a picture can carry, none left out between them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from cec.charts import Label
from cec.wording import month_and_year, short_month
from certificates.figures.asked import DATES, EVER, Asked

MONTH, QUARTER, YEAR = 1, 3, 12  # in months
MOST_MONTHS, MOST_QUARTERS = 13, 16
Sum = TypeVar("Sum")


@dataclass(frozen=True)
class Spans:
    """Equal spans of time from the first to the last one; `unit` is their length in months."""

    unit: int
    starts: list[date]

    def start_of(self, day: date) -> date:
        return start_of(day, self.unit)

    def gather(
        self, months: Mapping[date, Sum], together: Callable[[Iterable[Sum]], Sum]
    ) -> list[Sum]:
        """Add up what is known by month; the months of a span, for each of them."""
        found: dict[date, list[Sum]] = {start: [] for start in self.starts}
        for month, value in months.items():
            if (start := self.start_of(month)) in found:
                found[start].append(value)
        return [together(values) for values in found.values()]

    def name(self, start: date) -> str:
        """Name a span: March 2027, 1st quarter of 2027, 2027."""
        if self.unit == MONTH:
            return month_and_year(start)
        if self.unit == YEAR:
            return str(start.year)
        return _("Q%(number)s %(year)s") % {"number": _quarter(start), "year": start.year}

    @property
    def labels(self) -> list[Label]:
        """Return what stands under the columns."""
        return [self._label(start) for start in self.starts]

    def _label(self, start: date) -> Label:
        if self.unit == YEAR:
            return Label(str(start.year))
        word = (
            short_month(start)
            if self.unit == MONTH
            else _("Q%(number)s") % {"number": _quarter(start)}
        )
        return Label(word, str(start.year))

    @property
    def heading(self) -> str:
        return {MONTH: _("Month"), QUARTER: _("Quarter"), YEAR: _("Year")}[self.unit]


def start_of(day: date, unit: int) -> date:
    """Return the first day of the month, quarter or year that a day is in."""
    return date(day.year, (day.month - 1) // unit * unit + 1, 1)


def spans(asked: Asked, known: Iterable[date]) -> Spans:
    """Return the spans of the time that is asked for, where it has no end those of what is known.

    Of days that somebody chose, what lies before or after everything known isn't drawn.
    """
    days = sorted(known) or [asked.today]
    first, last = asked.bounds or (days[0], asked.today)
    last = min(last, max(asked.today, days[-1]))
    if asked.period in (EVER, DATES):
        first = max(first, min(days[0], last))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    unit = MONTH if months <= MOST_MONTHS else QUARTER if months <= 3 * MOST_QUARTERS else YEAR
    at, starts = start_of(first, unit), []
    while at <= last:
        starts.append(at)
        at += relativedelta(months=unit)
    return Spans(unit, starts)


def _quarter(day: date) -> int:
    return (day.month - 1) // QUARTER + 1
