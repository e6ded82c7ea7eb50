"""Days and program years, in the program's time zone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
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


def year_bounds(
    starts_on: date,
    years: int | None,
    *,
    begins: tuple[int, int] | None = None,
    longer: int = 0,
    leaves: Iterable[tuple[date, date]] = (),
) -> list[tuple[date, date | None]]:
    """Return first and last day of each program year, without gap or overlap (P10).

    A program without an end (`years` is None) has one year without a last day. Where years begin
    on a month and day of the calendar, the first one is what is left of the one that has begun. The
    last year is `longer` by so many days. A leave, from its first to its last day, puts off every
    year that starts after its first day; so the year that it begins in is longer by it (C1).
    """
    if years is None:
        return [(starts_on, None)]
    starts = [anniversary(starts_on, number) for number in range(years + 1)]
    if begins:
        first = date(starts_on.year, *begins)
        following = first if first > starts_on else anniversary(first, 1)
        starts = [starts_on, *(anniversary(following, number) for number in range(years))]
    starts[-1] += timedelta(days=longer)
    for first_day, last_day in sorted(leaves):
        pause = last_day - first_day + timedelta(days=1)
        starts = [day + pause if day > first_day else day for day in starts]
    return [(first, following - timedelta(days=1)) for first, following in pairwise(starts)]


def bounds_of(registration: Registration) -> list[tuple[date, date | None]]:
    """Return the program years that the start, the extensions and the leaves make."""
    assert registration.starts_on is not None
    changes = list(registration.cycle_changes.in_force())
    return year_bounds(
        registration.starts_on,
        registration.program.cycle_years,
        begins=registration.rules.year_begins,
        longer=sum(change.days or 0 for change in changes),
        leaves=[change.leave for change in changes if change.leave],
    )


def make_years(registration: Registration) -> list[ProgramYear]:
    """Write the program years of a registration that has just got its start."""
    bounds = bounds_of(registration)
    return ProgramYear.objects.bulk_create(
        ProgramYear(registration=registration, number=number, starts_on=first, ends_on=last)
        for number, (first, last) in enumerate(bounds, start=1)
    )


def move_years(registration: Registration) -> None:
    """Write the program years anew after an extension or a leave, or without one. Lock it before.

    Years that come later are written from the last one on, and else from the first one, so that
    no two start on the same day in between.
    """
    bounds = bounds_of(registration)
    rows = list(zip(registration.years.order_by("number"), bounds, strict=True))
    later = any(first > year.starts_on for year, (first, _last) in rows)
    for year, (first, last) in reversed(rows) if later else rows:
        year.starts_on, year.ends_on = first, last
        year.save(update_fields=["starts_on", "ends_on"])
    registration.ends_on = bounds[-1][1]
    registration.save(update_fields=["ends_on"])
