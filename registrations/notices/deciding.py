"""Deciding what is owed: one statement a kind, which may run twice and late (H5).

"Due" is a range of days: what a missed night left is decided on the next one, what is older than
its use isn't decided any more.
"""

import logging
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from registrations import notices

logger = logging.getLogger(__name__)

# A person who switched a kind of reminder off isn't owed one; a deactivated person nothing. In
# order, so that all is found before the first is written: a kind looks up notices, and where there
# were none, PostgreSQL would read through the new ones again for each of them.
_DECIDE = """
    INSERT INTO registrations_notice
        (person_id, registration_id, kind, occasion, facts, until, decided_at, due_at,
         state, dropped, tries, last_error)
    SELECT d.person_id, d.registration_id, %(kind)s, d.occasion, d.facts, d.until, %(now)s, %(now)s,
           'waiting', '', 0, ''
    FROM ({rows}) d
    WHERE d.today BETWEEN d.due_on AND d.until
      AND EXISTS (SELECT FROM registrations_person who WHERE who.id = d.person_id AND who.is_active)
      AND NOT EXISTS (
          SELECT FROM registrations_remindersoff o
          WHERE %(is_reminder)s AND o.person_id = d.person_id AND o.kind = %(kind)s
      )
    ORDER BY d.registration_id, d.person_id, d.occasion
    ON CONFLICT DO NOTHING
"""


def decide(kind: notices.Kind, *, now: datetime | None = None) -> int:
    """Write a row for everybody who is owed a notice of this kind and has none yet.

    Returns how many are new.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _DECIDE.replace("{rows}", kind.sql()),
            {"kind": kind.name, "is_reminder": kind.is_reminder, "now": now or timezone.now()},
        )
        return int(cursor.rowcount)


def decide_all(*, now: datetime | None = None) -> int:
    """Decide every kind; returns how many notices are new.

    A kind whose query fails keeps no other from being decided; its error is raised at the end.
    """
    new, failed = 0, None
    for kind in notices.kinds().values():
        try:
            with transaction.atomic():
                new += decide(kind, now=now)
        except DatabaseError as error:
            logger.exception("Notices of the kind %s could not be decided", kind.name)
            failed = failed or error
    if failed:
        raise failed
    return new
