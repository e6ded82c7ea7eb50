"""The staff's weekly mail: what waits for a person, in sections that each app adds.

An app's `digest_sections.py` registers its own; each counts as the desk does, and decides itself
for whom:

    digest.section("fees", _("Fees"), find=fees, say={"owed": owed}, position=70)

`owed` are the words, an `ngettext_lazy` with `%(n)s`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from registrations.models import Notice, Person


@dataclass(frozen=True)
class Waits:
    """How many of a thing wait, and since when the first of them does, where they are in line."""

    name: str
    count: int
    since: datetime | None = None


@dataclass(frozen=True)
class Section:
    """A line of the mail. `find` looks for a person, `say` has the words of each thing it finds."""

    name: str
    title: Any
    find: Callable[[Person], Iterable[Waits]]
    say: Mapping[str, Any]
    position: int


_sections: dict[str, Section] = {}


def section(
    name: str,
    title: Any,
    *,
    find: Callable[[Person], Iterable[Waits]],
    say: Mapping[str, Any],
    position: int,
) -> None:
    """Register a section of the mail."""
    _sections[name] = Section(name, title, find, say, position)


def sections() -> list[Section]:
    """Return the sections of all apps, in their order."""
    _discover()
    return sorted(_sections.values(), key=lambda each: each.position)


@cache
def _discover() -> None:
    autodiscover_modules("digest_sections")


def look(notice: Notice) -> dict[str, Any] | None:
    """Return what waits for a notice's person as facts, or None if nothing does.

    For each section by name: triples of what it is, how many, and for how many whole days.
    """
    found = {
        each.name: [
            [waits.name, waits.count, _days(waits.since)]
            for waits in each.find(notice.person)
            if waits.count
        ]
        for each in sections()
    }
    return {name: waits for name, waits in found.items() if waits} or None


def _days(since: datetime | None) -> int | None:
    return max((timezone.now() - since).days, 0) if since else None
