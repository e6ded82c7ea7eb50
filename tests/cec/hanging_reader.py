"""A reader of tables that hangs at a file, for a hang that nobody thought of."""

import time

from cec.apart import Line


def serve(line: Line) -> None:
    """Use the processor, or wait, for longer than anybody does."""
    line.hear()
    data = line.hear()
    if b"waits" in data:
        time.sleep(600)
    while True:
        pass
