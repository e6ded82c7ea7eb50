"""Closing years in tests: at a moment, and what came of it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from activities.models import YearResult
from activities.yearend import closing
from registrations.models import Program, Registration
from tests import factories as make

START = date(2025, 3, 15)  # of the domain's worked examples
AFTER_YEAR_1 = datetime(2026, 3, 20, 12, tzinfo=UTC)


def at(zone: str, *moment: int) -> datetime:
    """A moment by the clock of a time zone."""
    return datetime(*moment, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type]


def keep_calendar(zone: str) -> None:
    """Let the program keep its calendar there."""
    Program.objects.filter(code="CEC").update(time_zone=zone)


def record(*entries: tuple[str, str, str], **fields) -> Registration:
    """A record with entries of code, hours and day, begun on the day of the examples."""
    row = make.registration(starts_on=fields.pop("starts_on", START), **fields)
    for code, hours, day in entries:
        make.activity(row, code, hours=hours, on=day)
    return row


def closed(*entries: tuple[str, str, str], now: datetime = AFTER_YEAR_1, **fields) -> YearResult:
    """The result of the first year of such a record."""
    row = record(*entries, **fields)
    closing.close_due(now=now)
    return row.year_results.get(number=1)


def everything() -> list[dict]:
    """All that the results say, the moments of closing aside."""
    rows = YearResult.objects.order_by("registration", "number", "edition").values()
    return [{k: v for k, v in row.items() if k not in ("id", "closed_at")} for row in rows]
