"""Reading a record of learning activities from a workbook that somebody kept."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import IO, Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook

from activities.workbook.columns import find_columns, known_headings
from activities.workbook.lines import READ, Reader, read_line, read_row
from activities.workbook.matching import Matcher
from activities.workbook.sheet import Choice, Row, Sheet, Skipped
from cec.spreadsheet import safety
from cec.spreadsheet.limits import MEGABYTE, Limits
from cec.spreadsheet.opening import lines, opened, visible_sheets
from cec.spreadsheet.safety import WorkbookRefused
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
_LAST_LINE = 1_048_576
_HEADING_WITHIN = 60
_NO_TABLE = _(
    "We found no table of activities. One row needs the headings, such as Date, Title of "
    "activity, Type of activity and Hours, on a sheet that isn’t hidden."
)
_TOO_MANY_ROWS = _("There are more than %(limit)s rows. Split the record into two workbooks.")


def read(file: IO[bytes], *, choices: Sequence[Choice], language: str) -> Sheet:
    """Read every row as new, wanting an answer, or refused, with sentences in `language`.

    Raises `WorkbookRefused` when the file as a whole can't be read.
    """
    with translation.override(language), opened(check(file)) as workbook:
        sheet = _sheet_with_table(workbook)
        return _Table(sheet, Reader(Matcher(choices), workbook.epoch)).read()


def check(file: IO[bytes]) -> bytes:
    """Return the file's bytes if they are a workbook that is safe to open."""
    return safety.check(file, LIMITS)


def read_again(
    raws: Iterable[tuple[int, Mapping[str, str]]], *, choices: Sequence[Choice], language: str
) -> list[Row]:
    """The rows that pairs of `Row.number` and `Row.raw` make, after answers were written in.

    An answer is `raw[question.field] = text`: one of the suggestions, or whatever was typed.
    """
    with translation.override(language):
        reader = Reader(Matcher(choices))
        return [read_row(number, raw, reader) for number, raw in raws]


def _sheet_with_table(workbook: Workbook) -> Any:
    """The first visible sheet with the headings of a table of activities."""
    for sheet in visible_sheets(workbook):
        with closing(lines(sheet)) as first:  # type: ignore[type-var]
            for _number, values in zip(range(_HEADING_WITHIN), first, strict=False):
                if find_columns(values[: LIMITS.columns]):
                    return sheet
    raise WorkbookRefused("no_table", message=str(_NO_TABLE))


def _too_many_rows() -> WorkbookRefused:
    return WorkbookRefused("too_many_rows", message=str(_TOO_MANY_ROWS), limit=LIMITS.rows)


class _Table:
    """One sheet while it is read, from its first line to its last."""

    def __init__(self, sheet: Any, reader: Reader) -> None:
        self.sheet = sheet
        self.reader = reader
        self.columns: dict[str, int] = {}
        self.headings: dict[str, str] = {}
        self.title_headings = {
            name for name, (field, _rank) in known_headings().items() if field == "title"
        }
        self.wanted: list[tuple[str, int]] = []
        self.ignored: list[str] = []
        self.rows: list[Row] = []
        self.skipped: list[Skipped] = []

    def read(self) -> Sheet:
        for number, values in enumerate(lines(self.sheet), start=1):
            if number > _LAST_LINE:
                raise _too_many_rows()
            if any(values):
                self.take(number, values)
        return Sheet(
            title=self.sheet.title,
            rows=tuple(self.rows),
            skipped=tuple(self.skipped),
            columns=self.headings,
            ignored=tuple(self.ignored),
        )

    def take(self, number: int, values: tuple[object, ...]) -> None:
        if any(values[LIMITS.columns :]):
            raise WorkbookRefused("too_many_columns", limit=LIMITS.columns)
        columns = self.new_columns(values)
        if columns:
            self.start(number, columns, values)
        elif not self.columns:
            self.skipped.append(Skipped(number, "above", _first_text(values)))
        else:
            cells = {name: values[index] for name, index in self.wanted if index < len(values)}
            line = read_line(number, cells, self.reader)
            if isinstance(line, Row):
                self.rows.append(line)
            elif line is not None:
                self.skipped.append(line)
        if len(self.rows) > LIMITS.rows or number > MOST_LINES:
            raise _too_many_rows()

    def new_columns(self, values: tuple[object, ...]) -> dict[str, int] | None:
        """Headings, the first or repeated further down, where the columns may stand otherwise."""
        if self.columns:
            title = values[self.columns["title"]]
            if not isinstance(title, str) or title.strip().casefold() not in self.title_headings:
                return None
        return find_columns(values[: LIMITS.columns])

    def start(self, number: int, columns: dict[str, int], values: tuple[object, ...]) -> None:
        again = bool(self.columns)
        self.columns = columns
        self.title_headings.add(str(values[columns["title"]]).strip().casefold())
        self.wanted = [(name, index) for name, index in columns.items() if name in READ]
        if again:
            self.skipped.append(Skipped(number, "header", _first_text(values)))
            return
        self.headings = {name: clean_line(str(values[at])) for name, at in columns.items()}
        used = set(columns.values())
        self.ignored = [
            clean_line(without_controls(value))[:200]
            for index, value in enumerate(values[: LIMITS.columns])
            if isinstance(value, str) and value.strip() and index not in used
        ]


def _first_text(values: tuple[object, ...]) -> str:
    text = next((value for value in values if isinstance(value, str) and value.strip()), "")
    return clean_line(without_controls(text))[:200]
