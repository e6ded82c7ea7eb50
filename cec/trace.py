"""Who asks, and from where: what the history and the log note beside every deed (J2, J3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

HEADER = "X-Request-ID"


@dataclass(frozen=True)
class Trace:
    """The request that a deed is done in; empty for background work.

    `request` is there as long as it is being answered.
    """

    request_id: str = ""
    address: str = ""
    request: Any = None

    @property
    def person_id(self) -> int | None:
        """Who asks, if that was looked up already: a line of the log is no reason to."""
        person = getattr(self.request, "_cached_user", None)
        return None if person is None else person.pk


NOBODY = Trace()
_current: ContextVar[Trace] = ContextVar("trace", default=NOBODY)


def current() -> Trace:
    """Return the trace of the request that is being answered."""
    return _current.get()


@contextmanager
def traced(trace: Trace) -> Iterator[None]:
    """Let everything inside be done under this trace."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)
