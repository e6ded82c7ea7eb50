"""Letters to those whose standing changed with new rules; each waits as a row until it is there."""

import itertools
import logging
from contextlib import suppress

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import QuerySet

from activities.models import Effect
from cec import mail, stumbles, work

log = logging.getLogger(__name__)

TELL = "activities.tell_of_new_rules"
AT_ONCE = 100  # letters that are written in one transaction


def tell(rehearsal_id: int | None = None) -> int:
    """Write to those whose standing changed; returns to how many. Any number of calls is one.

    A letter that can't be written is tried five times, and keeps nobody else's waiting (H4).
    """
    waiting = Effect.objects.filter(to_tell=True).exclude(pk__in=stumbles.given_up(TELL))
    if rehearsal_id is not None:
        waiting = waiting.filter(rehearsal=rehearsal_id)
    told = 0
    for _turn in work.while_there_is_time(itertools.count()):
        if not (batch := _tell_some(waiting)):
            break
        told += batch
    return told


def _tell_some(waiting: QuerySet[Effect]) -> int:
    try:
        return _write_to(waiting)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception("Some letters about new rules could not be written; each alone, then")
    told = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with suppress(Exception), stumbles.trying(TELL, pk):
            told += _write_to(Effect.objects.filter(pk=pk, to_tell=True))
    return told


@transaction.atomic
def _write_to(waiting: QuerySet[Effect]) -> int:
    rows = list(
        waiting.select_for_update(of=("self",), skip_locked=True)
        .select_related("rehearsal", "registration__person", "registration__program")
        .order_by("pk")[:AT_ONCE]
    )
    for row in rows:
        registration = row.registration
        mail.post(
            "rules_changed",
            registration,
            row.before,
            row.after,
            row.rehearsal.reason,
            to=registration.person,
            key=f"rules_changed:{row.pk}",
            about=registration,
        )
    Effect.objects.filter(pk__in=[row.pk for row in rows]).update(to_tell=False)
    return len(rows)
