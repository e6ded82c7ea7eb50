"""The hidden list of the entries that an export held: by it a file knows which rows are gone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from openpyxl import Workbook

from cec.spreadsheet.opening import lines

_SIGN = "entries of"
_MOST, _A_LINE = 5000, 100


@dataclass(frozen=True, slots=True)
class Listed:
    """The entries that an export of this registration held: versions by their ids."""

    reference: str = ""
    versions: Mapping[str, int] = field(default_factory=dict)


def list_entries(sheet: Any, reference: str, versions: Mapping[str, int]) -> None:
    """Write the list."""
    sheet.sheet_state = "hidden"
    sheet.append([_SIGN, reference])
    said = [f"{each}:{version}" for each, version in versions.items()]
    for start in range(0, len(said), _A_LINE):  # a cell for each would take longer to read
        sheet.append([" ".join(said[start : start + _A_LINE])])


def listed_entries(workbook: Workbook) -> Listed:
    """Find the list in a workbook; nothing is listed in one that we didn't write."""
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            continue
        with closing(lines(sheet)) as found:  # type: ignore[type-var]
            first = next(iter(found), ())
            if len(first) >= 2 and first[0] == _SIGN and isinstance(first[1], str):
                return Listed(first[1], dict(_versions(found)))
    return Listed()


def _versions(found: Iterable[Sequence[object]]) -> Iterator[tuple[str, int]]:
    for line in islice(found, _MOST // _A_LINE):
        if line and isinstance(line[0], str):
            for said in line[0].split()[:_A_LINE]:
                each, _colon, version = said.rpartition(":")
                if each and version.isascii() and version.isdecimal() and len(version) < 10:
                    yield each[:64], int(version)
