"""One line of a sheet: an activity with its questions, or no activity at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from openpyxl.utils.datetime import WINDOWS_EPOCH

from activities.workbook.doubt import problem, question
from activities.workbook.hours import plain, read_hours
from activities.workbook.matching import Matcher
from activities.workbook.sheet import Choice, Problem, Question, Row, Skipped
from cec.spreadsheet.cells import ERRORS, as_text
from cec.spreadsheet.dates import Dates, read_dates
from cec.spreadsheet.doubt import Doubt
from cec.spreadsheet.wording import (
    CONTROL,
    clean_line,
    clean_text,
    fold,
    unescape,
    without_controls,
)

MOST_CHARACTERS = 2000
# What the log can hold in one line.
MOST_IN_FIELD = {"title": 300, "provider": 200, "subject": 500, "row_id": 64, "mark": 200}
# The columns that make a row; an answer may add a `choice`.
READ = frozenset(
    (
        *("date", "started_on", "completed_on", "title", "provider", "type", "subject"),
        *("hours", "points", "outcome", "planned", "row_id", "mark"),
    )
)
_SUM = re.compile(r"(?:sub ?|grand |sous )?tota(?:l|ls|ux)\b|sum\b|somme\b|.*\b(?:sub ?)?total$")
_YEAR = re.compile(r"(?:program )?(?:year|annee|an) \w+|(?:19|20)\d\d(?: (?:19|20)?\d\d)?")
_HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Reader:
    """What the lines of one workbook are read with."""

    matcher: Matcher
    epoch: datetime = WINDOWS_EPOCH


def take_line(
    number: int, cells: Mapping[str, object], epoch: datetime
) -> dict[str, str] | Skipped | None:
    """The texts of an activity's cells, a line that is none, or None for a blank one.

    `cells` is by field; `read_row` makes the activity of the texts.
    """
    values = _filled(cells)
    if not values:
        return None
    kind = _other_kind(values, epoch)
    if kind:
        text = next((value for value in values.values() if isinstance(value, str)), "")
        return Skipped(number, kind, clean_line(CONTROL.sub("", text))[:200])
    return {name: as_text(value) for name, value in values.items()}


def read_row(number: int, cells: Mapping[str, object], reader: Reader) -> Row:
    """An activity, for a line that is known to be one; `cells` are its texts, or what it says."""
    values = _filled(cells)
    dates = read_dates(values.get("date"), epoch=reader.epoch)
    return _Line(values, reader).row(number, dates)


def _filled(cells: Mapping[str, object]) -> dict[str, object]:
    """The cells that hold something, with the characters that Excel spells as _xHHHH_."""
    return {
        name: unescape(value) if isinstance(value, str) else value
        for name, value in cells.items()
        if value is not None and (not isinstance(value, str) or value.strip())
    }


def _other_kind(values: Mapping[str, object], epoch: datetime) -> str:
    """`subtotal` or `heading` if the line is no activity, else nothing."""
    typed = "type" in values or "choice" in values
    title = values.get("title")
    if title is not None and typed:
        return ""
    dated = "completed_on" in values or _is_dated(read_dates(values.get("date"), epoch=epoch))
    if title is not None:
        if dated or typed or not isinstance(title, str):
            return ""
        folded = fold(title)
        if _SUM.match(folded) and not values.keys() & {"provider", "subject", "outcome"}:
            return "subtotal"
        return "heading" if len(values) == 1 and _YEAR.fullmatch(folded) else ""
    if not (dated and typed):
        texts = [value for value in values.values() if isinstance(value, str)]
        if (not texts and not dated) or any(_SUM.match(fold(text)) for text in texts):
            return "subtotal"
    # Without a title it takes two of the three to be an activity rather than a heading.
    return "" if dated + typed + ("hours" in values) >= 2 else "heading"


def _is_dated(dates: Dates) -> bool:
    if dates.doubt is not None:
        return dates.doubt.code != "date_unreadable"
    return dates.completed is not None


class _Line:
    """One line while it is read: what it says, and what comes up."""

    def __init__(self, values: Mapping[str, object], reader: Reader) -> None:
        self.values = values
        self.reader = reader
        self.raw: dict[str, str] = {}
        self.questions: list[Question] = []
        self.problems: list[Problem] = []
        for name, value in values.items():
            text = self.raw[name] = as_text(value)
            if text is not value and isinstance(value, str) and CONTROL.search(value):
                self.problems.append(problem(name, "control_characters"))

    def row(self, number: int, dates: Dates) -> Row:
        title = self.text("title")
        if not title:
            self.ask("title", Doubt("title_missing"), self.raw.get("title", ""))
        started_on, completed_on = self.days(dates)
        choice = self.choice()
        hours = self.hours(choice)
        if started_on and completed_on and hours:
            most = _HOURS_A_DAY * ((completed_on - started_on).days + 1)
            if hours > most:
                self.ask("started_on", Doubt("hours_beyond_days"), plain(hours))
        return Row(
            number=number,
            raw=self.raw,
            title=title,
            provider=self.text("provider"),
            subject=self.text("subject"),
            outcome=self.text("outcome"),
            started_on=started_on,
            completed_on=completed_on,
            choice=choice,
            hours=hours,
            stated_points=_number(self.values.get("points")),
            planned="planned" in self.values,
            row_id=self.text("row_id"),
            mark=self.text("mark"),
            questions=tuple(self.questions),
            problems=tuple(self.problems),
        )

    def ask(self, about: str, doubt: Doubt | None, text: str = "") -> None:
        """Note a question, unless an error value says already what is wrong."""
        if doubt is None:
            return
        if text in ERRORS:
            doubt = Doubt("cell_error")
        self.questions.append(question(about, doubt, text))

    def text(self, name: str) -> str:
        """A checked text; an error value is none, except as text in our own export."""
        value = self.values.get(name)
        if value is None:
            return ""
        text = value if isinstance(value, str) else self.raw[name]
        if text in ERRORS and "row_id" not in self.values:
            return ""
        # What can't be shown refuses the row; a page that says so must still be able to.
        text = without_controls(text)
        text = clean_text(text) if name == "outcome" else clean_line(text)
        most = MOST_IN_FIELD.get(name, MOST_CHARACTERS)
        if len(text) > most:
            self.problems.append(problem(name, "too_long", limit=most))
            return text[:most]
        return text

    def days(self, dates: Dates) -> tuple[date | None, date | None]:
        """First and last day; a column or an answer for either goes before the range."""
        column, end = "date", dates
        if "completed_on" in self.values:
            column, end = "completed_on", self.dates("completed_on")
        text = self.raw.get(column, "")
        if end.completed is None:
            self.ask("completed_on", end.doubt or Doubt("date_missing"), text)
            return None, None
        if "started_on" in self.values:
            return self.first_day(end.completed), end.completed
        if column == "completed_on" and end.started == end.completed and dates.started:
            return min(dates.started, end.completed), end.completed
        return end.started, end.completed

    def first_day(self, completed_on: date) -> date | None:
        text = self.raw["started_on"]
        start = self.dates("started_on")
        if start.doubt and start.doubt.code == "date_month":
            firsts = tuple(f"{offer[:8]}01" for offer in start.doubt.suggestions)
            self.ask("started_on", Doubt("date_month", firsts), text)
        elif start.started is None:
            self.ask("started_on", start.doubt, text)
        elif start.started > completed_on:
            self.ask("started_on", Doubt("start_after_end"), text)
        else:
            return start.started
        return None

    def dates(self, name: str) -> Dates:
        return read_dates(self.values[name], epoch=self.reader.epoch)

    def choice(self) -> Choice | None:
        answer = self.reader.matcher.by_key.get(self.raw.get("choice", ""))
        if answer:
            return answer
        text = clean_line(self.raw.get("type", ""))
        choice, doubt = self.reader.matcher.match(text) if text else (None, None)
        if choice is None:
            self.ask("choice", doubt or Doubt("choice_missing"), text)
        return choice

    def hours(self, choice: Choice | None) -> Decimal | None:
        reading = read_hours(self.values.get("hours"))
        if reading.value is None:
            optional = choice is not None and not choice.needs_hours and reading.doubt is None
            if not optional:
                doubt = reading.doubt or Doubt("hours_missing")
                self.ask("hours", doubt, self.raw.get("hours", ""))
        return reading.value


def _number(value: object) -> Decimal | None:
    """Points as the person stated them: only to compare, so what is no number is nothing."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number) < 10**6 else None
