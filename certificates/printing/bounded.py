"""Printing a page within 30 seconds and 512 MB (reliability F2).

What is printed has a bounded length, so this is for what nobody thought of: a layout that comes to
no end, a picture that takes all memory. A worker prints where it is, under limits of its own
process, which cost nothing; a thread of a web process, whose limits would be everybody's, has it
printed apart (decision 0046).
"""

import json
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cec import apart
from cec.apart.nursery import address_space
from certificates.printing.press import CERTIFICATE, Page, Unprintable, press

PRINTER = "certificates.printing.printer"  # what prints in a process of its own
SECONDS = 30.0  # of the processor: a busy machine is no fault of the page
BYTES = 512 * 1024**2  # of address space, beyond what the process has taken before


class _TookTooLong(Exception):
    pass


def printed(page: Page, stylesheet: str = CERTIFICATE) -> bytes:
    """Print a page; raises Unprintable as `Press.print` does, and where it takes too much."""
    try:
        if threading.current_thread() is not threading.main_thread():
            return _printed_apart(page, stylesheet)
        with _limited():
            return press(stylesheet).print(page)
    except (_TookTooLong, MemoryError, apart.Ended):
        most = f"{SECONDS:.0f} s or {BYTES // 1024**2} MB"
        raise Unprintable(f"printing took more than {most}") from None


def _printed_apart(page: Page, stylesheet: str) -> bytes:
    pieces = [
        *([page.behind.content] if page.behind else []),
        *(art.content for art in page.art.values()),
        *(image.content for image in page.images.values()),
    ]
    said = {
        "stylesheet": stylesheet,
        "html": page.html,
        "most_pages": page.most_pages,
        "signature": page.signature,
        "behind": _measures(page.behind) if page.behind else None,
        "art": {name: _measures(art) for name, art in page.art.items()},
        "images": {name: image.media_type for name, image in page.images.items()},
    }
    with apart.begun(PRINTER, seconds=SECONDS, memory=BYTES) as line:
        line.say(json.dumps(said).encode())
        for piece in pieces:
            line.say(piece)
        if why := line.hear().decode():
            raise Unprintable(why)
        return line.hear()


def _measures(art: Any) -> list[Any]:
    return [art.id, art.width, art.height]


@contextmanager
def _limited() -> Iterator[None]:
    """Limit this process, whose main thread it is; what asks for more memory gets a MemoryError."""
    handler = signal.signal(signal.SIGPROF, _too_long)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = address_space() + BYTES  # a large process is no fault of the page
    if soft != resource.RLIM_INFINITY:
        most = min(most, soft)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    # Once more each second: a library may take the first one for an error of its own.
    signal.setitimer(signal.ITIMER_PROF, SECONDS, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGPROF, handler)


def _too_long(_signal: int, _frame: Any) -> None:
    raise _TookTooLong
