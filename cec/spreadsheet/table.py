"""The lines of a table, whether it comes as a workbook or as a text file."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from openpyxl import Workbook

from cec.spreadsheet import container, safety, text_file
from cec.spreadsheet.bounds import bounded
from cec.spreadsheet.limits import MEGABYTE, Limits
from cec.spreadsheet.opening import lines, opened, visible_sheets
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.text_file import Score

TEXT_ENDINGS = frozenset((".csv", ".txt", ".tsv"))
_LOOK_WITHIN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How the table is written, and its lines, blank ones too: counting them gives their numbers.

    `expected` is how many lines to expect, where that is known before they are read; `ended` is
    false for a text file whose last line has no end; `workbook` is the whole that it stands in.
    """

    kind: str
    lines: Iterator[Sequence[object]]
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    expected: int | None = None
    ended: bool = True
    workbook: Workbook | None = None


def what_kind(data: bytes, name: str) -> str:
    """`xlsx` or `csv`, told by the first bytes and the name; raises `WorkbookRefused` otherwise."""
    ending = PurePath(name.replace("\\", "/")).suffix.casefold()
    kind = container.what_it_is(data)
    if kind == "zip":
        if not container.has_right_name(name):
            raise WorkbookRefused("wrong_name")
        return "xlsx"
    if kind == "unknown" and ending in TEXT_ENDINGS and _is_utf16(data):
        kind = "text"
    if kind == "text" and ending not in TEXT_ENDINGS:
        raise WorkbookRefused("text" if ending == ".xlsx" else "wrong_text_name")
    if kind != "text":
        raise WorkbookRefused(kind)
    return "csv"


def _is_utf16(data: bytes) -> bool:
    return text_file.encoding_of(data[:4096]).startswith("utf-16")


@contextmanager
def opened_table(data: bytes, name: str, limits: Limits, score: Score) -> Iterator[Table]:
    """Open a file that was looked at before anything opens it (`E2`).

    `score` says how many headings of a line are known: it picks the sheet and the delimiter.
    """
    if len(data) > limits.file:
        raise WorkbookRefused("too_big", limit=limits.file // MEGABYTE)
    with bounded(), _opened(data, name, limits, score) as table:
        yield table


@contextmanager
def _opened(data: bytes, name: str, limits: Limits, score: Score) -> Iterator[Table]:
    if what_kind(data, name) == "csv":
        written = text_file.format_of(data, score)
        with closing(text_file.lines(data, written)) as found:  # type: ignore[type-var]
            yield Table(
                kind="csv",
                lines=found,
                encoding=written.encoding,
                delimiter=written.delimiter,
                expected=(data.count(b"\n") or data.count(b"\r")) + 1,
                ended=data.rstrip(b"\0")[-1:] in (b"\r", b"\n"),
            )
        return
    with opened(safety.check(io.BytesIO(data), limits)) as workbook:
        sheets = visible_sheets(workbook)
        said = {sheet.title: sheet.max_row for sheet in sheets}  # gone once a sheet is read
        sheet = _likeliest(sheets, score)
        expected = said[sheet.title]
        with closing(lines(sheet)) as found:  # type: ignore[type-var]
            yield Table(
                kind="xlsx",
                lines=found,
                sheet=sheet.title,
                expected=expected if expected and expected <= 2 * limits.rows else None,
                workbook=workbook,
            )


def _likeliest(sheets: list[Any], score: Score) -> Any:
    """The sheet with the most known headings; the first one that isn't empty where none has any."""
    best, most = None, -1
    for sheet in sheets:
        with closing(lines(sheet)) as found:  # type: ignore[type-var]
            first = [line for line, _n in zip(found, range(_LOOK_WITHIN), strict=False)]
        known = max((score(line) for line in first if any(line)), default=-1)
        if known > most:
            best, most = sheet, known
    if best is None:
        raise WorkbookRefused("no_rows")
    return best
