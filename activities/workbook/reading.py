"""Reading a record of learning activities from a table that somebody kept."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from activities.workbook import columns
from activities.workbook.columns import find_columns, known_headings, with_our_own
from activities.workbook.lines import READ, Reader, read_row, take_line
from activities.workbook.listed import MOST_LINES as MOST_LISTED
from activities.workbook.listed import SIGN, listed_entries
from activities.workbook.matching import Matcher
from activities.workbook.sheet import Choice, Row, Sheet, Skipped
from cec.spreadsheet import headings, safety
from cec.spreadsheet.limits import MEGABYTE, Limits
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.table import Table, TooMuch, opened_table
from cec.spreadsheet.wording import clean_line, without_controls

# Some seconds of openpyxl's time at the most, while 2,000 rows of 60 columns stay below.
LIMITS = Limits(
    file=5 * MEGABYTE,
    rows=2000,
    unpacked=50 * MEGABYTE,
    strings=10 * MEGABYTE,
    cells=150_000,
    tags=300_000,
    others=80_000,
)
# Lines that are no rows may stand between them, but not without end.
MOST_LINES = 4 * LIMITS.rows
MOST_SECONDS = 60  # of the processor: a busy machine is no fault of the file (E3)
SECONDS_AT_ONCE = 10  # of the processor, while somebody waits (E3)
_LAST_LINE = 1_048_576
_HEADING_WITHIN = 60
_SAMPLES = 3
_A_TABLE = 1000  # more than headings that are known one by one
MESSAGES = {
    "no_table": _(
        "We found no table of activities. One row needs the headings, such as Date, Title of "
        "activity, Type of activity and Hours, on a sheet that isn’t hidden."
    ),
    "unreadable": _(
        "We couldn’t read this file. Open it in your spreadsheet, save it under a new name as "
        "Excel Workbook (.xlsx), and choose the new file."
    ),
    "too_many_rows": _("There are more than %(limit)s rows. Split the record into two workbooks."),
}


class TooLong(Exception):
    """There are more rows than were to be read at once, or they take longer than somebody waits."""


def read(
    file: IO[bytes],
    *,
    choices: Sequence[Choice],
    language: str,
    chosen: Mapping[str, Any] | None = None,
    remembered: Mapping[str, str] | None = None,
    at_once: int | None = None,
) -> Sheet:
    """Read every row as new, wanting an answer, or refused, with sentences in `language`.

    `chosen` are the columns as their owner said, with the line of the headings; `remembered` what
    was said of such headings before. Raises `WorkbookRefused` when the file as a whole can't be
    read, and `TooLong` when it has more than `at_once` rows or takes `SECONDS_AT_ONCE`.
    """
    file.seek(0)
    data = file.read(LIMITS.file + 1)
    name = getattr(file, "name", "")
    known = remembered or {}

    def score(values: Sequence[object]) -> int:
        if any(isinstance(value, datetime) for value in values):
            return 0  # no heading is a day
        found = columns.match(values, known)
        return _A_TABLE if columns.are_a_table(found) else len(found)

    with translation.override(language):
        try:
            with opened_table(
                *(data, str(name or ""), LIMITS, score),
                seconds=None if at_once is None else SECONDS_AT_ONCE,
                hidden=(SIGN, MOST_LISTED),
            ) as table:
                reading = _Table(table, remembered=known)
                reading.chosen, reading.at_once = chosen, at_once
                return reading.read(lambda: _rows(reading, choices, language))
        except TimeoutError:
            if at_once is None:
                raise
            raise TooLong from None
        except WorkbookRefused as refusal:
            if at_once is not None and isinstance(refusal, TooMuch):
                raise TooLong from None
            code = "no_table" if refusal.code == "no_rows" else refusal.code
            raise refused(code) from None


def _rows(reading: "_Table", choices: Sequence[Choice], language: str) -> list[Row]:
    with translation.override(language):
        reader = Reader(Matcher(choices), reading.epoch)
        return [read_row(number, raw, reader) for number, raw in reading.rows]


def check(file: IO[bytes]) -> bytes:
    """Return the file's bytes if they are a workbook that is safe to open."""
    return safety.check(file, LIMITS)


def refused(code: str) -> WorkbookRefused:
    """Return a refusal with the sentence that a record has for it."""
    limits = {
        "too_many_rows": LIMITS.rows,
        "too_many_columns": LIMITS.columns,
        "too_big": LIMITS.file // MEGABYTE,
    }
    message = str(MESSAGES.get(code) or ("" if code in safety.REFUSALS else MESSAGES["unreadable"]))
    return WorkbookRefused(code, message=message, limit=limits.get(code, 0))


def read_again(
    raws: Iterable[tuple[int, Mapping[str, str]]], *, choices: Sequence[Choice], language: str
) -> list[Row]:
    """The rows that pairs of `Row.number` and `Row.raw` make, after answers were written in.

    An answer is `raw[question.field] = text`: one of the suggestions, or whatever was typed.
    """
    with translation.override(language):
        reader = Reader(Matcher(choices))
        return [read_row(number, raw, reader) for number, raw in raws]


