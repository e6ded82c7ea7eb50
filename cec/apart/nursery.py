"""The process that begins children, each for one piece of work: `python -m cec.apart.nursery`.

It has loaded what its children need, so that one begins in some milliseconds; it has one thread, so
that it can be forked; it opens nothing of strangers itself. It ends when its parent does.
"""

import ctypes
import gc
import os
import resource
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

from cec.apart.line import LIMITS, READY, Ended, Line

_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


def main() -> None:
    module = import_module(sys.argv[1])
    control = socket.socket(fileno=int(sys.argv[2]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel takes the ended ones away
    _say_nothing()
    gc.collect()
    gc.freeze()  # what is loaded stays shared with the children
    control.send(READY)
    nursery = os.getpid()
    while True:
        asked, ends, _flags, _address = socket.recv_fds(control, LIMITS.size, 1)
        if not asked:
            gc.unfreeze()  # what tidies up when it goes, goes
            return
        with suppress(OSError):  # no room for one more: who asked hears nothing, the others go on
            if os.fork() == 0:
                control.close()
                _work(nursery, module, LIMITS.unpack(asked), socket.socket(fileno=ends[0]))
        os.close(ends[0])


def _say_nothing() -> None:
    """What a parser prints about a file belongs into no log."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stderr.fileno())


def _work(
    nursery: int, module: ModuleType, limits: tuple[float, float, int], end: socket.socket
) -> None:
    """Be the child; never returns."""
    try:
        line = Line(end)
        try:
            _end_with_the_nursery(nursery)
            _limit(*limits)
            line.say(READY)
            module.serve(line)
            line.done(time.process_time())
        except (Ended, MemoryError):
            pass  # nobody listens; or it ends, as the limit wants
        except Exception as error:
            line.fail(_where(error))
        line.close()
    finally:
        os._exit(0)


def _end_with_the_nursery(nursery: int) -> None:
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux alone has it
    if prctl is not None:
        prctl(_END_WITH_PARENT, int(signal.SIGKILL))
    if os.getppid() != nursery:
        os._exit(0)


def _limit(seconds: float, clock: float, memory: int) -> None:
    """Set what the kernel ends the child for, and let it be the first to go when memory is short.

    `seconds` are the processor's, `clock` those of the wall; `memory` is bytes of address space
    beyond what the loaded code takes. It writes no file.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    signal.setitimer(signal.ITIMER_REAL, clock)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # to the tenth, which RLIMIT_CPU isn't
    whole = int(seconds) + 1
    for which, most in (
        (resource.RLIMIT_CPU, whole),
        (resource.RLIMIT_AS, address_space() + memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))


def address_space() -> int:
    """Return what this process has taken of it, in bytes; 0 where nobody tells."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:  # Linux alone tells
        return 0
    return int(pages) * resource.getpagesize()


def _where(error: Exception) -> str:
    """Name an error by its kind and its lines: what it says may be out of the file."""
    lines = (f"{each.filename}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__))
    return f"{type(error).__name__} at {', '.join(lines)}"


if __name__ == "__main__":
    main()
