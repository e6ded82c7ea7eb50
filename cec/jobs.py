"""What must happen again and again, and when each of it last did (the page of the work says so)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from cec.logs import without_personal_data

SECOND = timedelta(seconds=1)
TASKS_SHOWN = timedelta(days=7)  # after which a failed task is forgotten


CUT_OFF = "CutOff: it began and never came to an end"


class Job(models.Model):
    """The last run of a periodic job, or the last failure of a task that is none.

    `failures` counts those since it last succeeded, the first of them at `failing_since`.
    """

    name = models.CharField(max_length=120, primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def took(self) -> timedelta | None:
        """How long the last run took; None while it runs."""
        return self.finished_at - self.started_at if self.finished_at else None

    @classmethod
    def longest_waiting_first(cls, names: Sequence[str]) -> list[str]:
        """Order jobs by their last start; those that never ran come first, in their order."""
        known = cls.objects.filter(name__in=names).order_by("started_at")
        ran = list(known.values_list("name", flat=True))
        return [*(name for name in names if name not in ran), *ran]

    @classmethod
    def is_due(cls, name: str, *, every: timedelta, now: datetime) -> bool:
        """Say whether the last success is that long ago, or is ahead of a clock put back (H5)."""
        recently = cls.objects.filter(name=name, succeeded_at__gt=now - every + SECOND)
        return not recently.filter(succeeded_at__lte=now).exists()

    @classmethod
    def begin(cls, name: str) -> None:
        """Note a start. Whoever began before and never ended was killed: that is a failure too."""
        if cls.objects.filter(name=name, finished_at__isnull=True).exists():
            cls._fail(name, CUT_OFF)
        cls.objects.update_or_create(
            name=name, defaults={"started_at": timezone.now(), "finished_at": None}
        )

    @classmethod
    def succeed(cls, name: str, answer: object) -> None:
        now = timezone.now()
        cls.objects.filter(name=name).update(
            finished_at=now,
            succeeded_at=now,
            answer="" if answer is None else str(answer)[:200],
            error="",
            failures=0,
            failing_since=None,
        )

    @classmethod
    def fail(cls, name: str, error: BaseException) -> None:
        cls._fail(name, said(error))

    @classmethod
    def _fail(cls, name: str, reason: str) -> None:
        now = timezone.now()
        cls.objects.filter(name=name).update(
            finished_at=now,
            error=reason,
            failures=F("failures") + 1,
            failing_since=Coalesce("failing_since", now),
        )

    @classmethod
    def fail_task(cls, name: str, error: BaseException) -> None:
        """Note that a task failed which has no row of its own to say so.

        Nobody notes its successes: what is older than TASKS_SHOWN counts anew.
        """
        now = timezone.now()
        cls.objects.filter(name=name, finished_at__lt=now - TASKS_SHOWN).delete()
        cls.objects.get_or_create(name=name, defaults={"started_at": now})
        cls.fail(name, error)

    @classmethod
    def failed_tasks(cls) -> QuerySet[Job]:
        """Return what `fail_task` noted lately, the latest first."""
        lately = timezone.now() - TASKS_SHOWN
        rows = cls.objects.filter(succeeded_at=None, finished_at__gt=lately)
        return rows.order_by("-finished_at")


def said(error: BaseException) -> str:
    """Return the technical text of an error, as a column of 500 letters takes it.

    The column outlives people who are erased: what would name one is left out as in the logs.
    """
    return without_personal_data(f"{type(error).__name__}: {error}").replace("\0", "")[:500]


@dataclass(frozen=True)
class Sweeper:
    """What runs each minute, or `every` so often. It finds its rows itself and may run twice."""

    run: Callable[[], Any]
    label: Any
    every: timedelta | None = None
    queue: str = "general"

    def __call__(self) -> Any:
        return self.run()
