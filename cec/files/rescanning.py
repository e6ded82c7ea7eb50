"""Looking once more for viruses in what is kept already (reliability D8)."""

import logging

from django.conf import settings

from cec import security_log
from cec.files import scanning, store
from cec.files.rows import StoredFile

logger = logging.getLogger(__name__)

AT_ONCE = 50  # files of one sweep


def scan_waiting() -> int:
    """Scan what was kept while clamd was down, or before there was one; return how many."""
    if settings.CLAMD is None:
        return 0
    done = 0
    waiting = StoredFile.objects.filter(scan=StoredFile.Scan.WAITING).order_by("id")
    for row in waiting[:AT_ONCE]:
        try:
            found = scanning.scan(store.path_of(row).read_bytes())
        except OSError as error:
            logger.error("The file of %s is not there: %s", row.key, error.strerror)
            continue
        if found == StoredFile.Scan.WAITING:
            return done  # it is down: the next sweep goes on
        done += waiting.filter(pk=row.pk).update(scan=found)
        if found == StoredFile.Scan.INFECTED:
            security_log.upload_refused("virus_found_later")
    return done
