"""The hidden list of the entries that an export held: by it a file knows which rows are gone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SIGN = "entries of"
_A_LINE = 100
MOST_LINES = 51  # 5,000 entries below the sign


@dataclass(frozen=True, slots=True)
class Listed:
    """The entries that an export of this registration held: versions by their ids."""

    reference: str = ""
    versions: Mapping[str, int] = field(default_factory=dict)


def list_entries(sheet: Any, reference: str, versions: Mapping[str, int]) -> None:
    """Write the list."""
    sheet.sheet_state = "hidden"
    sheet.append([SIGN, reference])
    said = [f"{each}:{version}" for each, version in versions.items()]
    for start in range(0, len(said), _A_LINE):  # a cell for each would take longer to read
        sheet.append([" ".join(said[start : start + _A_LINE])])


def listed_entries(hidden: Sequence[Sequence[object]]) -> Listed:
    """Read the lines that begin with `SIGN`; where there are none, nothing is listed."""
    first, *others = hidden or ((),)
    if len(first) < 2 or not isinstance(first[1], str):
        return Listed()
    return Listed(first[1], dict(_versions(others)))


def _versions(found: Iterable[Sequence[object]]) -> Iterator[tuple[str, int]]:
    for line in found:
        if line and isinstance(line[0], str):
            for said in line[0].split()[:_A_LINE]:
                each, _colon, version = said.rpartition(":")
                if each and version.isascii() and version.isdecimal() and len(version) < 10:
                    yield each[:64], int(version)
