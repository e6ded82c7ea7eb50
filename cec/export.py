"""What every exported workbook needs: a text is only ever a text, whatever it begins with (E8)."""

import re
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What PostgreSQL, XML or a page can't carry: C0 but tab and line ends, DEL, C1, lone surrogates
# and the two non-characters that XML 1.0 forbids.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What a spreadsheet may take for a formula or an error at the start of a text.
RISKY = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20#")
# Excel spells a character that XML can't hold as _xHHHH_, and a literal one as _x005F_xHHHH_.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_BOLD = Font(bold=True)


def without_controls(text: str) -> str:
    """Return the text without what neither PostgreSQL nor XML can hold."""
    return CONTROL.sub("", text)


def escape(text: str) -> str:
    """Spell what a workbook (or a JSON column) can't hold the way Excel does."""
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    if not text.isprintable():
        text = CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text


def cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """Return a value for a row of a write-only sheet; numbers and days stay what they are."""
    if isinstance(value, str):
        value = escape(without_controls(value))
        if not value:
            return None
        if not bold and not value.startswith(RISKY):
            return value
    elif not bold:
        return value
    made = WriteOnlyCell(sheet, value)
    if bold:
        made.font = _BOLD
    if isinstance(value, str):
        made.data_type = "s"
        made.quotePrefix = value.startswith(RISKY)
    return made
