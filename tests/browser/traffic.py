"""Which requests the server is still working on: a browser that goes away doesn't stop them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from django.core.signals import request_finished, request_started

PATIENCE = 15  # seconds


class Traffic:
    def __init__(self) -> None:
        self.running = 0
        self._lock = Lock()

    def _begin(self, **kwargs: Any) -> None:
        with self._lock:
            self.running += 1

    def _end(self, **kwargs: Any) -> None:
        with self._lock:
            self.running -= 1

    def settle(self) -> None:
        """Wait until the server has answered everything."""
        ends = time.monotonic() + PATIENCE
        while self.running and time.monotonic() < ends:
            time.sleep(0.02)
        assert self.running == 0, "the server is still busy"


@contextmanager
def watched() -> Iterator[Traffic]:
    """Count the requests that begin and end in this process."""
    traffic = Traffic()
    request_started.connect(traffic._begin)
    request_finished.connect(traffic._end)
    try:
        yield traffic
    finally:
        request_started.disconnect(traffic._begin)
        request_finished.disconnect(traffic._end)
