"""A transcript of 120 entries, against the plainest way to print its tables with WeasyPrint."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

from weasyprint import HTML

from certificates import transcript
from certificates.goals.filling import ENTRIES, Filled
from certificates.goals.goal import Result, at_most, compared, in_turns
from certificates.printing.press import PORTRAIT, press

MANY = 120
KILOBYTE = 1000


def measure(filled: Filled) -> Iterator[Result]:
    written = transcript.write(filled.registration, language="en")
    years = [replace(year, entries=year.entries * (MANY // ENTRIES)) for year in written.years]
    written = replace(written, years=tuple(years))
    # WeasyPrint's own look, without tags and drawings, in the same fonts.
    plain = re.sub("<img[^>]*>", "", transcript.compose(written).html)
    size = len(transcript.render(written))
    name = f"Transcript, {MANY} entries"

    ours, naive = in_turns(
        lambda: transcript.render(written),
        lambda: HTML(string=plain).write_pdf(font_config=press(PORTRAIT).fonts),
        clock=time.process_time,
    )
    yield compared(name, ours, most=1.2, than=naive, what="the plainest tables")
    yield at_most(f"{name}, size", size / KILOBYTE, most=200, unit="kB")
