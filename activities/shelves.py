"""The record as it is drawn: each program year as a shelf, each type against its limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.points import ZERO
from activities.record import Record
from cec.wording import number
from registrations.models import ProgramYear


@dataclass(frozen=True)
class Spine:
    """An activity as the shelf draws it."""

    title: str
    code: str
    colour: str
    counted: Decimal


@dataclass(frozen=True)
class Year:
    """One program year with what counts in it, as the shelf draws it."""

    number: int
    starts_on: date
    ends_on: date | None
    counted: Decimal
    over: Decimal
    suggested: Decimal | None
    steady: Decimal | None
    spines: Sequence[Spine]
    hint: str = ""


@dataclass(frozen=True)
class TypeInYear:
    """One activity type in one year against its limit, as the bar draws it."""

    code: str
    name: str
    colour: str
    counted: Decimal
    limit: Decimal | None
    parked: Decimal


def years_of(record: Record) -> list[Year]:
    """The shelves: each year's spines in order of date, what counts, what is parked."""
    return [
        Year(
            number=year.number,
            starts_on=year.starts_on,
            ends_on=year.ends_on,
            counted=record.counted(year.number),
            over=record.parked(year.number),
            suggested=record.rules.yearly,
            steady=record.rules.steady,
            spines=_spines(record, year.number),
            hint=_hint(record, year),
        )
        for year in record.program_years
    ]


def _spines(record: Record, year: int) -> list[Spine]:
    spines = []
    for entry in record.entries:
        worth = record.ledger.get(entry["activity_id"])
        if worth is None or entry["year"] != year:
            continue
        kind = record.rules.types[entry["activity_type_id"]]
        spines.append(
            Spine(
                title=entry["activity__title"],
                code=kind.code,
                colour=kind.colour,
                counted=worth.counted,
            )
        )
    return spines


def _hint(record: Record, year: ProgramYear) -> str:
    """Say when a year starts, or that it has what is asked for; the row says what is parked."""
    if record.today < year.starts_on:
        weeks = max((year.starts_on - record.today).days // 7, 1)
        return ngettext("Starts in %(weeks)d week.", "Starts in %(weeks)d weeks.", weeks) % {
            "weeks": weeks
        }
    yearly, over = record.rules.yearly, record.parked(year.number)
    if yearly is None or over or record.counted(year.number) < yearly:
        return ""
    return _("You’re past the %(points)s asked for in a year.") % {"points": number(yearly)}


def types_in(record: Record, year: int) -> list[TypeInYear]:
    """Each type in one year, the fullest first; unlimited ones only where something counts."""
    rows = []
    for kind in record.rules.types.values():
        entries = [
            entry
            for entry in record.ledger.values()
            if entry.year == year and entry.activity_type_id == kind.pk
        ]
        limit = record.rules.limit(kind)
        if not entries and limit is None:
            continue
        rows.append(
            TypeInYear(
                code=kind.code,
                name=kind.name,
                colour=kind.colour,
                counted=sum((entry.counted for entry in entries), ZERO),
                limit=limit.points if limit else None,
                parked=sum((entry.parked for entry in entries), ZERO),
            )
        )
    return sorted(rows, key=lambda row: -row.counted)
