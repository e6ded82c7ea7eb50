"""What every exported workbook needs: a text is only ever a text, whatever it begins with (E8)."""

from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from cec.spreadsheet.wording import escape, without_controls

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What a spreadsheet may take for a formula or an error at the start of a text.
RISKY = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20#")
_BOLD = Font(bold=True)


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


def plain(value: Any) -> Any:
    """Return a value for a row of a .csv file: a text that a spreadsheet would run is quoted."""
    if not isinstance(value, str):
        return value
    text = without_controls(value)
    return f"'{text}" if text.startswith(RISKY) else text