class _Table:
    """One table while it is read, from its first line to its last."""

    chosen: Mapping[str, Any] | None = None
    at_once: int | None = None

    def __init__(self, table: Table, *, remembered: Mapping[str, str]) -> None:
        self.table = table
        self.epoch = table.epoch
        self.remembered = remembered
        self.columns: dict[str, int] = {}
        self.headings: dict[str, str] = {}
        self.layout: dict[str, Any] = {}
        self.title_headings = {
            name for name, (field, _rank) in known_headings().items() if field == "title"
        }
        self.wanted: list[tuple[str, int]] = []
        self.ignored: list[str] = []
        self.rows: list[tuple[int, dict[str, str]]] = []
        self.skipped: list[Skipped] = []
        self.width = self.short_lines = 0
        self.last_is_short = False

    def read(self, make_rows: Callable[[], list[Row]]) -> Sheet:
        lines = self._numbered()
        self._find_headings(lines)
        until = time.thread_time() + MOST_SECONDS
        for number, values in lines:
            self.take(number, values)
            if not number % 100 and time.thread_time() > until:
                raise WorkbookRefused("too_much_inside")
        breaks_off = self.last_is_short and self.short_lines == 1 and not self.table.ended
        if breaks_off and self.table.kind == "csv":
            raise WorkbookRefused("breaks_off")
        return Sheet(
            title=self.table.sheet,
            lines=self.rows,
            make_rows=make_rows,
            skipped=tuple(self.skipped),
            columns=self.headings,
            ignored=tuple(self.ignored),
            layout=self.layout,
            listed=listed_entries(self.table.hidden),
        )

    def _numbered(self) -> Iterator[tuple[int, Sequence[object]]]:
        """The lines that hold something, with their numbers in the file."""
        for number, values in enumerate(self.table.lines, start=1):
            if number > _LAST_LINE:
                raise refused("too_many_rows")
            if any(values):
                if any(values[LIMITS.columns :]):
                    raise refused("too_many_columns")
                yield number, values

    def _find_headings(self, lines: Iterator[tuple[int, Sequence[object]]]) -> None:
        """Find the line with the headings, and go on behind it; else take the likeliest and ask."""
        first: list[tuple[int, Sequence[object]]] = []
        for number, values in islice(lines, _HEADING_WITHIN):
            first.append((number, values))
            if self._are_headings(number, values):
                break
        else:
            self._ask_for_columns(first)
            return
        self.skipped += [Skipped(each, "above", _first_text(cells)) for each, cells in first[:-1]]
        number, values = first[-1]
        found = self._columns_of(values)
        self.start(number, found, values)
        below = list(islice(lines, _SAMPLES))
        self._note(number, values, below, found)
        for each, cells in below:
            self.take(each, cells)

    def _are_headings(self, number: int, values: Sequence[object]) -> bool:
        if self.chosen:
            return bool(number == self.chosen["header_row"])
        return find_columns(values, self.remembered) is not None

    def _columns_of(self, values: Sequence[object]) -> dict[str, int]:
        if self.chosen:
            return with_our_own(self.chosen["columns"], values)
        return columns.match(values, self.remembered)

    def _ask_for_columns(self, first: list[tuple[int, Sequence[object]]]) -> None:
        """Nothing known: take the widest line for the headings, if it can be a table at all."""
        widths = [len(headings.texts(values, most=LIMITS.columns)) for _n, values in first]
        at = widths.index(max(widths)) if widths else 0
        if len(first) < at + 2 or widths[at] < 2:
            raise refused("no_table")
        number, values = first[at]
        self._note(number, values, first[at + 1 :], columns.match(values, self.remembered))
        self.layout["problem"] = columns.missing(self.layout["columns"]) or "unsure_columns"

    def _note(
        self,
        number: int,
        values: Sequence[object],
        below: Sequence[tuple[int, Sequence[object]]],
        found: dict[str, int],
    ) -> None:
        self.layout = {
            "kind": self.table.kind,
            "header_row": number,
            "headings": headings.texts(values, most=LIMITS.columns),
            "samples": [headings.texts(line, most=LIMITS.columns) for _n, line in below[:_SAMPLES]],
            "columns": found,
            "problem": columns.missing(found),
        }

    def take(self, number: int, values: Sequence[object]) -> None:
        if not self.columns:  # the owner says first which column holds what
            return
        self.last_is_short = len(values) < self.width
        self.short_lines += self.last_is_short
        again = self.new_columns(values)
        if again:
            self.start(number, again, values)
        else:
            cells = {name: values[index] for name, index in self.wanted if index < len(values)}
            line = take_line(number, cells, self.epoch)
            if isinstance(line, Skipped):
                self.skipped.append(line)
            elif line is not None:
                self.rows.append((number, line))
        if self.at_once is not None and len(self.rows) > self.at_once:
            raise TooLong
        if len(self.rows) > LIMITS.rows or number > MOST_LINES:
            raise refused("too_many_rows")

    def new_columns(self, values: Sequence[object]) -> dict[str, int] | None:
        """Headings repeated further down, where the columns may stand otherwise."""
        at = self.columns["title"]
        title = values[at] if at < len(values) else None
        if not isinstance(title, str) or title.strip().casefold() not in self.title_headings:
            return None
        if not self.chosen:
            return find_columns(values, self.remembered)
        same = headings.texts(values, most=LIMITS.columns) == self.layout["headings"]
        return self.columns if same else None

    def start(self, number: int, found: dict[str, int], values: Sequence[object]) -> None:
        again = bool(self.columns)
        self.columns = found
        self.title_headings.add(str(values[found["title"]]).strip().casefold())
        # In our own export the points are a formula; what it last showed is no data.
        unread = {"points"} if "mark" in found else set()
        self.wanted = [(name, at) for name, at in found.items() if name in READ - unread]
        if again:
            self.skipped.append(Skipped(number, "header", _first_text(values)))
            return
        self.width = len(values)
        self.headings = {name: clean_line(str(values[at])) for name, at in found.items()}
        used = set(found.values())
        self.ignored = [
            clean_line(without_controls(value))[:200]
            for index, value in enumerate(values[: LIMITS.columns])
            if isinstance(value, str) and value.strip() and index not in used
        ]


def _first_text(values: Sequence[object]) -> str:
    text = next((value for value in values if isinstance(value, str) and value.strip()), "")
    return clean_line(without_controls(text))[:200]
