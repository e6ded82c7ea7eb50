"""The transcript: a registration's record on paper, at any time, with what counts and what doesn't.

`collecting` takes it from the rows, `printing` makes the PDF with the shelves that `drawing` draws,
and `public` is the little of it that strangers may see once its owner lets them.
"""

from certificates.transcript.collecting import Entry, Plan, Standing, Transcript, Year, write
from certificates.transcript.printing import compose, file_name, render
from certificates.transcript.public import PublicRow, PublicYear, public_rows

__all__ = [
    "Entry",
    "Plan",
    "PublicRow",
    "PublicYear",
    "Standing",
    "Transcript",
    "Year",
    "compose",
    "file_name",
    "public_rows",
    "render",
    "write",
]
