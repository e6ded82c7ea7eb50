"""How long and how large a process may become over one file (reliability E3).

What a file holds is counted before it is opened (`safety`), and readers look at the clock between
two lines. This is for what nobody thought of: a parser that hangs at one cell, or takes all memory.
"""

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cec.spreadsheet.safety import WorkbookRefused

SECONDS = 60.0  # of the processor: a busy machine is no fault of the file
BYTES = 1024**3  # of address space, beyond what the process has taken before


@contextmanager
def bounded() -> Iterator[None]:
    """Read a file of strangers inside; raises `WorkbookRefused` when it takes too long.

    What asks for more memory gets a MemoryError. Both limits are the process's: they hold in
    workers and in web processes that answer one request at a time, and not in a thread of several.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGPROF, _too_long)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_least(_taken() + BYTES, soft), hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGPROF, handler)


def _taken() -> int:
    """Return the process's address space in bytes: a large process is no fault of the file."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _least(wanted: int, soft: int) -> int:
    return wanted if soft == resource.RLIM_INFINITY else min(wanted, soft)


def _too_long(_signal: int, _frame: Any) -> None:
    raise WorkbookRefused("too_much_inside")
