"""Work of which one piece can begin and no second: there is no room for another process."""

import os
import time

from cec.apart import Line

_forks = [os.fork]


def _forked():
    if not _forks:
        raise BlockingIOError
    return _forks.pop()()


os.fork = _forked


def serve(line: Line) -> None:
    """Say who it is, and take a while."""
    line.say(str(os.getpid()).encode())
    time.sleep(60)
