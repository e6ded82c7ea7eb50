"""A reader of tables that falls over a file, as if the kernel had ended it."""

import os
import signal

from cec.apart import Line


def serve(line: Line) -> None:
    """Be ended."""
    line.hear()
    os.kill(os.getpid(), signal.SIGKILL)
