"""Tries of rows that have no columns of their own for them: what is never done stops (H4).

    with stumbles.trying("activities.tell_of_new_rules", effect.pk): ...

A try is counted before it begins, so that a worker that is killed counts too; whatever works leaves
nothing behind. After five tries `given_up` names the row, until a person lets it be tried again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.utils import timezone

from cec.claims import MOST_TRIES
from cec.jobs import said

Row = TypeVar("Row", bound=Model)


class Stumble(models.Model):
    """A row over which a worker stumbled, in one kind of work."""

    work = models.CharField(max_length=40)
    row = models.BigIntegerField()
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "row"], name="row_stumbles_once")]

    def __str__(self) -> str:
        return f"{self.work} {self.row}"


@contextmanager
def trying(work: str, row: int) -> Iterator[None]:
    """Count a try of this row; forget all of them if nothing is raised."""
    now = timezone.now()
    Stumble.objects.update_or_create(
        work=work,
        row=row,
        defaults={"tries": F("tries") + 1, "tried_at": now},
        create_defaults={"tries": 1, "tried_at": now},
    )
    mine = Stumble.objects.filter(work=work, row=row)
    try:
        yield
    except BaseException as error:
        mine.update(last_error=said(error))
        raise
    mine.delete()


def stumbled(work: str) -> QuerySet[Stumble, int]:
    """Return the keys of the rows over which a worker stumbled, be it once."""
    return Stumble.objects.filter(work=work).values_list("row", flat=True)


def given_up(work: str) -> QuerySet[Stumble, int]:
    """Return the keys of the rows that were tried too often."""
    return stumbled(work).filter(tries__gte=MOST_TRIES)


def with_error(rows: QuerySet[Row], work: str) -> QuerySet[Any]:
    """Annotate the last error of each row's tries as `last_error`."""
    mine = Stumble.objects.filter(work=work, row=OuterRef("pk"))
    return rows.annotate(last_error=Subquery(mine.values("last_error")))


def forgive(work: str, rows: Collection[int]) -> int:
    """Let these rows be tried again, if they were given up; returns how many were."""
    return Stumble.objects.filter(work=work, row__in=rows, tries__gte=MOST_TRIES).delete()[0]
