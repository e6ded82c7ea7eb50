"""Sealing the history, so that a change behind the application's back is found (reliability J1).

The triggers stop whoever forgets; a seal shows what somebody did who can switch triggers off. Each
seal's digest takes in the one before it: to hide a change, all later seals would have to be made
anew, and the newest digest, which is logged each time, would differ.

A seal holds each event in two parts: what is nobody's text, and the digest of what may be personal,
salted. Erasing a person leaves that digest in the event's place (`redact`), so that every other
word of the history still is what was sealed, and nobody can guess at what was taken out.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import connection, transaction
from django.db.models import F, Func, Min, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from cec import work
from registrations.models import Event, HistoryRemoved, Registration, Seal

logger = logging.getLogger(__name__)

# No transaction lasts as long: nothing older can still come in with a smaller number.
SETTLED_AFTER = timedelta(hours=1)
MOST_EVENTS = 5_000  # in one seal, so that verifying needs little memory
SEALING = "registrations.seals"
BEFORE_ALL = -(2**63)  # the first seal holds whatever has a number up to its last event

# Named columns in a fixed order, so that a column added later changes no digest.
_WHOLE = """jsonb_build_array(
    id, registration_id, person_id, association_id, extract(epoch FROM at), actor_id, role,
    kind, from_status, to_status, reason, details, address, request_id
)::text"""
_PERSONAL = """encode(sha256(convert_to(
    coalesce(salt::text, '') || jsonb_build_array(reason, details, address)::text, 'UTF8'
)), 'hex')"""
_IN_PARTS = f"""jsonb_build_array(
    id, registration_id, person_id, association_id, extract(epoch FROM at), actor_id, role,
    kind, from_status, to_status, request_id, coalesce(nullif(redacted, ''), {_PERSONAL})
)::text"""
_DIGEST = """
SELECT encode(
    sha256(convert_to(%(before)s || coalesce(string_agg(line, E'\\n'), ''), 'UTF8')), 'hex'
), count(*)
FROM (
    SELECT {line} AS line FROM registrations_event
    WHERE id > %(first)s AND id <= %(last)s
    ORDER BY id
) AS lines
"""
BY_PARTS = _DIGEST.replace("{line}", _IN_PARTS)
WHOLE = _DIGEST.replace("{line}", _WHOLE)  # of seals of before there were parts


def seal() -> int:
    """Seal what is settled and not sealed yet; returns how many events that were."""
    sealed = 0
    while added := _seal_some():
        sealed += added
    return sealed


@transaction.atomic
def _seal_some() -> int:
    work.one_at_a_time(SEALING)
    before = Seal.objects.last()
    first = before.last_event if before else BEFORE_ALL
    open_events = Event.objects.filter(at__gte=timezone.now() - SETTLED_AFTER)
    settled = Event.objects.filter(pk__gt=first).order_by("pk")
    if (unsettled := open_events.order_by("pk").first()) is not None:
        settled = settled.filter(pk__lt=unsettled.pk)
    numbers = list(settled.values_list("pk", flat=True)[:MOST_EVENTS])
    if not numbers:
        return 0
    digest, events = _digest(BY_PARTS, before.digest if before else "", first, numbers[-1])
    Seal.objects.create(last_event=numbers[-1], events=events, digest=digest, by_parts=digest)
    logger.info("The history is sealed up to event %s: %s", numbers[-1], digest)
    return events


@dataclass(frozen=True)
class Broken:
    """A seal that the events up to `last` no longer fit, and how many there were and are."""

    last: int
    sealed: int
    found: int


def verify() -> Iterator[Broken]:
    """Compare every seal with the events that it holds; yields those that don't fit.

    Each is judged by the digest that is written in the seal before it, so that one change breaks
    one seal and its place is known. Of what was removed when its time was over nothing may be left.
    """
    before, first = "", BEFORE_ALL
    removed = removed_to()
    for row in Seal.objects.iterator():
        if row.last_event <= removed:
            found = Event.objects.filter(pk__gt=first, pk__lte=row.last_event).count()
            if found:
                yield Broken(row.last_event, 0, found)
        elif not _fits(row, before, first):
            _digest_now, found = _digest(BY_PARTS, before, first, row.last_event)
            yield Broken(row.last_event, row.events, found)
        before, first = row.digest, row.last_event


def _fits(row: Seal, before: str, first: int) -> bool:
    rule = BY_PARTS if row.by_parts else WHOLE
    sealed = (row.by_parts or row.digest, row.events)
    return _digest(rule, before, first, row.last_event) == sealed


@dataclass(frozen=True)
class Redactions:
    """How many events lost their texts to erasures, and how many seals were renewed for that."""

    events: int
    renewed: int


def redactions() -> Redactions:
    """Count what erasures took out, for whoever verifies the history."""
    return Redactions(
        events=Event.objects.exclude(redacted="").count(),
        renewed=Seal.objects.exclude(by_parts="").exclude(by_parts=F("digest")).count(),
    )


def redact(events: QuerySet[Event], **texts: Any) -> int:
    """Take what is personal out of events, or put `texts` in its place; returns how many changed.

    The history's seals go on to fit. Only for erasing a person, inside of `erasure.erasing()`.
    """
    work.one_at_a_time(SEALING)
    changed = texts or {"reason": "", "address": ""}
    numbers = list(events.values_list("pk", flat=True))
    for seal_row, before, first in _old_seals(numbers):
        _renew(seal_row, before, first)
    taken_out = Func(template=_PERSONAL, output_field=TextField())
    return Event.objects.filter(pk__in=numbers).update(
        redacted=Coalesce(NullIf("redacted", Value("")), taken_out), salt=None, **changed
    )


def _old_seals(numbers: list[int]) -> Iterator[tuple[Seal, str, int]]:
    """Yield the seals of before there were parts that hold one of these events."""
    before, first = "", BEFORE_ALL
    for row in Seal.objects.iterator():
        if not row.by_parts and any(first < pk <= row.last_event for pk in numbers):
            yield row, before, first
        before, first = row.digest, row.last_event


def _renew(row: Seal, before: str, first: int) -> None:
    """Seal the same events by parts, once it is sure that they are what was sealed.

    A seal that is broken already stays as it is, for `verify` to find.
    """
    if not _fits(row, before, first):
        return
    held = Event.objects.filter(pk__gt=first, pk__lte=row.last_event)
    held.filter(salt__isnull=True).update(salt=RandomUUID())
    by_parts, _events = _digest(BY_PARTS, before, first, row.last_event)
    Seal.objects.filter(pk=row.pk).update(by_parts=by_parts)


def _digest(rule: str, before: str, first: int, last: int) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(rule, {"before": before, "first": first, "last": last})
        digest, events = cursor.fetchone()
    return digest, events


def removed_to() -> int:
    """Return the last event of what was removed when its time was over."""
    newest = HistoryRemoved.objects.last()
    return newest.last_event if newest else BEFORE_ALL


def over(before: datetime) -> QuerySet[Seal]:
    """Return the seals of which everything is older than a moment, up to what is still needed.

    Whatever a seal holds happened before it was made. A registration that goes on keeps its own
    history, and so all that was sealed after the first line of it.
    """
    found = Seal.objects.filter(sealed_at__lt=before, last_event__gt=removed_to())
    going_on = Event.objects.filter(registration__status__in=Registration.OPEN)
    needed = going_on.aggregate(first=Min("pk"))["first"]
    return found if needed is None else found.filter(last_event__lt=needed)


def forget(rows: list[Seal]) -> int:
    """Remove the events of these seals, the oldest; the seals stay (K3). Returns how many went."""
    last = max(row.last_event for row in rows)
    with transaction.atomic(), connection.cursor() as cursor:
        work.one_at_a_time(SEALING)
        if last <= removed_to():
            return 0
        cursor.execute("SELECT cec_forget_history(%s)", [last])
        (events,) = cursor.fetchone()
        HistoryRemoved.objects.create(last_event=last, events=events)
    logger.info("The history up to event %s was kept long enough and is removed", last)
    return int(events)
