"""The value of one cell as text."""

from datetime import date, datetime, time, timedelta

from cec.spreadsheet.wording import escape

# What a formula shows when it went wrong.
ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
)
# One more than a cell may hold, so that a text cut here is still known to be too long.
_LONGEST = 2001


def as_text(value: object) -> str:
    """A cell as a preview shows it and as an answer is read again: fit for a JSON column."""
    if isinstance(value, str):
        return escape(value if len(value) <= _LONGEST else value[:_LONGEST])
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, timedelta):
        return _clock(int(value.total_seconds()))
    if isinstance(value, time):
        return _clock(value.hour * 3600 + value.minute * 60 + value.second)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value)[:_LONGEST]


def _clock(seconds: int) -> str:
    sign = "-" if seconds < 0 else ""
    minutes, rest = divmod(abs(seconds), 60)
    clock = f"{sign}{minutes // 60}:{minutes % 60:02}"
    return f"{clock}:{rest:02}" if rest else clock
