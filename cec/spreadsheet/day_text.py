"""The grammar of written dates: what a text says, before anyone judges whether it is enough.

A text becomes a shape: Y a year, n a number of one or two digits, M the name of a month, ~ a word
or spaced dash between two days. "24 au 25 avril 2025" has the shape n~nMY.
"""

import calendar
import enum
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

_MONTHS = {
    1: "january janvier jan janv",
    2: "february fevrier feb fev fevr",
    3: "march mars mar",
    4: "april avril apr avr",
    5: "may mai",
    6: "june juin jun",
    7: "july juillet jul juil",
    8: "august aout aug",
    9: "september septembre sept sep",
    10: "october octobre oct",
    11: "november novembre nov",
    12: "december decembre dec",
}
_MONTH_NUMBER = {name: number for number, names in _MONTHS.items() for name in names.split()}
# "mar" is March far more often than mardi, so it isn't among the days of the week.
_SILENT = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri "
    "sat sun lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim "
    "from on of the le du de d st nd rd th er e"
)
_SILENT_WORDS = frozenset(_SILENT.split())
_BETWEEN = frozenset(("to", "thru", "through", "until", "till", "and", "au", "a", "et", "jusqu"))
_TOKEN = re.compile(r"(?P<number>\d+)|(?P<word>[a-z]+)|(?P<dash>\s-+\s|&)|(?P<mark>[-/])|[\s.,']+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_TIME = re.compile(r"(?<=\d)(?:t|\s+)\d\d?:\d\d(?::\d\d(?:\.\d+)?)?\s?z?$")
_LONGEST = 80

# A dash without spaces stands between two days only in these shapes; elsewhere it joins one date.
_TIGHT = {
    "Mn-nY": "Mn~nY",
    "n-nMY": "n~nMY",
    "Mn-MnY": "Mn~MnY",
    "nM-nMY": "nM~nMY",
    "MnY-MnY": "MnY~MnY",
    "nMY-nMY": "nMY~nMY",
    "M-MY": "M~MY",
    "M/MY": "M~MY",
    "MY-MY": "MY~MY",
    "n/n/Y-n/n/Y": "n/n/Y~n/n/Y",
    "Y/n/n-Y/n/n": "Y/n/n~Y/n/n",
    "Y-n-n/Y-n-n": "Y-n-n~Y-n-n",
    "Y-n/Y-n": "Y-n~Y-n",
}
# Which part of a date each sign of a shape is.
_PARTS = {
    "Ynn": "ymd",
    "nMY": "dmy",
    "MnY": "mdy",
    "YMn": "ymd",
    "MY": "my",
    "YM": "ym",
    "Yn": "ym",
    "nY": "my",
    "Mn": "md",
    "nM": "dm",
    "Y": "y",
    "M": "m",
    "n": "d",
}
_WAYS_ROUND = ("dmy", "mdy")


class Kind(enum.Enum):
    EXACT = enum.auto()
    MONTH = enum.auto()
    YEAR = enum.auto()
    NO_YEAR = enum.auto()
    SHORT_YEAR = enum.auto()
    IMPOSSIBLE = enum.auto()


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day as far as the text gives them; for a month its first, None if no year."""

    kind: Kind
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class _Day:
    """The parts of a date that are written."""

    y: int | None = None
    m: int | None = None
    d: int | None = None


def readings(text: str) -> list[Span]:
    """Every way to read `text`: none if it is no date, two if day and month could be swapped."""
    tokens = _tokens(text)
    if tokens is None:
        return []
    halves = _halves(tokens)
    if len(halves) > 2:
        return []
    signs = [sign for sign, _number in tokens]
    numbers = [number for _sign, number in halves[0]]
    if len(halves) == 1 and len(numbers) == 3 and set(signs) <= set("n-/"):
        return _short_years(numbers)
    if signs == list("n-M-n"):  # 10-Jun-25 is how a spreadsheet shows a date by default
        halves = [[("n", numbers[0]), ("M", numbers[1]), ("Y", 2000 + numbers[2])]]
    spans = (_span(halves, way) for way in _WAYS_ROUND)
    return list(dict.fromkeys(span for span in spans if span is not None))


def _tokens(text: str) -> list[tuple[str, int]] | None:
    """Signs of the shape with their numbers, or None when something in it belongs to no date."""
    if len(text) > _LONGEST:
        return None
    decomposed = unicodedata.normalize("NFKD", _DASHES.sub("-", text.casefold()))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char)).strip()
    plain = _TIME.sub("", plain)
    tokens: list[tuple[str, int]] = []
    position = 0
    while position < len(plain):
        found = _TOKEN.match(plain, position)
        if found is None:
            return None
        position = found.end()
        if found["number"]:
            sign = _number_sign(found["number"])
            if sign is None:
                return None
            tokens.extend(sign)
        elif found["word"] in _MONTH_NUMBER:
            tokens.append(("M", _MONTH_NUMBER[found["word"]]))
        elif found["dash"] or found["word"] in _BETWEEN:
            if tokens and tokens[-1][0] != "~":  # "jusqu'au" is two words
                tokens.append(("~", 0))
        elif found["mark"]:
            tokens.append((found["mark"], 0))
        elif found["word"] and found["word"] not in _SILENT_WORDS:
            return None
    return tokens


def _number_sign(digits: str) -> list[tuple[str, int]] | None:
    if not digits.isascii():
        return None
    if len(digits) == 8:
        return [("Y", int(digits[:4])), ("n", int(digits[4:6])), ("n", int(digits[6:]))]
    if len(digits) == 4:
        return [("Y", int(digits))]
    return [("n", int(digits))] if len(digits) <= 2 else None


def _halves(tokens: list[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    """Cut at what stands between two days, and drop the marks that join one date."""
    shape = "".join(sign for sign, _number in tokens)
    shape = _TIGHT.get(shape, shape)
    halves: list[list[tuple[str, int]]] = [[]]
    for sign, token in zip(shape, tokens, strict=True):
        if sign == "~":
            halves.append([])
        elif sign not in "-/":
            halves[-1].append(token)
    return halves


def _day(half: list[tuple[str, int]], way: str) -> _Day | None:
    shape = "".join(sign for sign, _number in half)
    parts = way if shape == "nnY" else _PARTS.get(shape)
    if parts is None:
        return None
    return _Day(**dict(zip(parts, (number for _sign, number in half), strict=True)))


def _span(halves: list[list[tuple[str, int]]], way: str) -> Span | None:
    days = [_day(half, way) for half in halves]
    first, last = days[0], days[-1]
    if first is None or last is None:
        return None
    if len(days) == 2:
        first, last = _completed(first, last)
    if last.y is None:
        return Span(Kind.NO_YEAR) if last.m and last.d else None
    if last.m is None:
        return Span(Kind.YEAR) if first.m is None else None
    if (first.d is None) != (last.d is None):
        return None
    return _dated(first, last)


def _completed(first: _Day, last: _Day) -> tuple[_Day, _Day]:
    """Give each day of a range what only the other one says: "April 24 to 25, 2025"."""
    if first.d and first.m and last.m and last.y and not last.d and not first.y:
        last = replace(last, m=None, d=last.m)  # "25, 2025" after "April 24" is a day, not a month
    if last.m is None:
        last = replace(last, m=first.m)
    if last.y is None:
        last = replace(last, y=first.y)
    if first.m is None:
        first = replace(first, m=last.m)
    if first.y is None and last.y is not None:
        wraps = first.m is not None and last.m is not None and first.m > last.m
        first = replace(first, y=last.y - 1 if wraps else last.y)
    return first, last


def _dated(first: _Day, last: _Day) -> Span | None:
    ends = [_calendar_day(day) for day in (first, last)]
    if ends[0] is None or ends[1] is None:
        return None
    (start, start_exists), (end, end_exists) = ends[0], ends[1]
    if first.d is None:
        return Span(Kind.MONTH, start, end)
    return Span(Kind.EXACT if start_exists and end_exists else Kind.IMPOSSIBLE, start, end)


def _calendar_day(day: _Day) -> tuple[date, bool] | None:
    """The day and whether it exists; 31 June becomes 30 June and False, 13th months are None."""
    if not day.y or not day.m or not 1 <= day.m <= 12 or not 1 <= (day.d or 1) <= 31:
        return None
    length = calendar.monthrange(day.y, day.m)[1]
    wanted = day.d or 1
    return date(day.y, day.m, min(wanted, length)), wanted <= length


def _short_years(numbers: list[int]) -> list[Span]:
    """03/04/25 has up to three meanings in Canada, so it is always asked about."""
    spans = []
    for way in (*_WAYS_ROUND, "ymd"):
        parts = dict(zip(way, numbers, strict=True))
        parts["y"] += 2000
        day = _calendar_day(_Day(**parts))
        if day is not None and day[1]:
            spans.append(Span(Kind.SHORT_YEAR, day[0], day[0]))
    return list(dict.fromkeys(spans))
