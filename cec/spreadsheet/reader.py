"""Reading a table, as it is done apart (`cec.apart`): nothing else opens the file (E3).

It is sent what to read and its limits, asks how many headings of a line are known, says what table
it found, and then its lines.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

from openpyxl import Workbook

from cec.apart import Line
from cec.spreadsheet import safety, text_file
from cec.spreadsheet.limits import Limits
from cec.spreadsheet.opening import LOOK_AT_COLUMNS, lines, opened, visible_sheets
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.spoken import plain, said, understood
from cec.spreadsheet.text_file import Score

_LOOK_WITHIN = 60
_AT_A_TIME = 20  # lines


def serve(line: Line) -> None:
    """Read one file for whoever is at the other end."""
    asked = understood(line.hear())
    data = line.hear()

    def score(values: Sequence[object]) -> int:
        line.say(said(["score", plain(values)]))
        return int(line.hear())

    try:
        with _opened(data, asked, Limits(**asked["limits"]), score) as (table, found):
            line.say(said(["table", table]))
            for piece in _pieces(found, most=2 * asked["limits"]["unpacked"]):
                line.say(piece)
    except MemoryError:
        line.say(said(["refused", "too_much_inside", 0]))
    except WorkbookRefused as refused:
        line.say(said(["refused", refused.code, refused.limit]))
    else:
        line.say(said(["end"]))


def _pieces(found: Iterator[Sequence[object]], *, most: int) -> Iterator[bytes]:
    """Say some lines at a time, so many bytes in all: a text may stand in a million cells."""
    size = 0
    while some := [plain(line) for line in islice(found, _AT_A_TIME)]:
        piece = said(["lines", some])
        size += len(piece)
        if size > most:
            raise WorkbookRefused("too_much_inside")
        yield piece


@contextmanager
def _opened(
    data: bytes, asked: dict[str, Any], limits: Limits, score: Score
) -> Iterator[tuple[dict[str, object], Iterator[Sequence[object]]]]:
    """What `table.Table` says of itself, and its lines."""
    if asked["kind"] == "csv":
        written = text_file.format_of(data, score)
        table = {
            "encoding": written.encoding,
            "delimiter": written.delimiter,
            "expected": (data.count(b"\n") or data.count(b"\r")) + 1,
            "ended": data.rstrip(b"\0")[-1:] in (b"\r", b"\n"),
        }
        with closing(text_file.lines(data, written)) as found:  # type: ignore[type-var]
            yield table, found
        return
    with opened(safety.check(io.BytesIO(data), limits)) as workbook:
        hidden = _hidden_lines(workbook, asked["sign"], most=asked["hidden"])
        sheets = visible_sheets(workbook)
        numbers = {sheet.title: sheet.max_row for sheet in sheets}  # gone once a sheet is read
        sheet = _likeliest(sheets, score)
        expected = numbers[sheet.title]
        table = {
            "sheet": sheet.title,
            "width": LOOK_AT_COLUMNS,
            "expected": expected if expected and expected <= 2 * limits.rows else None,
            "epoch": workbook.epoch,
            "hidden": hidden,
        }
        with closing(lines(sheet)) as found:  # type: ignore[type-var]
            yield table, found


def _hidden_lines(workbook: Workbook, sign: str, *, most: int) -> list[list[object]]:
    """The first lines of the hidden sheet that begins with a sign."""
    for sheet in workbook.worksheets if most else ():
        if sheet.sheet_state == "visible":
            continue
        with closing(lines(sheet)) as found:  # type: ignore[type-var]
            first = next(iter(found), ())
            if first and first[0] == sign:
                return [plain(first), *(plain(line) for line in islice(found, most - 1))]
    return []


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
