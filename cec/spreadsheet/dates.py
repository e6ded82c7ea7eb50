"""Dates as people write them in a table, in English and French, alone or as a range."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from cec.spreadsheet import day_text
from cec.spreadsheet.day_text import Kind, Span
from cec.spreadsheet.doubt import Doubt

EARLIEST_YEAR = 1970
LATEST_YEAR = 2100
# The serial numbers of 1954 to 2099 in either calendar of Excel; others are no dates.
_SERIALS = range(20_000, 73_050)
_DOUBTS = {
    Kind.MONTH: "date_month",
    Kind.YEAR: "date_year",
    Kind.NO_YEAR: "date_without_year",
    Kind.IMPOSSIBLE: "date_impossible",
}


@dataclass(frozen=True, slots=True)
class Dates:
    """First and last day, or what is doubtful."""

    started: date | None = None
    completed: date | None = None
    doubt: Doubt | None = None


def read_dates(value: object, *, epoch: datetime = WINDOWS_EPOCH) -> Dates:
    """Read a cell or an answer; a day is never guessed (`E5`). `epoch` is the workbook's."""
    if value is None or value == "":
        return Dates()
    if isinstance(value, datetime):
        return _one_day(value.date())
    if isinstance(value, date):
        return _one_day(value)
    if isinstance(value, bool | time | timedelta):
        return Dates(doubt=Doubt("date_unreadable"))
    if isinstance(value, int | float):
        return _from_number(value, epoch)
    return _from_text(str(value))


def _one_day(day: date) -> Dates:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return Dates(doubt=Doubt("date_unlikely"))
    return Dates(day, day)


def _from_number(value: float, epoch: datetime) -> Dates:
    """A bare number: a date whose format was lost (45750), a year, or 20250424."""
    if value in _SERIALS:
        day = from_excel(value, epoch)
        assert isinstance(day, datetime)
        return Dates(doubt=Doubt("date_number", (day.date().isoformat(),)))
    if isinstance(value, int) and 0 < value < 10**8:
        return _from_text(str(value))
    return Dates(doubt=Doubt("date_unreadable"))


def _from_text(text: str) -> Dates:
    """Read both ways round where day and month could be swapped; differing answers are doubtful."""
    if text.isascii() and text.isdigit() and len(text) == 5 and int(text) in _SERIALS:
        return _from_number(int(text), WINDOWS_EPOCH)
    readings = day_text.readings(text)
    exact = [span for span in readings if span.kind is Kind.EXACT]
    if len(exact) > 1 or any(span.kind is Kind.SHORT_YEAR for span in readings):
        return Dates(doubt=Doubt("date_ambiguous", _offers(readings)))
    if exact:
        return _exact(exact[0])
    return _doubtful(readings)


def _exact(span: Span) -> Dates:
    if not _likely(span):
        return Dates(doubt=Doubt("date_unlikely"))
    first, last = _days(span)
    if first > last:
        return Dates(doubt=Doubt("date_order", _offers([Span(span.kind, last, first)])))
    return Dates(first, last)


def _doubtful(readings: list[Span]) -> Dates:
    if not readings:
        return Dates(doubt=Doubt("date_unreadable"))
    return Dates(doubt=Doubt(_DOUBTS[readings[0].kind], _offers(readings)))


def _likely(span: Span) -> bool:
    if span.first is None or span.last is None:
        return False
    return all(EARLIEST_YEAR <= day.year <= LATEST_YEAR for day in (span.first, span.last))


def _days(span: Span) -> tuple[date, date]:
    assert span.first is not None, "only a span with a year comes here"
    assert span.last is not None
    return span.first, span.last


def _offers(readings: list[Span]) -> tuple[str, ...]:
    return tuple(_offer(span) for span in readings if _likely(span))


def _offer(span: Span) -> str:
    """A reading as an answer: one day, an interval, or for a month its last day."""
    first, last = _days(span)
    one = first == last
    if span.kind is Kind.MONTH:
        last = month_end(last)
    return last.isoformat() if one else f"{first.isoformat()}/{last.isoformat()}"


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
