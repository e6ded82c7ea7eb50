"""Rows that wait for a worker: taken by one at a time, and tried a few times (H1 to H4).

A model that has `tries` and `claimed_at` says with `free` which of its rows nobody is at; whoever
takes one calls `claim`.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from cec.health import unswept

MOST_TRIES = 5
# Longer than the worker's time limit (H4): nobody is at it any more.
LEASE = timedelta(minutes=2)
_PATIENCE = timedelta(seconds=20)

Row = TypeVar("Row", bound=Model)


def free(now: datetime) -> Q:
    """Rows that nobody is at, or whose worker was lost."""
    return Q(claimed_at__isnull=True) | lost(now)


def lost(now: datetime) -> Q:
    """Rows whose worker was lost, maybe before the clock was put back (H5)."""
    return Q(claimed_at__isnull=False) & ~Q(claimed_at__range=(now - LEASE, now + LEASE))


def claim(turn: QuerySet[Row], **also: Any) -> bool:
    """Take the row whose turn it is, by one conditional UPDATE; False when it isn't."""
    return bool(turn.update(tries=F("tries") + 1, claimed_at=timezone.now(), **also))


def nobody_comes(
    *, uploaded_at: datetime, claimed_at: datetime | None, queue: str = "general"
) -> bool:
    """Whether a row waits for a worker of this queue that doesn't come: its page says so."""
    if claimed_at is not None or uploaded_at > timezone.now() - _PATIENCE:
        return False
    return queue in unswept()
