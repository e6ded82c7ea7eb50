"""What must happen again and again, and when each of it last did (the page of the work says so)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone

SECOND = timedelta(seconds=1)


class Job(models.Model):
    """The last run of a periodic job. `failures` counts those since it last succeeded."""

    name = models.CharField(max_length=120, primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def is_due(cls, name: str, *, every: timedelta, now: datetime) -> bool:
        """Say whether the last success is that long ago, or is ahead of a clock put back (H5)."""
        recently = cls.objects.filter(name=name, succeeded_at__gt=now - every + SECOND)
        return not recently.filter(succeeded_at__lte=now).exists()

    @classmethod
    def begin(cls, name: str) -> None:
        cls.objects.update_or_create(
            name=name, defaults={"started_at": timezone.now(), "finished_at": None}
        )

    @classmethod
    def succeed(cls, name: str, answer: object) -> None:
        now, said = timezone.now(), "" if answer is None else str(answer)[:200]
        cls.objects.filter(name=name).update(
            finished_at=now, succeeded_at=now, answer=said, error="", failures=0
        )

    @classmethod
    def fail(cls, name: str, error: BaseException) -> None:
        said = f"{type(error).__name__}: {error}".replace("\0", "")[:500]
        cls.objects.filter(name=name).update(
            finished_at=timezone.now(), error=said, failures=F("failures") + 1
        )


@dataclass(frozen=True)
class Sweeper:
    """What runs each minute, or `every` so often. It finds its rows itself and may run twice."""

    run: Callable[[], Any]
    label: Any
    every: timedelta | None = None

    def __call__(self) -> Any:
        return self.run()
