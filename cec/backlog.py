"""Kinds of work that wait as rows: how much waits, runs and has failed, and trying it again.

Each app's kinds live in its module `work_kinds`, found by itself. A row that failed stays where it
is until a person lets it be tried again; what became of old ones is nobody's business any more.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

NONE = Q(pk__in=())

FAILED_FOR = timedelta(days=30)  # that something which failed is shown
SHOWN = 10  # rows that failed, of each kind


@dataclass(frozen=True)
class States:
    """The three conditions that a kind's rows are told apart by."""

    waiting: Q
    failed: Q
    running: Q = NONE


class Kind(ABC):
    """One kind of work. `since` is the field from which a row waits; `advice` says what it means
    that a row failed, and what to do.
    """

    name: ClassVar[str]
    label: ClassVar[Any]
    since: ClassVar[str]
    advice: ClassVar[Any] = ""
    retries: ClassVar[bool] = True
    line: ClassVar[str] = "work_retried"  # the event that says that it was tried again

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Return rows with all that `title` and `error` read."""

    @abstractmethod
    def states(self, now: datetime) -> States:
        """Return what tells the rows apart at this moment."""

    def title(self, row: Any) -> str:
        """Say which row it is."""
        return str(row)

    def address(self, row: Any) -> str:
        """Return where to look at it, if there is a page."""
        return ""

    def error(self, row: Any) -> str:
        """Return the technical text."""
        return str(row.last_error)

    def failed(self) -> QuerySet[Any]:
        """Return the rows that may be tried again now."""
        return self.rows().order_by().filter(self.states(timezone.now()).failed)

    def details(self, row: Any) -> dict[str, Any]:
        """Return what a line of the history says of a row."""
        return {"work": self.name, "row": row.pk}

    def about(self, rows: Sequence[Any], *, by: Any) -> list[dict[str, Any]]:
        """Say for each of these rows what its line in the history is about and holds.

        `by` is who tries it again: the line is about them if it concerns nobody.
        """
        return [{"person": by, "details": self.details(row)} for row in rows]

    def again(self, failed: QuerySet[Any]) -> int:
        """Let these rows be tried again, by one conditional change; returns how many.

        Neither this nor `about` is asked of a kind that says `retries = False`.
        """
        return 0


@dataclass(frozen=True)
class Failure:
    """A row that failed, in words."""

    pk: int
    title: str
    address: str
    error: str


@dataclass(frozen=True)
class Backlog:
    """How a kind of work stands. `oldest` is since when something waits."""

    kind: Kind
    waiting: int
    running: int
    failed: int
    oldest: datetime | None
    failures: list[Failure]


_kinds: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    """Add a kind of work to the page."""
    _kinds[kind.name] = kind()
    return kind


def kinds() -> dict[str, Kind]:
    """Return every app's kinds by name."""
    autodiscover_modules("work_kinds")
    return _kinds


def all_of_it() -> Iterator[Backlog]:
    """Look at every kind; two queries for each that has failures, one for the others."""
    now = timezone.now()
    for kind in kinds().values():
        counts = _counts(kind, now)
        failures = _failures(kind, now) if counts["failed"] else []
        yield Backlog(kind=kind, failures=failures, **counts)


def standing() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each kind's name and its counts: waiting, running, failed, oldest; a query for each."""
    now = timezone.now()
    for name, kind in kinds().items():
        yield name, _counts(kind, now)


def failed_count() -> int:
    """Return how many rows of all kinds have failed."""
    return sum(counts["failed"] for _name, counts in standing())


def _counts(kind: Kind, now: datetime) -> dict[str, Any]:
    states = kind.states(now)
    return (
        kind.rows()
        .order_by()
        .filter(states.waiting | states.running | states.failed)
        .aggregate(
            waiting=Count("pk", filter=states.waiting),
            running=Count("pk", filter=states.running),
            failed=Count("pk", filter=states.failed),
            oldest=Min(kind.since, filter=states.waiting),
        )
    )


def _failures(kind: Kind, now: datetime) -> list[Failure]:
    rows = kind.rows().filter(kind.states(now).failed).order_by("-pk")[:SHOWN]
    return [Failure(row.pk, kind.title(row), kind.address(row), kind.error(row)) for row in rows]
