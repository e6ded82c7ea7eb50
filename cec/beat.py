"""Beat, which asks for a sweep each minute, whatever happens to the machine's clock (H5)."""

from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class Scheduler(PersistentScheduler):  # type: ignore[misc]  # Celery says no types
    """Celery's, but it doesn't wait for a clock that was put back to come round again.

    Celery adds the interval to the last run. With a clock put back by a day, or a last run that a
    wrong clock left in the file, nothing would be asked for until a day later.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """See Celery's Scheduler."""
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at > now + SECOND:
                entry.last_run_at = now - DAY  # due at once
                self._heap = None  # its times are those of the other clock
        wait: float = super().tick(*args, **kwargs)
        return wait
