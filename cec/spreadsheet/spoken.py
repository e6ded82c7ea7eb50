"""Cells and lines as they are said from one process to another: JSON, with what it has no word for.

Nothing but plain values comes out of it, whoever wrote it: numbers, texts, days, times, True, False
and None, of the same types as they were.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

# As much as any reader looks at: 2,001 characters, each spelled out as Excel spells _x000D_.
LONGEST_TEXT = 7 * 2001
# What JSON has no word for is said as a list, which no cell is.
_WORDS: dict[str, Callable[..., object]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": timedelta,
}


def said(message: object) -> bytes:
    """Put a message into bytes."""
    return _encode(message).encode("utf-8", "surrogatepass")


def understood(piece: bytes) -> Any:
    """Read a message; raises ValueError for bytes that are none."""
    return json.loads(piece.decode("utf-8", "surrogatepass"))


def plain(line: Sequence[object]) -> list[object]:
    """A line to be said: no text is longer than anybody reads, and no None stands at the end."""
    end = len(line)
    while end and line[end - 1] is None:
        end -= 1
    return [
        cell[:LONGEST_TEXT] if type(cell) is str and len(cell) > LONGEST_TEXT else cell
        for cell in line[:end]
    ]


def revived(line: Sequence[Any], *, width: int = 0) -> list[object]:
    """The cells of a line that was understood, with None up to a width."""
    cells = [_value(*cell) if type(cell) is list else cell for cell in line]
    return cells + [None] * (width - len(cells))


def _value(word: str, *how: Any) -> object:
    return _WORDS[word](*how)


def _spelled(value: object) -> list[object]:
    match value:
        case datetime() | date() | time():
            return [type(value).__name__, value.isoformat()]
        case timedelta():
            return ["timedelta", value.days, value.seconds, value.microseconds]
    raise TypeError(type(value).__name__)


_encode = json.JSONEncoder(default=_spelled, ensure_ascii=False, separators=(",", ":")).encode
