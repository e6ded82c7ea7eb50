"""Writing notices: those whose turn it is become mail, as fast as mail goes out and no faster.

A worker claims some of a kind, asks the kind's query again for these people, and writes each in a
transaction of its own. What is no longer true, switched off or too late is dropped, with the
reason. One that can't be written is tried five times and then shown (H4).
"""

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cec import claims, mail, work
from cec.outbox import OutgoingMail
from registrations import notices
from registrations.models import Notice, RemindersOff

logger = logging.getLogger(__name__)

CHUNK = 50
RETRY_MINUTES = 5
# Mail that waits to be sent; more would only grow old in the outbox, with figures of yesterday.
MOST_MINUTES_AHEAD = 10

State = Notice.State
Dropped = Notice.Dropped


def write_due() -> int:
    """Write what is due, until nothing is left, mail has no room or the turn is over.

    Returns how many became mail. Any number of processes may do this at once.
    """
    return sum(_write_chunk(*chunk) for chunk in work.while_there_is_time(_chunks()))


def _chunks() -> Iterator[tuple[notices.Kind, list[Notice]]]:
    for kind in notices.kinds().values():
        while room := _room():
            chunk = claim(kind, most=min(room, CHUNK))
            if not chunk:
                break
            yield kind, chunk


def _room() -> int:
    """Return how many mails more the outbox takes."""
    waiting = OutgoingMail.objects.waiting().filter(urgent=False).count()
    return max(settings.MAIL_PER_MINUTE * MOST_MINUTES_AHEAD - waiting, 0)


def claim(kind: notices.Kind, *, most: int) -> list[Notice]:
    """Take up some notices of a kind that nobody else is at."""
    now = timezone.now()
    with transaction.atomic():
        found = Notice.objects.to_write(now).filter(kind=kind.name).order_by("due_at", "pk")
        rows = list(found.select_for_update(skip_locked=True)[:most].values_list("pk", flat=True))
        claims.claim(Notice.objects.filter(pk__in=rows))
    return list(Notice.objects.filter(pk__in=rows).select_related("person", "registration"))


def _write_chunk(kind: notices.Kind, chunk: list[Notice]) -> int:
    now = timezone.now()
    today = _still_owed(kind, chunk, now)
    off = set(
        RemindersOff.objects.filter(
            kind=kind.name, person__in=[notice.person_id for notice in chunk]
        ).values_list("person_id", flat=True)
    )
    written = 0
    for notice in chunk:
        facts = today.get(_key(notice))
        if kind.is_reminder and notice.person_id in off:
            _drop(notice, Dropped.OFF)
        elif facts is None or not notice.person.is_active:
            late = notice.until < timezone.localdate()
            _drop(notice, Dropped.LATE if late else Dropped.SETTLED)
        else:
            written += _try(kind, notice, facts)
    return written


def _key(notice: Notice) -> tuple[int, int | None, str]:
    return notice.person_id, notice.registration_id, notice.occasion


def _still_owed(
    kind: notices.Kind, chunk: list[Notice], now: datetime
) -> dict[tuple[int, int | None, str], dict[str, Any]]:
    """Ask the kind's query again for these people: what is still owed, with today's facts.

    From the day before on: where midnight itself is put back, today was tomorrow for a while (H5).
    """
    sql = f"""
        SELECT d.person_id, d.registration_id, d.occasion, d.facts::text
        FROM ({kind.sql(again=True)}) d WHERE d.today BETWEEN d.due_on - 1 AND d.until
    """
    values: dict[str, Any] = {
        "now": now,
        "registrations": [notice.registration_id for notice in chunk if notice.registration_id],
        "people": [notice.person_id for notice in chunk],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {
            (person, registration, occasion): json.loads(facts)
            for person, registration, occasion, facts in cursor.fetchall()
        }


def _try(kind: notices.Kind, notice: Notice, facts: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            return _write(kind, notice, facts)
    except Exception as error:
        logger.exception("Notice %s (%s) could not be written", notice.pk, notice.kind)
        _put_off(notice, error)
        return False


def _write(kind: notices.Kind, notice: Notice, facts: dict[str, Any]) -> bool:
    """Make a mail of a claimed notice, unless somebody else has taken it up since."""
    mine = _mine(notice).select_for_update(of=("self",)).first()
    if mine is None:
        return False
    notice.facts = facts
    sent = mail.post(
        kind.name,
        notice,
        to=notice.person,
        key=f"notice:{notice.pk}",
        about=notice.registration,
        unsubscribe=unsubscribe_address(notice) if kind.is_reminder else "",
    )
    Notice.objects.filter(pk=notice.pk).update(
        state=State.WRITTEN, facts=facts, mail=sent, written_at=timezone.now(), last_error=""
    )
    return True


def _mine(notice: Notice) -> Any:
    return Notice.objects.filter(pk=notice.pk, state=State.WAITING, claimed_at=notice.claimed_at)


def _drop(notice: Notice, why: str) -> None:
    _mine(notice).update(state=State.DROPPED, dropped=why)


def _put_off(notice: Notice, error: Exception) -> None:
    given_up = notice.tries >= claims.MOST_TRIES
    _mine(notice).update(
        state=State.FAILED if given_up else State.WAITING,
        last_error=f"{type(error).__name__}: {error}".replace("\0", "")[:500],
        due_at=timezone.now() + timedelta(minutes=RETRY_MINUTES * notice.tries),
        claimed_at=None,
    )


def unsubscribe_address(notice: Notice) -> str:
    """Return where one click ends reminders of this kind for this person."""
    return ""
