"""Numbers, money and dates as people read them, in the language of the page (design section 10)."""

import datetime
from decimal import Decimal
from functools import lru_cache

from django.utils import dateformat, timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

# The abbreviations that French typography in Canada uses; Django's own have no full stops.
_FRENCH_MONTHS = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juill.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)
_NBSP = "\u00a0"
_STEP = 1024
_SIZES, _FRENCH_SIZES = ("bytes", "KB", "MB"), ("octets", "ko", "Mo")
_SPELLED = (
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
    gettext_lazy("ten"),
    gettext_lazy("eleven"),
    gettext_lazy("twelve"),
)


def is_french() -> bool:
    """Say whether the page is in French."""
    return (get_language() or "en").startswith("fr")


def number(value: Decimal | int | None, *, grouped: bool = False) -> str:
    """Write an exact number without needless zeros: 3.5 in English, 3,5 in French."""
    if value is None:
        return ""
    exact = Decimal(value)
    text = f"{exact:,f}" if grouped else f"{exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text == "-0":
        text = "0"
    if is_french():
        text = text.replace(",", _NBSP).replace(".", ",")
    return text


def spelled(value: int) -> str:
    """Write one to twelve as a word, for running text and headings; other numbers as digits."""
    return str(_SPELLED[value - 1]) if 1 <= value <= len(_SPELLED) else number(value)


def money(value: Decimal | int | None) -> str:
    """Write dollars: $40, $1,240.50; 40 $ and 1 240,50 $ in French."""
    if value is None:
        return ""
    exact = Decimal(value).quantize(Decimal("0.01"))
    return _dollars(exact, cents=exact != exact.to_integral_value())


def exact_money(value: Decimal, currency: str) -> str:
    """Write an amount for the books, cents and currency included: $40.00 CAD, 40,00 $ CAD."""
    return f"{_dollars(Decimal(value).quantize(Decimal('0.01')), cents=True)}{_NBSP}{currency}"


def _dollars(exact: Decimal, *, cents: bool) -> str:
    text = f"{abs(exact):,.2f}" if cents else f"{abs(exact):,.0f}"
    sign = "\u2212" if exact < 0 else ""
    if is_french():
        return f"{sign}{text.replace(',', _NBSP).replace('.', ',')}{_NBSP}$"
    return f"{sign}${text}"


def amount(value: Decimal | int, unit: str = "") -> str:
    """Write a number with its unit: "42 points", "1 point".

    Programs name their unit in the plural. One of it loses the s, as does anything below two
    in French; that holds for points, credits and hours in both languages.
    """
    unit = unit or _("points")
    single = abs(Decimal(value)) < 2 if is_french() else Decimal(value) == 1
    if single and unit.endswith("s"):
        unit = unit[:-1]
    return f"{number(value, grouped=True)}{_NBSP}{unit}"


def file_size(size: int | None) -> str:
    """Write bytes: 512 bytes, 84 KB, 1.5 MB; 512 octets, 84 ko, 1,5 Mo in French.

    Both languages count in steps of 1,024, as the limits of uploads do.
    """
    if size is None:
        return ""
    bytes_, kilobytes, megabytes = _FRENCH_SIZES if is_french() else _SIZES
    if size < _STEP:
        return amount(size, bytes_)
    thousands = (Decimal(size) / _STEP).quantize(Decimal(1))
    if thousands < _STEP:
        return amount(thousands, kilobytes)
    return amount((Decimal(size) / _STEP**2).quantize(Decimal("0.1")), megabytes)


def day(date: datetime.date | None) -> str:
    """Write a date in full: 14 March 2027, 1er mars 2027; a moment's is its day at the site."""
    return _dated(date, "F") if date else ""


def short_day(date: datetime.date | None) -> str:
    """Write a date for tables: 17 Nov 2026, 17 nov. 2026."""
    return _dated(date, "M") if date else ""


def month_and_year(date: datetime.date) -> str:
    """Write a month: March 2027, mars 2027."""
    return dateformat.format(date, "F Y")


def short_month(date: datetime.date) -> str:
    """Write a month's name for a narrow place: Mar, mars."""
    return _FRENCH_MONTHS[date.month - 1] if is_french() else dateformat.format(date, "M")


def _dated(date: datetime.date, month_format: str) -> str:
    if isinstance(date, datetime.datetime) and timezone.is_aware(date):
        date = timezone.localtime(date)
    return _written(date.year, date.month, date.day, month_format, is_french())


@lru_cache(maxsize=2000)  # a list writes the same few days over and over
def _written(year: int, month: int, day: int, month_format: str, french: bool) -> str:
    name = dateformat.format(datetime.date(year, month, 1), month_format)
    if french:
        name = _FRENCH_MONTHS[month - 1] if month_format == "M" else name
        first = "1er" if day == 1 else str(day)
        return f"{first}{_NBSP}{name}{_NBSP}{year}"
    return f"{day}{_NBSP}{name}{_NBSP}{year}"
