"""Sealing the history, so that a change behind the application's back is found (reliability J1).

The triggers stop whoever forgets; a seal shows what somebody did who can switch triggers off. Each
seal's digest takes in the one before it: to hide a change, all later seals would have to be made
anew, and the newest digest, which is logged each time, would differ.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min, QuerySet
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
_DIGEST = """
SELECT encode(
    sha256(convert_to(%(before)s || coalesce(string_agg(line, E'\\n'), ''), 'UTF8')), 'hex'
), count(*)
FROM (
    SELECT jsonb_build_array(
        id, registration_id, person_id, association_id, extract(epoch FROM at), actor_id, role,
        kind, from_status, to_status, reason, details, address, request_id
    )::text AS line
    FROM registrations_event
    WHERE id > %(first)s AND id <= %(last)s
    ORDER BY id
) AS lines
"""


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
    digest, events = _digest(before.digest if before else "", first, numbers[-1])
    Seal.objects.create(last_event=numbers[-1], events=events, digest=digest)
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
            before, first = row.digest, row.last_event
            continue
        digest, found = _digest(before, first, row.last_event)
        if (digest, found) != (row.digest, row.events):
            yield Broken(row.last_event, row.events, found)
        before, first = row.digest, row.last_event


def _digest(before: str, first: int, last: int) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, {"before": before, "first": first, "last": last})
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
