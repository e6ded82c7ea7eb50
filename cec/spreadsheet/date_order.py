"""Whether a column of dates writes the day or the month first: found over the whole column."""

import re
from datetime import date

from cec.spreadsheet.dates import EARLIEST_YEAR, LATEST_YEAR

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = WAYS = ("dmy", "mdy", "ymd")
_NUMBERS = re.compile(
    r"\s*(\d{1,2})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})"
    r"(?:[T ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)?\s*",
    re.ASCII,
)


def ways(text: str) -> dict[str, date]:
    """Each order in which three numbers are a date, with the day it makes: 03/04/2027 has two.

    Nothing for what isn't three numbers, and for a year of four digits in front, which is plain.
    """
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return {}
    parts = (found[1], found[3], found[4])
    orders = WAYS[:2] if len(found[4]) == 4 else WAYS
    days = {way: _day(way, parts) for way in orders}
    return {way: day for way, day in days.items() if day is not None}


def _day(way: str, parts: tuple[str, str, str]) -> date | None:
    said = dict(zip(way, map(int, parts), strict=True))
    year = said["y"] if said["y"] > 99 else 2000 + said["y"]
    try:
        day = date(year, said["m"], said["d"])
    except ValueError:
        return None
    return day if EARLIEST_YEAR <= year <= LATEST_YEAR else None


class Order:
    """The orders in which every date of a column can be read, narrowed date by date.

    `told_by` is the date that settled it. When dates contradict each other none is left.
    """

    def __init__(self) -> None:
        self.possible = frozenset(WAYS)
        self.told_by = ""

    def see(self, text: str, found: dict[str, date]) -> None:
        """Take in what a date allows, as `ways` answered it."""
        narrowed = self.possible & found.keys()
        if len(narrowed) == 1 and len(self.possible) > 1:
            self.told_by = text.strip()
        self.possible = narrowed

    @property
    def settled(self) -> str:
        """The one order that is left, or nothing."""
        return next(iter(self.possible)) if len(self.possible) == 1 else ""
