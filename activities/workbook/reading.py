"""Reading a record of learning activities from a workbook that somebody kept."""

import io
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import IO, Any

from django.utils import translation
from openpyxl import Workbook, load_workbook

from activities.workbook import safety
from activities.workbook.columns import find_columns, known_headings
from activities.workbook.lines import READ, Reader, read_line, read_row
from activities.workbook.matching import Matcher
from activities.workbook.safety import WorkbookRefused
from activities.workbook.sheet import Choice, Row, Sheet, Skipped
from activities.workbook.wording import clean_line
from cec.export import without_controls

MOST_ROWS = 2000
MOST_COLUMNS = 60
# Lines that are no rows may stand between them, but not without end.
MOST_LINES = 4 * MOST_ROWS
_LAST_LINE = 1_048_576
_HEADING_WITHIN = 60
_MOST_SHEETS = 50
# How far right a stray cell is still noticed; what lies beyond is never unpacked.
_LOOK_AT_COLUMNS = 80


def read(file: IO[bytes], *, choices: Sequence[Choice], language: str) -> Sheet:
    """Read every row as new, wanting an answer, or refused, with sentences in `language`.

    Raises `WorkbookRefused` when the file as a whole can't be read.
    """
    with translation.override(language):
        data = safety.check(file)
        with _opened(data) as workbook:
            sheet = _sheet_with_table(workbook)
            return _Table(sheet, Reader(Matcher(choices), workbook.epoch)).read()


def read_again(
    raws: Iterable[tuple[int, Mapping[str, str]]], *, choices: Sequence[Choice], language: str
) -> list[Row]:
    """The rows that pairs of `Row.number` and `Row.raw` make, after answers were written in.

    An answer is `raw[question.field] = text`: one of the suggestions, or whatever was typed.
    """
    with translation.override(language):
        reader = Reader(Matcher(choices))
        return [read_row(number, raw, reader) for number, raw in raws]


@contextmanager
def _opened(data: bytes) -> Iterator[Workbook]:
    # Warnings about parts that we never use (extensions, print areas) help nobody.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
        except Exception as broken:
            raise WorkbookRefused("damaged") from broken
        with closing(workbook):
            yield workbook


def _lines(sheet: Any) -> Iterator[tuple[object, ...]]:
    """The lines of a sheet, blank ones too, so that counting them gives their numbers.

    openpyxl has no exception of its own for broken input: KeyError, TypeError, ParseError and
    more all mean that the file can't be read, and come only from inside this loop.
    """
    try:
        sheet.reset_dimensions()  # else lines below a wrong <dimension> vanish without a word
        yield from sheet.iter_rows(values_only=True, max_col=_LOOK_AT_COLUMNS)
    except Exception as broken:
        raise WorkbookRefused("damaged") from broken


def _sheet_with_table(workbook: Workbook) -> Any:
    """The first visible sheet with the headings of a table of activities."""
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    for sheet in visible[:_MOST_SHEETS]:
        with closing(_lines(sheet)) as lines:  # type: ignore[type-var]
            for _number, values in zip(range(_HEADING_WITHIN), lines, strict=False):
                if find_columns(values[:MOST_COLUMNS]):
                    return sheet
    raise WorkbookRefused("no_table")


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
        for number, values in enumerate(_lines(self.sheet), start=1):
            if number > _LAST_LINE:
                raise WorkbookRefused("too_many_rows", limit=MOST_ROWS)
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
        if any(values[MOST_COLUMNS:]):
            raise WorkbookRefused("too_many_columns", limit=MOST_COLUMNS)
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
        if len(self.rows) > MOST_ROWS or number > MOST_LINES:
            raise WorkbookRefused("too_many_rows", limit=MOST_ROWS)

    def new_columns(self, values: tuple[object, ...]) -> dict[str, int] | None:
        """Headings, the first or repeated further down, where the columns may stand otherwise."""
        if self.columns:
            title = values[self.columns["title"]]
            if not isinstance(title, str) or title.strip().casefold() not in self.title_headings:
                return None
        return find_columns(values[:MOST_COLUMNS])

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
            for index, value in enumerate(values[:MOST_COLUMNS])
            if isinstance(value, str) and value.strip() and index not in used
        ]


def _first_text(values: tuple[object, ...]) -> str:
    text = next((value for value in values if isinstance(value, str) and value.strip()), "")
    return clean_line(without_controls(text))[:200]
