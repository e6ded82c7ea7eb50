"""Mails that go out by themselves (domain section 7): decided by sets, each once, in time.

A kind is a query of who is owed what. An app's `notice_kinds.py` declares its kinds:

    notices.kind("fee_outstanding", _("Fee outstanding"), rows=FEES)

`deciding` makes rows of what a query finds, `writing` turns them into mail. A letter of the same
name (`cec.mail`) takes the notice. `by_hand` is what administrators do about them, `choices` what
people want to get; docs/decisions/0031 says why it is so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils.module_loading import autodiscover_modules
from psycopg.sql import Literal

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
    written is left away. What SQL alone doesn't know, `look` finds out when a notice is written:
    the facts, or None for a notice that has nothing to say. SQL that depends on what is in the
    database, as that of points does, is rendered when it is asked for. `is_reminder` can be
    switched off, a service message can't; `is_for_roles` is for people with a role alone.
    `description` says when it goes out, to those who get it and to administrators.
    """

    name: str
    label: Any
    rows: str | Callable[[], str]
    is_reminder: bool
    is_for_roles: bool = False
    scope: str = OF_REGISTRATIONS
    description: Any = ""
    look: Callable[[Any], dict[str, Any] | None] | None = None

    def sql(self, *, again: bool = False) -> str:
        """Return the query for everybody, or for some again."""
        rows = self.rows if isinstance(self.rows, str) else self.rows()
        return rows.replace("{scope}", self.scope if again else "true")


_kinds: dict[str, Kind] = {}


def kind(
    name: str,
    label: Any,
    *,
    rows: str | Callable[[], str],
    is_reminder: bool = False,
    is_for_roles: bool = False,
    scope: str = OF_REGISTRATIONS,
    description: Any = "",
    look: Callable[[Any], dict[str, Any] | None] | None = None,
) -> Kind:
    """Register a kind of notice; there is a letter of the same name."""
    _kinds[name] = Kind(name, label, rows, is_reminder, is_for_roles, scope, description, look)
    return _kinds[name]


def kinds() -> dict[str, Kind]:
    """Return every kind of every app, by name."""
    _discover()
    return _kinds


def as_sql(rows: QuerySet[Any, Any]) -> str:
    """Render a queryset, whose values are constants of ours, to stand within a kind's query.

    So a rule that a queryset has stays there.
    """
    text, values = rows.order_by().query.sql_with_params()
    written = text % tuple(Literal(value).as_string(None) for value in values)
    return written.replace("%", "%%")


def label_of(name: str) -> str:
    """Return what a kind is called; one that no app has any more is called by its name."""
    known = kinds().get(name)
    return str(known.label) if known else name


def reminders() -> Sequence[Kind]:
    """Return the kinds that a person may switch off."""
    return [each for each in kinds().values() if each.is_reminder]


@cache
def _discover() -> None:
    autodiscover_modules("notice_kinds")
