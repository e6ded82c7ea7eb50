"""Mails that go out by themselves (domain section 7): decided by sets, each once, in time.

A kind is a query of who is owed what. An app's `notice_kinds.py` declares its kinds:

    notices.kind("fee_outstanding", _("Fee outstanding"), rows=FEES)

`deciding` makes rows of what a query finds, `writing` turns them into mail. A letter of the same
name (`cec.mail`) takes the notice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.module_loading import autodiscover_modules

OF_REGISTRATIONS = "r.id = ANY(%(registrations)s)"
OF_PEOPLE = "p.id = ANY(%(people)s)"

# Today where a program keeps its calendar (G10); `g` is the program.
TODAY = "(%(now)s AT TIME ZONE g.time_zone)::date"


@dataclass(frozen=True)
class Kind:
    """A kind of notice.

    `rows` is SQL that answers, for everybody whom it is time to tell, at `%(now)s`:

        person_id, registration_id (or null), occasion (text), today, due_on, until (dates), facts
        (jsonb)

    with `{scope}` where its conditions stand: "true", or `scope` to look at some again. A row is
    due from `due_on` to `until`, both included. Whatever is no longer among the rows when it is
    written is left away. `is_reminder` can be switched off, a service message can't. What SQL
    alone doesn't know, `look` finds out when a notice is written: the facts, or None for a notice
    that has nothing to say.
    """

    name: str
    label: Any
    rows: str
    is_reminder: bool
    scope: str = OF_REGISTRATIONS
    look: Callable[[Any], dict[str, Any] | None] | None = None

    def sql(self, *, again: bool = False) -> str:
        """Return the query for everybody, or for some again."""
        return self.rows.replace("{scope}", self.scope if again else "true")


_kinds: dict[str, Kind] = {}


def kind(
    name: str,
    label: Any,
    *,
    rows: str,
    is_reminder: bool = False,
    scope: str = OF_REGISTRATIONS,
    look: Callable[[Any], dict[str, Any] | None] | None = None,
) -> Kind:
    """Register a kind of notice; there is a letter of the same name."""
    _kinds[name] = Kind(name, label, rows, is_reminder, scope, look)
    return _kinds[name]


def kinds() -> dict[str, Kind]:
    """Return every kind of every app, by name."""
    _discover()
    return _kinds


def reminders() -> Sequence[Kind]:
    """Return the kinds that a person may switch off."""
    return [each for each in kinds().values() if each.is_reminder]


@cache
def _discover() -> None:
    autodiscover_modules("notice_kinds")
