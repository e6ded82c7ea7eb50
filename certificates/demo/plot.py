"""Who does what when: lays the rows of `people.toml` out over the past years."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from dateutil.relativedelta import relativedelta

from certificates.demo import life
from certificates.demo.cast import Cast, Committee, told
from certificates.demo.learning import Entry, Shelf
from certificates.demo.script import Script
from certificates.demo.stories import Story
from registrations.calendar import anniversary, year_bounds
from registrations.models import Program

A_YEAR = 365


def days(number: int) -> timedelta:
    return timedelta(days=number)


class Plot:
    """Plans the stories of one program."""

    def __init__(self, script: Script, cast: Cast, committee: Committee, program: Program) -> None:
        self.script = script
        self.today = script.today
        self.chance = script.random
        self.program = program
        self.shelf = Shelf(program, script)
        self._begin = partial(Story, script, cast, committee, program)

    def drafts(self) -> None:
        for row in told("people.toml")["drafts"]:
            self.script.plan(self.today - days(row["days"]), self._begin(row).open)

    def waiting(self) -> None:
        """Sent and undecided, with what is known of the fee and of the membership."""
        for row in told("people.toml")["waiting"]:
            story = self._begin(row)
            sent = self.today - days(row["days"])
            self.script.plan(sent, story.send, hour=8)
            later = min(self.today, sent + days(self.chance.randrange(3)))
            self._fee(story, row["fee"], later)
            if row["membership"] != "unchecked":
                until = self.today + days(220) if row["membership"] == "confirmed" else None
                self.script.plan(
                    later, partial(story.check, row["membership"], until=until), hour=11
                )

    def closed(self) -> None:
        for row in told("people.toml")["closed"]:
            story = self._begin(row)
            sent = self.today - days(row["days"])
            self.script.plan(sent, story.send)
            if row["fee"] == "refunded":
                self.script.plan(sent + days(1), story.pay)
            if row["end"] == "declined":
                self.script.plan(sent + days(4), partial(story.check, "lapsed"))
                self.script.plan(sent + days(9), story.decline)
            else:
                self.script.plan(sent + days(12), story.withdraw)
            if row["fee"] == "refunded":
                self.script.plan(sent + days(11), story.refund)

    def participants(self) -> None:
        rows = told("people.toml")["participants"]
        for row in [*rows, *(life.next_cycle(row) for row in rows if "again" in row)]:
            start = self.today - relativedelta(years=row["years"], days=row["days"])
            story = self._begin(row)
            entries = list(
                self.shelf.years_of(
                    self._first_days(start),
                    style=row["style"],
                    language=story.language,
                    complete=bool(row.get("finish")) or row["years"] >= 3,
                )
            )
            self._take_part(story, start, entries)
            if "again" not in row:
                life.plan(story)

    def nadia(self) -> None:
        row = told("people.toml")["nadia"]
        start = self.today - relativedelta(years=row["years"], days=row["days"])
        first_days = self._first_days(start)
        entries = [self.shelf.told_entry(entry, first_days) for entry in row["entries"]]
        self._take_part(self._begin(row), start, entries)

    def chantal(self) -> None:
        """Her record waits in Excel; once its three years are over, others are as good."""
        row = told("people.toml")["chantal"]
        start: date = row["started"]
        if not start <= self.today < anniversary(start, 3):
            start = self.today - relativedelta(years=1, days=250)
        self._take_part(self._begin(row), start, [])

    def careers(self) -> None:
        """Fixed numbers for each course: no fee, no membership, no end."""
        for row in told("people.toml")["careers"]:
            story = self._begin(row)
            start = self.today - days(row["days"])
            self.script.plan(start, story.send)
            if not row.get("waiting"):
                self.script.plan(start + days(2), story.approve)
            for place, code in enumerate(row["courses"], start=1):
                day = start + days(5 + (row["days"] - 10) * place // (len(row["courses"]) + 1))
                rate = self.shelf.rates[code]
                title = getattr(rate.activity_type, f"name_{story.language}")
                names = told("learning.toml")["webinars"][story.language]
                fields: dict[str, Any] = {
                    "title": names[place % len(names)] if code == "WEBINAR" else title,
                    "provider": self.program.text("issuer"),
                    "completed_on": day,
                }
                shared = row.get("shared", {})
                if shared.get("course") == code:
                    fields["hours"] = shared["hours"]
                    share = partial(story.share, shared["as"])
                    self.script.plan(day + days(3), share)
                entry = Entry(code, day + days(1), fields)
                self.script.plan(entry.logged_on, partial(story.log, entry, rate))

    def _first_days(self, start: date) -> list[date]:
        return [first for first, _last in year_bounds(start, self.program.cycle_years)]

    def _take_part(self, story: Story, start: date, entries: list[Entry]) -> None:
        """Register, be approved so that the cycle begins on `start`, learn, and perhaps finish."""
        sent = start - days(self.chance.randrange(7))
        self.script.plan(sent, story.send, hour=8)
        if self.chance.random() < 0.06:
            self.script.plan(start, story.waive, hour=9)
        else:
            told_later = min(self.today, start + days(self.chance.randrange(3)))
            self.script.plan(told_later, partial(story.pay, received_on=start), hour=9)
        approved = min(self.today, start + days(self.chance.randrange(2, 7)))
        closing = self._finish(story, start)
        self._memberships(story, start, closing)
        self.script.plan(approved, story.approve, hour=11)
        for entry in entries:
            logged = min(max(entry.logged_on, approved + days(1)), closing)
            rate = self.shelf.rates[entry.type]
            self.script.plan(logged, partial(story.log, entry, rate), hour=17)
        if "entries" in story.row:  # told one by one, and all of them stay
            return
        recent = [entry for entry in entries if entry.logged_on <= self.today - days(3)]
        if closing == self.today and len(recent) > 12 and self.chance.random() < 0.3:
            self.script.plan(self.today - days(1), story.delete_latest)

    def _finish(self, story: Story, start: date) -> date:
        """Plan how it ends; return the last day on which its record can be changed."""
        finish = story.row.get("finish")
        if finish is None:
            return self.today
        if finish == "withdrawn":
            story.row["reason"] = "I have left library work."
            day = self.today - days(story.row["days"] // 3)
            self.script.plan(day, story.withdraw)
            return day - days(1)
        end = anniversary(start, 3) - days(1)
        steps = {
            "turned_in": [(5, story.turn_in)],
            "returned": [(5, story.turn_in), (16, story.return_with_questions)],
            "turned_in_again": [
                (6, story.turn_in),
                (17, story.return_with_questions),
                (25, story.answer_questions),
                (26, story.turn_in),
            ],
            "accepted": [(6, story.turn_in), (24, story.accept)],
            "certified": [(6, story.turn_in), (20, story.accept), (31, story.certify)],
            "lapsed": [(61, story.lapse)],
        }[finish]
        if story.row.get("shows"):
            steps.append((32, story.show))
        for after, do in steps:
            self.script.plan(end + days(after), do, hour=13)
        return end

    def _memberships(self, story: Story, start: date, closing: date) -> None:
        """Plan a look at the membership at the start and at each renewal."""
        last = {"over": self.today - days(35), "soon": self.today + days(20)}.get(
            story.row.get("membership", ""), closing + days(self.chance.randrange(70, 330))
        )
        untils = [last]
        while untils[-1] - days(A_YEAR) > start + days(10):
            untils.append(untils[-1] - days(A_YEAR))
        seen = start
        for until in reversed(untils):
            self.script.plan(seen, partial(story.check, "confirmed", until=until), hour=10)
            seen = max(start, until - days(self.chance.randrange(3, 20)))

    def _fee(self, story: Story, state: str, day: date) -> None:
        plans = {
            "paid": story.pay,
            "part": partial(story.pay, "20.00"),
            "waived": story.waive,
        }
        if do := plans.get(state):
            self.script.plan(day, do, hour=9)
