"""Who is heading for the end of a cycle: in its last 90 days, after it, or with the total reached.

What is missing for each is `completion`'s to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from cec import words
from certificates import completion
from certificates.completion import Progress
from registrations import queue
from registrations.models import Person, Registration

SOON = timedelta(days=90)
ALL, READY, MISSING, WAITING, WITH_US = "all", "ready", "missing", "waiting", "with_us"
VIEWS: dict[str, object] = {
    ALL: _("All near the end"),
    READY: _("Ready to send"),
    MISSING: _("Something missing"),
    WAITING: _("Waiting for the end"),
    WITH_US: _("With us"),
}


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see. It is the query of the list's address."""

    view: str = ALL
    q: str = ""
    association: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read an address; a view that there isn't is all."""
        found = {field.name: words.tidy(query.get(field.name, "")) for field in fields(cls)}
        view = found.pop("view")
        return cls(view=view if view in VIEWS else ALL, **found)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.association)

    def query(self, *, view: str) -> str:
        """Write the query of another view, with the same search."""
        wanted = {"view": view if view != ALL else "", "q": self.q, "association": self.association}
        return urlencode({key: value for key, value in wanted.items() if value})


def found(person: Person, asked: Asked) -> dict[str, list[Progress]]:
    """Return those in this person's care by view, who ends first is first, in two queries."""
    rows = queue.search(
        Registration.objects.worked_on_by(person).filter(status__in=Registration.IN_PROGRESS),
        text=asked.q,
    )
    if asked.association:
        rows = rows.filter(association__code=asked.association)
    views: dict[str, list[Progress]] = {key: [] for key in VIEWS}
    for row in completion.progress(rows):
        if view := _view(row):
            views[view].append(row)
            views[ALL].append(row)
    return views


def _view(row: Progress) -> str:
    if row.status != Registration.Status.ACTIVE:
        return WITH_US
    if not row.reached and row.ends_on - row.judged_on > SOON:
        return ""
    if row.is_ready:
        return READY
    return WAITING if row.complete else MISSING


def described(shown: Sequence[Progress]) -> list[Any]:
    """Return the registrations of a page, each with `progress`, `problems` and `until`.

    That a program still runs is no problem here: its end stands beside it.
    """
    chosen = Registration.objects.filter(pk__in=[row.id for row in shown])
    known: Any = completion.with_days(chosen).select_related("person", "program", "association")
    rows, problems = known.in_bulk(), completion.missing(chosen)
    described = []
    for progress in shown:
        if row := rows.get(progress.id):
            row.progress = progress
            row.problems = [each for each in problems.get(row.pk, []) if each.code != "cycle_runs"]
            described.append(row)
    return described
