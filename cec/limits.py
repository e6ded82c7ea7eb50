"""How often somebody may do a thing. The counts live in the shared cache (reliability B4)."""

import time

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from cec import security_log, work
from cec.problems import Problem, Refused

UPLOADS = 30
UPLOAD_SECONDS = 3600


def used_up(key: str, *, most: int, seconds: int) -> bool:
    """Count one more, and say whether the share of the last `seconds` was used up before.

    It holds over all processes; the lock makes it exact when many ask at once.
    """
    now = time.time()
    with transaction.atomic():
        work.one_at_a_time(key)
        recent = [moment for moment in cache.get(key, []) if moment > now - seconds]
        if len(recent) >= most:
            return True
        cache.set(key, [*recent, now], seconds)
    return False


def count_upload(person_id: int) -> None:
    """Count a file that somebody sends, whatever it is for; raises `Refused` above 30 an hour."""
    if used_up(f"uploads:{person_id}", most=UPLOADS, seconds=UPLOAD_SECONDS):
        security_log.note(security_log.RATE_LIMITED, what="uploads", person=person_id)
        raise Refused(
            Problem("too_many", _("That was a lot of files. Try again in an hour, please."))
        )
