"""What the database refuses for a moment: who loses a deadlock tries again (reliability G9)."""

import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

MOST_TRIES = 3
PAUSE = 100  # milliseconds at most, twice as much before the last try

# A serialisation failure, a deadlock, a lock that didn't come: nothing of the transaction happened.
CONFLICTS = frozenset({"40001", "40P01", "55P03"})
# Too many connections, and a server that shuts down or starts.
AWAY = frozenset({"53300", "57P01", "57P02", "57P03"})

Answer = TypeVar("Answer")


def retried(deed: Callable[..., Answer], *args: Any) -> Answer:
    """Do something that is one transaction, again when it lost a conflict, three times at most.

    A connection that was lost isn't tried again: nobody knows whether its transaction happened.
    Inside of a transaction nothing is tried again either, as that can't be saved any more.
    """
    for tries in range(1, MOST_TRIES):
        try:
            return deed(*args)
        except Error as error:
            if not is_conflict(error) or connection.in_atomic_block:
                raise
        time.sleep(secrets.randbelow(PAUSE * tries) / 1000)
    return deed(*args)


def is_conflict(error: BaseException) -> bool:
    """Say whether a transaction was taken back for the sake of another one."""
    return isinstance(error, Error) and _state(error) in CONFLICTS


def passes(error: BaseException) -> bool:
    """Say whether the same may well work in a moment: a conflict, or the database is away."""
    if isinstance(error, InterfaceError):  # the connection is closed
        return True
    if not isinstance(error, OperationalError):
        return False
    state = _state(error)
    return state in CONFLICTS | AWAY or state is None or state.startswith("08")


def _state(error: Error) -> str | None:
    """Return PostgreSQL's code; None where the server didn't get to say anything."""
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    return state
