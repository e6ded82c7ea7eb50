"""How much of a file is taken in, for each purpose (`E2`)."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may take; sizes in bytes, `rows` are those that hold something.

    `cells`, `tags` and `others` count opening tags in all parts of a workbook together: cells are
    cheap for openpyxl, whatever is unknown is dear. They are what keeps a bomb to some seconds.
    """

    file: int
    rows: int
    unpacked: int
    strings: int
    cells: int
    tags: int
    others: int
    columns: int = 60
    characters: int = 2000
