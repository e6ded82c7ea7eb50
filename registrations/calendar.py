"""Days and program years, in the program's time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from registrations.models import Program, ProgramYear, Registration


def today_in(program: Program) -> date:
    """Return today's date where the program keeps its calendar (reliability G10)."""
    return timezone.localdate(timezone=ZoneInfo(program.time_zone))


def day_in(program: Program, moment: datetime) -> date:
    """Return the date of a moment where the program keeps its calendar."""
    return timezone.localdate(moment, timezone=ZoneInfo(program.time_zone))


def anniversary(starts_on: date, years: int) -> date:
    """Return the day on which program year `years + 1` starts (P10).

    A 29 February is kept on the 28th in other years.
    """
    return starts_on + relativedelta(years=years)


def year_bounds(starts_on: date, years: int | None) -> list[tuple[date, date | None]]:
    """Return first and last day of each program year, without gap or overlap (P10).

    A program without an end (`years` is None) has one year without a last day.
    """
    if years is None:
        return [(starts_on, None)]
    return [
        (anniversary(starts_on, number), anniversary(starts_on, number + 1) - timedelta(days=1))
        for number in range(years)
    ]


def make_years(registration: Registration) -> list[ProgramYear]:
    """Write the program years of a registration that has just got its start."""
    assert registration.starts_on is not None
    bounds = year_bounds(registration.starts_on, registration.program.cycle_years)
    return ProgramYear.objects.bulk_create(
        ProgramYear(registration=registration, number=number, starts_on=first, ends_on=last)
        for number, (first, last) in enumerate(bounds, start=1)
    )
