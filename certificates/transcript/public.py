"""What strangers may see of a transcript, once its owner has turned that on (reliability K4, F6).

The least that shows what the points are made of: day, title, type and counted points of what
counts. Hours, providers, learning outcomes, evidence, notes and comments stay out, and so does
everything that is planned, unfinished, disallowed or over a limit.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from activities.record import Record
from certificates.transcript.collecting import FINAL, entries_of
from registrations.models import Registration


@dataclass(frozen=True)
class PublicRow:
    """An entry that counts, with its points."""

    day: date
    title: str
    code: str
    type: str
    counted: Decimal


@dataclass(frozen=True)
class PublicYear:
    """A program year with what counts in it; `number` is None where a program has no years."""

    number: int | None
    starts_on: date
    ends_on: date | None
    counted: Decimal
    rows: tuple[PublicRow, ...]


def public_rows(registration: Registration) -> tuple[PublicYear, ...]:
    """Return the years of an accepted record in the language of the page; of any other, nothing.

    Whoever calls it has asked whether the holder wants it shown.
    """
    if registration.status not in FINAL:
        return ()
    record = Record(registration)
    lines = record.lines(entries_of(record), with_comments=False)
    return tuple(
        PublicYear(
            number=year.number if record.has_years else None,
            starts_on=year.starts_on,
            ends_on=year.ends_on,
            counted=record.counted(year.number),
            rows=tuple(
                PublicRow(
                    day=line.activity.completed_on,
                    title=line.activity.title,
                    code=line.type.code,
                    type=line.type.name,
                    counted=line.counted,
                )
                for line in lines
                if line.year == year.number and line.counted > 0
            ),
        )
        for year in record.program_years
    )
