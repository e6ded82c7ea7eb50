"""The demo's clock: its past is made by the product's own verbs, each at its own moment.

Only the loading of demo data uses it, in a process of its own. Rows of the history can't be dated
back afterwards: the database refuses to change them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be that moment for whatever asks Django for the time."""
    real = timezone.now
    timezone.now = lambda: moment  # type: ignore[assignment]
    try:
        yield
    finally:
        timezone.now = real  # type: ignore[assignment]
