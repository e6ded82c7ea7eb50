"""Writing notices: those whose turn it is become mail, as fast as mail goes out and no faster.

A worker claims some of a kind, asks the kind's query again for these people, and writes each in a
transaction of its own. What is no longer true, switched off or too late is dropped, with the
reason. One that can't be written is tried five times and then shown (H4).
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone

from cec import claims, mail, work
from cec.outbox import OutgoingMail
from registrations import notices, reaching
from registrations.models import Notice, RemindersOff
from registrations.models.notices import NoticeQuerySet
from registrations.notices import owing, unsubscribing

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
    _give_up_what_ends_workers()
    return sum(_write_chunk(*chunk) for chunk in work.while_there_is_time(_chunks()))


def _give_up_what_ends_workers() -> None:
    """Show what was taken up often enough and never finished, and leave it alone."""
    Notice.objects.lost(timezone.now()).filter(tries__gte=claims.MOST_TRIES).update(
        state=State.FAILED, claimed_at=None, last_error="Whoever wrote it was lost, each time."
    )


def _chunks() -> Iterator[tuple[notices.Kind, list[Notice]]]:
    """Take up some of each kind in turns: none waits until another one is through."""
    while (room := _room()) and (waiting := _kinds_that_wait()):
        share = min(max(room // len(waiting), 1), CHUNK)
        idle = True
        for kind in waiting[:room]:
            if chunk := claim(kind, most=share):
                idle = False
                yield kind, chunk
        if idle:
            return  # others are at all of them


def _room() -> int:
    """Return how many mails more the outbox takes."""
    waiting = OutgoingMail.objects.waiting().filter(urgent=False).count()
    return max(settings.MAIL_PER_MINUTE * MOST_MINUTES_AHEAD - waiting, 0)


def _kinds_that_wait() -> list[notices.Kind]:
    """Return the kinds of which some can be written now, the one that waits longest first."""
    found = Notice.objects.to_write(timezone.now()).order_by().values("kind")
    names = found.annotate(first=Min("due_at")).order_by("first").values_list("kind", flat=True)
    known = notices.kinds()
    return [known[name] for name in names if name in known]


def claim(kind: notices.Kind, *, most: int) -> list[Notice]:
    """Take up some notices of a kind that nobody else is at.

    One that was taken up before goes alone: if it is what ends workers, it ends no other's turn.
    """
    now = timezone.now()
    with transaction.atomic():
        found = (
            Notice.objects.to_write(now).filter(kind=kind.name).order_by("tries", "due_at", "pk")
        )
        locked = found.select_for_update(of=("self",), skip_locked=True)[:most]
        tries = dict(locked.values_list("pk", "tries"))
        rows = [pk for pk, number in tries.items() if not number] or list(tries)[:1]
        claims.claim(Notice.objects.filter(pk__in=rows))
    return list(
        Notice.objects.filter(pk__in=rows).select_related(
            "person", "registration__person", "registration__program", "registration__association"
        )
    )


def _write_chunk(kind: notices.Kind, chunk: list[Notice]) -> int:
    try:
        with transaction.atomic():
            still = owing.still_owed(kind, chunk, now=timezone.now())
    except Exception as error:
        logger.exception("What is owed of the kind %s could not be asked for", kind.name)
        for notice in chunk:
            _put_off(notice, error)
        return 0
    unwanted = _who_gets_none(kind, chunk)
    return sum(
        _settle(kind, notice, still.get(owing.key(notice)), unwanted.get(notice.person_id, ""))
        for notice in chunk
    )


def _who_gets_none(kind: notices.Kind, chunk: list[Notice]) -> dict[int, str]:
    """Return whose reminders of this kind are left out, and why; a service message has to go."""
    if not kind.is_reminder:
        return {}
    people = [notice.person for notice in chunk]
    off = RemindersOff.objects.filter(kind=kind.name, person__in=people)
    return {
        **dict.fromkeys(reaching.failing(people), Dropped.ADDRESS.value),
        **dict.fromkeys(off.values_list("person", flat=True), Dropped.OFF.value),
    }


def _settle(kind: notices.Kind, notice: Notice, still: owing.Owed | None, unwanted: str) -> bool:
    """Write a claimed notice, or say why not; whether it became mail."""
    if owing.is_late(notice, still):
        _drop(notice, Dropped.LATE)
    elif unwanted:
        _drop(notice, unwanted)
    elif still is None:
        _drop(notice, Dropped.SETTLED)
    elif still.days_to_go > 0:
        _leave(notice, due_at=timezone.now() + timedelta(days=still.days_to_go))
    elif not notice.person.is_active:
        _leave(notice)  # for when the account is opened again, if that is in time
    else:
        return _try(kind, notice, still.facts)
    return False


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
    if not _mine(notice).select_for_update().values_list("pk", flat=True):
        return False
    told = kind.look(notice) if kind.look else facts
    if told is None:
        _drop(notice, Dropped.SETTLED)
        return False
    notice.facts = told
    sent = post(kind, notice, key=key_of(notice))
    _mine(notice).update(
        state=State.WRITTEN,
        facts=told,
        mail=sent or OutgoingMail.objects.get(key=key_of(notice)),
        written_at=timezone.now(),
        last_error="",
    )
    return sent is not None


def key_of(notice: Notice) -> str:
    """Name the occasion of its mail; what is sent again adds to it."""
    return f"notice:{notice.pk}"


def post(kind: notices.Kind, notice: Notice, *, key: str) -> OutgoingMail | None:
    """Put the notice's letter into the outbox; None if there is one of this key."""
    address = unsubscribing.address(notice.person, kind.name) if kind.is_reminder else ""
    return mail.post(
        kind.name,
        notice,
        to=notice.person,
        key=key,
        about=notice.registration,
        unsubscribe=address,
    )


def _mine(notice: Notice) -> NoticeQuerySet:
    """The notice, as long as nobody else took it up, held it or took it back."""
    return Notice.objects.filter(pk=notice.pk, state=State.WAITING, claimed_at=notice.claimed_at)


def _drop(notice: Notice, why: str) -> None:
    _mine(notice).update(state=State.DROPPED, dropped=why)


def _leave(notice: Notice, *, due_at: datetime | None = None) -> None:
    """Let it wait as if nobody had looked."""
    _mine(notice).update(claimed_at=None, tries=F("tries") - 1, due_at=due_at or F("due_at"))


def _put_off(notice: Notice, error: Exception) -> None:
    given_up = notice.tries >= claims.MOST_TRIES
    _mine(notice).update(
        state=State.FAILED if given_up else State.WAITING,
        last_error=f"{type(error).__name__}: {error}".replace("\0", "")[:500],
        due_at=timezone.now() + timedelta(minutes=RETRY_MINUTES * notice.tries),
        claimed_at=None,
    )
