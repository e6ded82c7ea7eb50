"""What an export notes beside each entry, so that its file knows what was changed since.

A mark is the entry's version and a few letters for each of its values: enough to tell whether a
value is still the exported one, too little to say what it was.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from activities.workbook.hours import plain

# In this order; a version of the product that marks more fields writes them behind these.
MARKED = (
    *("title", "provider", "subject", "outcome", "started_on", "completed_on", "hours", "choice"),
    "planned",
)
_LETTERS = 8
_MARK = re.compile(r"(\d{1,9}) ((?:[0-9a-f]{8})+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """The version that was exported, and the letters of each field that was marked then."""

    version: int
    letters: Mapping[str, str]

    def holds(self, name: str, value: object) -> bool | None:
        """Whether a value is the exported one; None where that can't be told."""
        letters = self.letters.get(name)
        return None if letters is None else letters == _letters(value)


def write_mark(version: int, values: Mapping[str, object]) -> str:
    """Return the text that stands beside an entry; `values` has every field of `MARKED`."""
    return f"{version} {''.join(_letters(values[name]) for name in MARKED)}"


def read_mark(text: str) -> Mark | None:
    """Return what an export noted, or None for anything else."""
    found = _MARK.fullmatch(text)
    if found is None:
        return None
    letters = [found[2][at : at + _LETTERS] for at in range(0, len(found[2]), _LETTERS)]
    return Mark(int(found[1]), dict(zip(MARKED, letters, strict=False)))


def _letters(value: object) -> str:
    return hashlib.sha256(_text(value).encode("utf-8", "replace")).hexdigest()[:_LETTERS]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")
