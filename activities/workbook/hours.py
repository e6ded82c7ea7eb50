"""Hours as people write them in a record: 1.5, "3,5", "4 hrs", "1h30", "90 min", a time cell."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from cec.spreadsheet.doubt import Doubt

QUARTER = Decimal("0.25")
MOST = Decimal(1000)
# Formulas on times leave noise such as 1.4999999999999996 behind.
_NOISE = Decimal("0.000001")
_MINUTES = Decimal(60)

_NUMBER = r"(\d+(?:[.,]\d+)?|[.,]\d+)"
_HOUR = r"(?:(?:h|hr|hrs|hour|hours|heure|heures)\.?)"
_MINUTE = r"(?:(?:m|mn|min|mins|minute|minutes)\.?)"
_FRACTIONS = {"¼": "1/4", "½": "1/2", "¾": "3/4"}
_PLAIN = re.compile(rf"{_NUMBER}\s*{_HOUR}?", re.ASCII)
_MINUTES_ONLY = re.compile(rf"{_NUMBER}\s*{_MINUTE}", re.ASCII)
_HOURS_MINUTES = re.compile(rf"(\d+)\s*{_HOUR}\s*(?:and|et)?\s*(\d\d?)\s*{_MINUTE}?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,3}):(\d\d)(?::(\d\d))?", re.ASCII)
_FRACTION = re.compile(rf"(?:(\d+)\s+)?([13])/([24])\s*{_HOUR}?", re.ASCII)
_ABOUT = re.compile(r"(?:~|≈|about|around|approx(?:imately|\.)?|environ|env\.?|ca\.?)\s*")
_ISO_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)", re.ASCII)
_THOUSANDS = re.compile(rf"([1-9]\d{{0,2}},\d{{3}})\s*{_HOUR}?", re.ASCII)
# Nothing that states hours is longer; what is longer isn't worth the matching.
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Hours:
    """A number of hours in quarters (`P4`), or what is doubtful about it; both None if blank."""

    value: Decimal | None = None
    doubt: Doubt | None = None


def read_hours(value: object) -> Hours:
    """Read a cell or an answer; a number is never guessed, 2,5 is 2.5 and never 25 (`E5`)."""
    if value is None or value == "":
        return Hours()
    if isinstance(value, bool):
        return Hours(doubt=Doubt("hours_unreadable"))
    if isinstance(value, float):
        return _from_number(Decimal(repr(value)))
    if isinstance(value, int | Decimal):
        return _from_number(Decimal(value))
    if isinstance(value, time):
        return _from_number(_from_seconds(value.hour * 3600 + value.minute * 60 + value.second))
    if isinstance(value, timedelta):
        return _from_number(_from_seconds(int(value.total_seconds())))
    if isinstance(value, date):
        return Hours(doubt=Doubt("hours_date", _meant_by(value)))
    text = str(value)
    if _ISO_DATE.fullmatch(text):
        try:
            return read_hours(date.fromisoformat(text))
        except ValueError:  # the 29th of February, in most years
            return Hours(doubt=Doubt("hours_unreadable"))
    return _from_text(text)


def _from_number(hours: Decimal) -> Hours:
    """Take hours that are a whole number of quarters, and ask about all others."""
    if not hours.is_finite():
        return Hours(doubt=Doubt("hours_unreadable"))
    if hours <= 0:
        return Hours(doubt=Doubt("hours_not_positive"))
    if hours > MOST:
        return Hours(doubt=Doubt("hours_too_many"))
    hours = hours.quantize(_NOISE)
    below = hours // QUARTER * QUARTER
    if below == hours and hours > 0:
        return Hours(hours.quantize(QUARTER))
    nearest = [quarter for quarter in (below, below + QUARTER) if quarter > 0]
    return Hours(doubt=Doubt("hours_not_quarters", tuple(plain(each) for each in nearest)))


def _from_seconds(seconds: int) -> Decimal:
    return Decimal(seconds) / 3600


def plain(hours: Decimal) -> str:
    """Hours as an answer writes them: no exponent, no trailing zeros."""
    text = f"{hours:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _meant_by(value: date) -> tuple[str, ...]:
    """A spreadsheet in French turns 1.5 into 1 May: offer 1.5 back."""
    day = value.date() if isinstance(value, datetime) else value
    return _offer(_from_number(Decimal(f"{day.day}.{day.month}")))


def _offer(guess: Hours) -> tuple[str, ...]:
    return (plain(guess.value),) if guess.value is not None else ()


def _from_text(text: str) -> Hours:
    text = text.casefold().replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-").strip()
    if len(text) > _LONGEST:
        return Hours(doubt=Doubt("hours_unreadable"))
    if about := _ABOUT.match(text):
        amount = _amount(text[about.end() :])
        guess = Hours() if amount is None else _from_number(amount)
        return Hours(doubt=Doubt("hours_approximate", _offer(guess)))
    if thousands := _THOUSANDS.fullmatch(text):
        guess = _from_number(_decimal(thousands[1]))
        return Hours(doubt=Doubt("hours_unreadable", _offer(guess)))
    if text.startswith("-") and _amount(text[1:]) is not None:
        return Hours(doubt=Doubt("hours_not_positive"))
    amount = _amount(text)
    return Hours(doubt=Doubt("hours_unreadable")) if amount is None else _from_number(amount)


def _amount(text: str) -> Decimal | None:
    """The hours that a text states, or None when it states none plainly."""
    for sign, spelled in _FRACTIONS.items():
        text = text.replace(sign, f" {spelled}")
    text = text.strip()
    if found := _PLAIN.fullmatch(text):
        return _decimal(found[1])
    if found := _MINUTES_ONLY.fullmatch(text):
        return _decimal(found[1]) / _MINUTES
    if found := _HOURS_MINUTES.fullmatch(text):
        return _clock(found[1], found[2])
    if found := _CLOCK.fullmatch(text):
        return _clock(found[1], found[2], found[3])
    if (found := _FRACTION.fullmatch(text)) and found[2] + found[3] != "32":
        return Decimal(found[1] or 0) + Decimal(found[2]) / Decimal(found[3])
    return None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _clock(hours: str, minutes: str, seconds: str | None = None) -> Decimal | None:
    if int(minutes) > 59 or int(seconds or 0) > 59:
        return None
    return _from_seconds(int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0))
