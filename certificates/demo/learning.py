"""What people of the demo learned: entries drawn from `learning.toml`, year by year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from activities.models import Activity
from certificates.demo.cast import told
from certificates.demo.script import Script
from registrations.models import Program, Rate

SATURDAY = 5
DAYS_IN_A_YEAR = 365
SOON = timedelta(days=75)  # within it, what is ahead may be planned already


@dataclass(frozen=True)
class Entry:
    """Something that somebody did or plans, and the day on which they wrote it down.

    What `goes_on` is the next month of the entry with the same title.
    """

    type: str
    logged_on: date
    fields: dict[str, Any]
    goes_on: bool = False

    def activity(self) -> Activity:
        return Activity(**self.fields)


class Shelf:
    """All that may be drawn, and what it is worth: the rates by a name such as "LEAD board"."""

    def __init__(self, program: Program, script: Script) -> None:
        self.script = script
        self.rates = _rates(program)

    def years_of(
        self, first_days: list[date], *, style: str, language: str, complete: bool
    ) -> Iterator[Entry]:
        """Draw the entries of several program years; `complete` records want nothing more."""
        learning = told("learning.toml")
        piles = {kind: list(rows) for kind, rows in learning[language].items()}
        for pile in piles.values():
            self.script.random.shuffle(pile)
        for first_day in first_days:
            for kind, count in learning["styles"][style].items():
                for _ in range(count):
                    piles[kind].append(piles[kind].pop(0))
                    row = piles[kind][-1]
                    day = self._day(first_day)
                    entry = self._entry(kind, row, day, language=language, complete=complete)
                    if entry:
                        yield entry

    def _day(self, first_day: date) -> date:
        """Choose a day well inside a program year; nobody gives a webinar on a Sunday."""
        day = first_day + timedelta(days=self.script.random.randrange(8, DAYS_IN_A_YEAR - 20))
        return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))

    def _entry(
        self, kind: str, row: list[Any], day: date, *, language: str, complete: bool
    ) -> Entry | None:
        title, provider, hours, subject, outcome = row
        chance = self.script.random
        length, pause, luck = chance.choice(hours), chance.randrange(1, 15), chance.random()
        today = self.script.today
        planned = day > today
        if planned and (luck > 0.6 or day > today + SOON):
            return None
        unwritten = planned or (luck < 0.15 and not complete)
        study = told("learning.toml")["study"][language] if kind == "STUDY" else {}
        return Entry(
            type=kind,
            logged_on=today - timedelta(days=pause) if planned else day + timedelta(days=pause),
            fields=study
            | {
                "title": title.format(year=day.year),
                "provider": provider,
                "completed_on": day,
                "started_on": day - timedelta(days=1) if length >= 8 else None,
                "hours": Decimal(str(length)),
                "subject": subject,
                "outcome": "" if unwritten else outcome,
                "planned": planned,
            },
        )

    def told_entry(self, row: dict[str, Any], first_days: list[date]) -> Entry:
        """Return an entry that the file tells of itself: `on` is the program year and its day."""
        year, number = row["on"]
        day = first_days[year - 1] + timedelta(days=number)
        study = told("learning.toml")["study"]["en"] if row["type"] == "STUDY" else {}
        lasted = row.get("lasted", 1)
        planned = row.get("planned", False)
        return Entry(
            type=row["type"],
            logged_on=self.script.today - timedelta(days=6) if planned else day + timedelta(days=2),
            goes_on=row.get("goes_on", False),
            fields=study
            | {
                "title": row["title"].format(year=day.year),
                "provider": row.get("provider", ""),
                "completed_on": day,
                "started_on": day - timedelta(days=lasted - 1) if lasted > 1 else None,
                "hours": Decimal(str(row["hours"])),
                "subject": row["subject"],
                "outcome": row.get("outcome", ""),
                "planned": planned,
            },
        )


def _rates(program: Program) -> dict[str, Rate]:
    rates = Rate.objects.filter(activity_type__rules=program.current_rules)
    named = {}
    for rate in rates.select_related("activity_type"):
        code = rate.activity_type.code_en
        named[f"{code} {rate.key}" if rate.name_en else code] = rate
    return named
