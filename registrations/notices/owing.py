"""Whether a notice that was decided is still owed when it is written, and with which facts."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from registrations import notices
from registrations.calendar import today_in
from registrations.models import Notice

Key = tuple[int, int | None, str]


@dataclass(frozen=True)
class Owed:
    """What the query of a notice's kind says of it now; `today` is the program's day (G10)."""

    today: date
    due_on: date
    until: date
    facts: dict[str, Any]

    @property
    def days_to_go(self) -> int:
        """Return in how many days it is due; not above zero when it is already."""
        return (self.due_on - self.today).days


def key(notice: Notice) -> Key:
    """Return what makes a notice one of its kind."""
    return notice.person_id, notice.registration_id, notice.occasion


def still_owed(kind: notices.Kind, some: list[Notice], *, now: datetime) -> dict[Key, Owed]:
    """Ask the kind's query again for these notices' people, in one statement."""
    sql = f"""
        SELECT d.person_id, d.registration_id, d.occasion, d.today, d.due_on, d.until, d.facts::text
        FROM ({kind.sql(again=True)}) d
    """
    values: dict[str, Any] = {
        "now": now,
        "registrations": [notice.registration_id for notice in some if notice.registration_id],
        "people": [notice.person_id for notice in some],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {
            (person, registration, occasion): Owed(today, due_on, until, json.loads(facts))
            for person, registration, occasion, today, due_on, until, facts in cursor.fetchall()
        }


def is_late(notice: Notice, still: Owed | None) -> bool:
    """Say whether its last day of use is over, in the program's time zone.

    A last day that has moved since it was decided is looked up; what is no longer among the rows
    has the one that it was decided with.
    """
    if still is not None:
        return still.until < still.today
    program = notice.registration.program if notice.registration else None
    return notice.until < (today_in(program) if program else timezone.localdate())
