"""The headings of a table: as a page shows them, and as the next upload remembers them."""

from collections.abc import Mapping, Sequence

from cec.spreadsheet.cells import as_text
from cec.spreadsheet.wording import clean_line, fold, without_controls

LONGEST = 80


def heading_key(heading: str) -> str:
    """What two ways of writing a heading share, and how a column is remembered."""
    return fold(heading)


def texts(values: Sequence[object], *, most: int) -> list[str]:
    """The cells of a line as a page shows them, none of them long, `most` at the most."""
    shown = [
        clean_line(without_controls("" if value is None else as_text(value)))[:LONGEST]
        for value in values[:most]
    ]
    while shown and not shown[-1]:
        shown.pop()
    return shown


def remember(headings: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """What the next upload starts from: folded heading -> field, "" for none."""
    fields = {index: field for field, index in columns.items()}
    return {
        key: fields.get(index, "")
        for index, heading in enumerate(headings)
        if (key := heading_key(heading))
    }
