"""The record of learning activities as an Excel workbook, in and out.

`read` and `read_again` take a workbook apart, `write` makes one, `row_fingerprint` recognizes what
is in the record already. Nothing in this package knows the database.
"""

from activities.workbook.fingerprint import row_fingerprint
from activities.workbook.reading import TooLong, check, read, read_again, refused
from activities.workbook.sheet import (
    Choice,
    Entry,
    Heading,
    Problem,
    Question,
    Row,
    Sheet,
    Skipped,
)
from activities.workbook.writing import write
from cec.spreadsheet.safety import WorkbookRefused

__all__ = [
    "Choice",
    "Entry",
    "Heading",
    "Problem",
    "Question",
    "Row",
    "Sheet",
    "Skipped",
    "TooLong",
    "WorkbookRefused",
    "check",
    "read",
    "read_again",
    "refused",
    "row_fingerprint",
    "write",
]
