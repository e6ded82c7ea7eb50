"""A printer that hangs at a page (`tests/certificates/test_bounded_printing.py`)."""

from cec.apart import Line


def serve(line: Line) -> None:
    """Use the processor for longer than anybody waits."""
    line.hear()
    while True:
        pass
