"""Looking once more for viruses in what is kept already (reliability D8)."""

import logging

from django.conf import settings

from cec import security_log, work
from cec.files import scanning, store
from cec.files.rows import StoredFile

logger = logging.getLogger(__name__)

SILENT = 2  # files in a row without an answer, after which clamd is taken to be down


def scan_waiting() -> int:
    """Scan what was kept while clamd was down, or before there was one; return how many.

    A file that can't be scanned keeps no other one waiting. It is looked at again in each sweep.
    """
    if settings.CLAMD is None:
        return 0
    done = silent = 0
    waiting = StoredFile.objects.filter(scan=StoredFile.Scan.WAITING).order_by("id")
    for row in work.while_there_is_time(waiting.iterator(chunk_size=100)):
        try:
            found = scanning.asked(store.path_of(row).read_bytes())
        except OSError as error:
            logger.error("The file of %s is not there: %s", row.key, error.strerror)
            continue
        except scanning.NoAnswer:
            silent += 1
            if silent == SILENT:
                break
            continue
        silent = 0
        if found != StoredFile.Scan.WAITING:
            done += waiting.filter(pk=row.pk).update(scan=found)
        if found == StoredFile.Scan.INFECTED:
            security_log.upload_refused("virus_found_later")
    return done
