"""What a transcript says, taken from the record as it is, or as it was accepted (C2).

Deleted entries are never in it. Planned ones stand apart while the record goes on: they count
nothing, and an accepted record has no use for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from activities import points, reasons, shelves
from activities.models import Credit
from activities.points import ZERO
from activities.record import Line, Record
from activities.standing import Cell, Row, StandingTable
from cec.wording import day, number, short_day
from certificates import completion
from certificates.printing.lettering import clean
from registrations.calendar import day_in
from registrations.models import Event, ProgramYear, Registration

Status = Registration.Status
FINAL = (Status.ACCEPTED, Status.CERTIFIED)


@dataclass(frozen=True)
class Entry:
    """An entry that is done; points are the program's, `why` is empty where everything counts."""

    days: str
    title: str
    provider: str
    code: str
    type: str
    hours: Decimal | None
    rate: str
    raw: Decimal
    counted: Decimal
    why: str

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted


@dataclass(frozen=True)
class Year:
    """A program year: its shelf, its entries and their sums.

    A program without years has one, with an empty `label`. `brought` are points that the year
    before gives to this one's minimum.
    """

    label: str
    period: str
    shelf: shelves.Year
    entries: tuple[Entry, ...]
    counted: Decimal
    brought: Decimal

    @property
    def hours(self) -> Decimal:
        return sum((entry.hours or ZERO for entry in self.entries), ZERO)

    @property
    def raw(self) -> Decimal:
        return sum((entry.raw for entry in self.entries), ZERO)

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted


@dataclass(frozen=True)
class Plan:
    """An entry that is planned, and counts nothing yet."""

    days: str
    title: str
    provider: str
    code: str
    type: str


@dataclass(frozen=True)
class Standing:
    """A row of the totals: a type with its code, a group, or everything; a cell a column."""

    code: str
    label: str
    cells: Sequence[Cell]
    is_sum: bool


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """A transcript as it is read: every text in its language, nothing drawn yet.

    `state` says what it is worth, "Final" or not. `as_of` is the day on which the record was
    accepted, or the day of printing while it isn't; `accepted` are the points that the committee
    accepted, and None before.
    """

    language: str
    issuer: str
    about: str
    program: str
    unit: str
    name: str
    association: str
    reference: str
    period: str
    rules: int
    state: str
    state_more: str
    is_final: bool
    as_of: date
    counts_hours: bool
    counted: Decimal
    parked: Decimal
    needed: Decimal | None
    accepted: Decimal | None
    years: tuple[Year, ...]
    planned: tuple[Plan, ...]
    columns: tuple[str, ...]
    standing: tuple[Standing, ...]


def write(registration: Registration, *, language: str) -> Transcript:
    """Collect a transcript in that language; its queries are as many for any number of entries."""
    is_final = registration.status in FINAL
    acceptance = completion.last_event(registration, Event.Kind.ACCEPT) if is_final else None
    accepted = acceptance.details.get("counted") if acceptance else None
    with translation.override(language):
        record = Record(registration)
        as_of = day_in(record.program, acceptance.at) if acceptance else record.today
        lines = record.lines(entries_of(record), with_comments=False)
        done = [line for line in lines if line.state != Credit.State.PLANNED]
        table = StandingTable(record)
        state, more = _state(registration, as_of)
        return Transcript(
            language=language,
            **_names(registration, language),
            state=state,
            state_more=more,
            is_final=is_final,
            as_of=as_of,
            counts_hours=record.rules.counts_hours,
            counted=record.counted(),
            parked=sum((line.raw - line.counted for line in done), ZERO),
            needed=record.rules.needed,
            accepted=Decimal(str(accepted)) if accepted else None,
            years=tuple(_years(record, done)),
            planned=() if is_final else tuple(_plans(lines)),
            columns=tuple(table.columns),
            standing=tuple(map(_standing, table.rows)),
        )


def _names(registration: Registration, language: str) -> dict[str, Any]:
    """Whose record it is, of what, from when until when."""
    program, association = registration.program, registration.association
    return {
        "issuer": clean(program.text("issuer", language)),
        "about": clean(program.text("issuer_about", language)),
        "program": clean(program.text("name", language)),
        "unit": clean(program.text("unit", language)),
        "name": clean(registration.person.name),
        "association": clean(association.name) if association else "",
        "reference": registration.reference,
        "period": _period(registration.starts_on, registration.ends_on),
        "rules": registration.rules.version,
    }


def entries_of(record: Record) -> Iterable[Credit]:
    """What is in the record, the oldest first."""
    kept = record.credits().exclude(state=Credit.State.DELETED)
    return kept.order_by("completed_on", "activity_id")


def _state(registration: Registration, as_of: date) -> tuple[str, str]:
    """Say what the transcript is worth, and who has the record."""
    if registration.status in FINAL:
        return (
            _("Final"),
            _("The committee accepted the record on %(day)s.") % {"day": day(as_of)},
        )
    when = {"day": day(as_of)}
    if registration.status in Registration.CLOSED:
        text = _("As of %(day)s. The registration ended without a certificate.")
        return _("Not completed"), text % when
    sent = completion.last_event(registration, Event.Kind.TURN_IN)
    if registration.status == Status.TURNED_IN and sent:
        text = _(
            "As of %(day)s. The record is with the committee since %(sent)s; figures may change."
        )
        return _("In progress"), text % {**when, "sent": day(day_in(registration.program, sent.at))}
    return _("In progress"), _("As of %(day)s. Figures may still change.") % when


def _period(first: date | None, last: date | None) -> str:
    if last is None:
        return _("since %(start)s") % {"start": day(first)}
    return _("%(start)s to %(end)s") % {"start": day(first), "end": day(last)}


def _years(record: Record, done: list[Line]) -> Iterable[Year]:
    brought = points.brought(record.registration)
    for year, shelf in zip(record.program_years, shelves.years_of(record), strict=True):
        yield Year(
            label=_label(record, year),
            period=_period(year.starts_on, year.ends_on),
            shelf=shelf,
            entries=tuple(_entry(line) for line in done if line.year == year.number),
            counted=shelf.counted,
            brought=brought.get(year.number, ZERO),
        )


def _label(record: Record, year: ProgramYear) -> str:
    return _("Year %(number)s") % {"number": year.number} if record.has_years else ""


def _entry(line: Line) -> Entry:
    activity = line.activity
    return Entry(
        days=_days(line),
        title=clean(activity.title),
        provider=clean(activity.provider),
        code=clean(line.type.code),
        type=clean(line.rate.label),
        hours=activity.hours,
        rate=number(line.rate.per_hour),
        raw=line.raw,
        counted=line.counted,
        why=reasons.briefly(line),
    )


def _days(line: Line) -> str:
    first, last = line.activity.started_on, line.activity.completed_on
    if first is None or first == last:
        return short_day(last)
    return _("%(start)s to %(end)s") % {"start": short_day(first), "end": short_day(last)}


def _plans(lines: list[Line]) -> Iterable[Plan]:
    for line in lines:
        if line.state == Credit.State.PLANNED:
            row = _entry(line)
            yield Plan(row.days, row.title, row.provider, row.code, row.type)


def _standing(row: Row) -> Standing:
    if row.type:
        return Standing(clean(row.type.code), clean(row.type.name), row.cells, is_sum=False)
    if row.group:
        return Standing("", clean(row.group.name), row.cells, is_sum=False)
    return Standing("", _("In all"), row.cells, is_sum=True)
