"""Opening a workbook that `safety.check` let pass, and going through the lines of its sheets."""

import io
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from openpyxl import Workbook, load_workbook

from cec.spreadsheet.safety import WorkbookRefused

# How far right a stray cell is still noticed; what lies beyond is never unpacked.
LOOK_AT_COLUMNS = 80
_MOST_SHEETS = 50


@contextmanager
def opened(data: bytes) -> Iterator[Workbook]:
    # Warnings about parts that we never use (extensions, print areas) help nobody.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
        except Exception as broken:
            raise _refused(broken) from broken
        with closing(workbook):
            yield workbook


def lines(sheet: Any) -> Iterator[tuple[object, ...]]:
    """The lines of a sheet, blank ones too, so that counting them gives their numbers.

    openpyxl has no exception of its own for broken input: KeyError, TypeError, ParseError and
    more all mean that the file can't be read, and come only from inside this loop.
    """
    try:
        sheet.reset_dimensions()  # else lines below a wrong <dimension> vanish without a word
        yield from sheet.iter_rows(values_only=True, max_col=LOOK_AT_COLUMNS)
    except Exception as broken:
        raise _refused(broken) from broken


def _refused(broken: Exception) -> WorkbookRefused:
    return WorkbookRefused("too_much_inside" if isinstance(broken, MemoryError) else "damaged")


def visible_sheets(workbook: Workbook) -> list[Any]:
    """The sheets that a person sees, the first ones if there are very many."""
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    return visible[:_MOST_SHEETS]
