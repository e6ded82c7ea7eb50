"""What stands in a cell of a bank export: an amount, a day. Doubt is never guessed away (E5)."""

import re
from datetime import date
from decimal import Decimal

from registrations.likeness import name_key

DAY_FIRST, MONTH_FIRST = "day", "month"

# English and French, by their first letters without accents; "jui" alone could be two.
_NAMES = "jan, feb fev, mar, apr avr, may mai, jun juin, jul juil, aug aou, sep, oct, nov, dec"
_MONTHS = {
    name: number for number, names in enumerate(_NAMES.split(", "), 1) for name in names.split()
}
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_IN_WORDS = (
    re.compile(r"(?P<day>\d{1,2})(?:er)?[- ]+(?P<month>[^\W\d_]+)\.?,?[- ]+(?P<year>\d{4})"),
    re.compile(r"(?P<month>[^\W\d_]+)\.?[- ]+(?P<day>\d{1,2}),?[- ]+(?P<year>\d{4})"),
)
_TIME = re.compile(r"[T ]\d{1,2}:\d\d(:\d\d)?([.,]\d+)?( ?[AaPp]\.?[Mm]\.?)?Z?$", re.ASCII)

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
_CURRENCY = re.compile(r"CA?D?\$|CAD|\$", re.IGNORECASE)
# Groups of three belong to one sign, the cents to the other.
_AMOUNT = re.compile(
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d{1,2}))?"
    r"|(?P<whole_fr>\d{1,3}(?:\.\d{3})+|\d+),(?P<cents_fr>\d{1,2})",
    re.ASCII,
)
_LONGEST_AMOUNT = 30
MOST = Decimal("99999999.99")


class Ambiguous(ValueError):
    """A day that can be read in two ways."""


def amount(text: str) -> Decimal | None:
    """Read 1,240.00, 1 240,00, (40.00) or 40,00 $; None for an empty cell.

    Below zero with a minus on either side or in parentheses. Raises ValueError.
    """
    plain = _CURRENCY.sub("", _SPACES.sub("", text[: _LONGEST_AMOUNT + 1])).replace("\u2212", "-")
    if plain in ("", "-", "\u2013"):
        return None
    negative = False
    for first, last in (("(", ")"), ("-", ""), ("", "-"), ("+", "")):
        if plain.startswith(first) and plain.endswith(last) and len(plain) > len(first + last):
            negative = negative or first + last != "+"
            plain = plain.removeprefix(first).removesuffix(last)
            break
    found = _AMOUNT.fullmatch(plain)
    if found is None or len(text) > _LONGEST_AMOUNT:
        raise ValueError(text)
    whole = (found["whole"] or found["whole_fr"]).replace(",", "").replace(".", "")
    cents = (found["cents"] or found["cents_fr"] or "0").ljust(2, "0")
    value = Decimal(f"{whole}.{cents}")
    if value > MOST:
        raise ValueError(text)
    return -value if negative else value


def day(text: str, order: str = "") -> date:
    """Read a day; `order` says whether days or months come first where the year is last.

    Raises Ambiguous for 02/11/2026 without an order, and ValueError for what is no day.
    """
    plain = _TIME.sub("", text.strip())
    if found := _YEAR_FIRST.fullmatch(plain):
        year, month, number = (found[1] or found[4], found[2] or found[5], found[3] or found[6])
        return date(int(year), int(month), int(number))
    if found := _YEAR_LAST.fullmatch(plain):
        return _year_last(int(found[1]), int(found[2]), int(found[3]), order)
    for pattern in _IN_WORDS:
        if found := pattern.fullmatch(plain):
            return date(int(found["year"]), _month(found["month"]), int(found["day"]))
    raise ValueError(text)


def order_of(texts: list[str]) -> str:
    """Return the order that the days of a file prove, or "" when none of them tells.

    Raises ValueError when they contradict each other.
    """
    found = [
        match for text in texts if (match := _YEAR_LAST.fullmatch(_TIME.sub("", text.strip())))
    ]
    day_first = any(int(match[1]) > 12 for match in found)
    month_first = any(int(match[2]) > 12 for match in found)
    if day_first and month_first:
        raise ValueError
    return DAY_FIRST if day_first else MONTH_FIRST if month_first else ""


def _year_last(first: int, second: int, year: int, order: str) -> date:
    if first == second:
        return date(year, first, second)
    if not order:
        raise Ambiguous
    return date(year, second, first) if order == DAY_FIRST else date(year, first, second)


def _month(word: str) -> int:
    letters = name_key(word)
    for length in (4, 3):
        if letters[:length] in _MONTHS:
            return _MONTHS[letters[:length]]
    raise ValueError(word)
