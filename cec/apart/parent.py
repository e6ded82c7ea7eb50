"""Beginning a piece of work apart, from any process and any thread of it."""

import atexit
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from cec.apart.line import LIMITS, READY, Ended, Line

_ROOT = Path(__file__).resolve().parents[2]
_STARTS_WITHIN, _ENDS_WITHIN = 30, 5  # seconds
# All that a child knows of its surroundings: no key, no password, no address of a database.
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "OPENPYXL_LXML": "False",  # as in cec/settings.py
    "OPENBLAS_NUM_THREADS": "1",  # openpyxl loads numpy where it is installed
}


@contextmanager
def begun(module: str, *, seconds: float, memory: int) -> Iterator[Line]:
    """Have `serve(line)` of a module run in a process of its own, for as long as the block lasts.

    It is ended after so many seconds of the processor, or twice as many by the clock; `memory` is
    bytes beyond what its code takes. Where it was ended, or couldn't begin, `line` or the block
    itself raises `Ended`. One that is still at it when the block is left ends at its next word, or
    when its time is over.
    """
    clock = 2 * seconds
    end = _begin(module, LIMITS.pack(seconds, clock, memory))
    until = time.monotonic() + clock
    line = Line(end, until=until)
    began = False
    try:
        began = line.hear() == READY
        yield line
    except Ended as ended:
        ended.late = not began or time.monotonic() >= until - 0.1
        raise
    finally:
        line.close()
        _note(line.spent)


def processor_time() -> float:
    """The processor time of this process in seconds, with that of what it had done apart."""
    return time.process_time() + _spent


def _note(seconds: float) -> None:
    global _spent
    with _lock:
        _spent += seconds


class _Nursery:
    """A nursery with its module loaded; see `cec.apart.nursery`."""

    def __init__(self, module: str) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-s", "-m", "cec.apart.nursery", module, str(theirs.fileno())],
                cwd=_ROOT,
                env=_ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # whoever ends the group that we are in means us
            )
        try:
            self.control.settimeout(_STARTS_WITHIN)
            if self.control.recv(len(READY)) != READY:
                raise RuntimeError(f"{module} can't be loaded apart")
        except BaseException:
            self.end()
            raise

    def begin(self, limits: bytes) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self.control, [limits], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours

    def end(self) -> None:
        """Let it end by itself, which tidies up behind it; else it is made to."""
        self.control.close()
        try:
            self.process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_nurseries: dict[str, _Nursery] = {}
_spent = 0.0
_lock = Lock()


def _begin(module: str, limits: bytes) -> socket.socket:
    """Let the nursery of this process begin a child; one that was ended is replaced."""
    with _lock:
        if module in _nurseries:
            try:
                return _nurseries[module].begin(limits)
            except OSError:
                _nurseries.pop(module).end()
        _nurseries[module] = _Nursery(module)
        return _nurseries[module].begin(limits)


def _end_all() -> None:
    while _nurseries:
        _nurseries.popitem()[1].end()


def _leave_to_parent() -> None:
    """After a fork: the parent's nurseries are its own, and end with it alone."""
    global _lock
    _lock = Lock()
    for nursery in _nurseries.values():
        nursery.control.close()
        nursery.process.returncode = 0  # no child of ours to wait for
    _nurseries.clear()


atexit.register(_end_all)
os.register_at_fork(after_in_child=_leave_to_parent)
