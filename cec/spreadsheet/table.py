"""The lines of a table, whether it comes as a workbook or as a text file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from openpyxl.utils.datetime import WINDOWS_EPOCH

from cec import apart
from cec.spreadsheet import container, text_file
from cec.spreadsheet.limits import MEGABYTE, Limits
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.spoken import revived, said, understood
from cec.spreadsheet.text_file import Score

READER = "cec.spreadsheet.reader"  # what opens a file, in a process of its own
SECONDS = 60.0  # of the processor: a busy machine is no fault of the file
MEMORY = 1024**3  # bytes
TEXT_ENDINGS = frozenset((".csv", ".txt", ".tsv"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How the table is written, and its lines, blank ones too: counting them gives their numbers.

    `expected` is how many lines to expect, where that is known before they are read; `ended` is
    false for a text file whose last line has no end; from `epoch` a workbook counts its days;
    `hidden` are the lines of a hidden sheet that were asked for.
    """

    kind: str
    lines: Iterator[Sequence[object]]
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    expected: int | None = None
    ended: bool = True
    epoch: datetime = WINDOWS_EPOCH
    hidden: Sequence[Sequence[object]] = ()


class TooMuch(WorkbookRefused):
    """Reading the file took more time or memory than one file may."""


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
def opened_table(
    data: bytes,
    name: str,
    limits: Limits,
    score: Score,
    *,
    seconds: float | None = None,
    hidden: tuple[str, int] = ("", 0),
) -> Iterator[Table]:
    """Have a file opened apart, that was looked at before anything opens it (`E2`, `E3`).

    `score` says how many headings of a line are known: it picks the sheet and the delimiter. Of the
    hidden sheet that begins with the text in `hidden`, so many lines are wanted too.

    Raises `WorkbookRefused`, also while lines are read: `TooMuch` for a file that would take more
    than so many seconds of the processor (60, if nothing is said) or a gigabyte. Raises
    TimeoutError where the machine was too busy to tell.
    """
    if len(data) > limits.file:
        raise WorkbookRefused("too_big", limit=limits.file // MEGABYTE)
    kind = what_kind(data, name)
    asked = {"kind": kind, "limits": asdict(limits), "sign": hidden[0], "hidden": hidden[1]}
    try:
        with apart.begun(READER, seconds=seconds or SECONDS, memory=MEMORY) as line:
            line.say(said(asked))
            line.say(data)
            yield _table(kind, line, score)
    except apart.Ended as ended:
        if ended.late:
            raise TimeoutError("a file was not read in twice its time") from None
        raise TooMuch("too_much_inside") from None


def _table(kind: str, line: apart.Line, score: Score) -> Table:
    """Answer what the reader asks, until it says what table it found."""
    while (message := _heard(line))[0] == "score":
        line.say(str(score(revived(message[1]))).encode())
    found = message[1]
    width = found.pop("width", 0)
    if kind == "xlsx":
        (found["epoch"],) = revived([found["epoch"]])
        found["hidden"] = [revived(each) for each in found["hidden"]]
    return Table(kind=kind, lines=_lines(line, width), **found)


def _lines(line: apart.Line, width: int) -> Iterator[list[object]]:
    while (message := _heard(line))[0] == "lines":
        for each in message[1]:
            yield revived(each, width=width)
    line.hear_the_end()


def _heard(line: apart.Line) -> list[Any]:
    message: list[Any] = understood(line.hear())
    if message[0] == "refused":
        line.hear_the_end()
        raise WorkbookRefused(message[1], limit=message[2])
    return message
