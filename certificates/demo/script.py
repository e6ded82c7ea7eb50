"""What happened, and when: deeds that are planned in any order and played in order of time."""

import random
from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from certificates.demo import clock

SEED = "continuing education"


class Script:
    """The past, deed by deed. Numbers, ids and mails then follow each other as they would have.

    `random` always starts from the same seed, so that the demo differs from day to day by its
    dates alone.
    """

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now = now
        self.zone = zone
        self.today = now.astimezone(zone).date()
        self.random = random.Random(SEED)  # noqa: S311 (nothing here is a secret)
        self._deeds: list[tuple[datetime, int, Callable[[], object]]] = []

    def plan(self, day: date, do: Callable[[], object], *, hour: int = 10) -> None:
        """Let something happen on a day, not before `hour`; what is still ahead never happens.

        What would be later today happens now, in the order of planning.
        """
        if day > self.today:
            return
        minute = self.random.randrange(60)
        moment = datetime.combine(day, time(hour, minute), tzinfo=self.zone)
        self._deeds.append((min(moment, self.now), len(self._deeds), do))

    def play(self) -> None:
        """Let everything happen."""
        for moment, _number, do in sorted(self._deeds, key=lambda deed: deed[:2]):
            with clock.at(moment):
                do()
