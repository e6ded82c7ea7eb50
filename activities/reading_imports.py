"""Reading an uploaded record: a short one at once, a long one by a worker (E3, H1 to H4)."""

import io
import logging
import time
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from activities import workbook
from activities.choices import workbook_choices
from activities.models import Import
from activities.record import Record
from activities.workbook import Sheet, WorkbookRefused
from cec import claims, security_log

log = logging.getLogger(__name__)

READ = "activities.read_import"
# As much as somebody waits for; more is read by a worker.
ROWS_AT_ONCE, BYTES_AT_ONCE = 200, 400_000
# Files that one sweep reads, and after how long it begins no other: the next one is a minute away.
AT_ONCE, SWEEP_SECONDS = 10, 20
LAST_TRY = "unreadable"


def read_sheet(record: Record, imported: Import, *, at_once: int | None = None) -> Sheet:
    """Take the file of an import apart; raises as `workbook.read` does."""
    file = io.BytesIO(imported.content or b"")
    file.name = imported.file_name
    return workbook.read(
        file,
        choices=workbook_choices(record.rules),
        language=get_language() or "en",
        chosen=imported.layout.get("chosen"),
        remembered=imported.layout.get("remembered"),
        at_once=at_once,
    )


def read_now_or_later(record: Record, imported: Import) -> None:
    """Note what a short file says, or leave a long one to a worker; the caller saves the row.

    Raises `WorkbookRefused` for a file that can't be read.
    """
    imported.state, imported.claimed_at, imported.tries = Import.State.READING, None, 0
    if len(imported.content or b"") > BYTES_AT_ONCE:
        return
    try:
        sheet = read_sheet(record, imported, at_once=ROWS_AT_ONCE)
    except workbook.TooLong:
        return
    note_sheet(record, imported, sheet)


def note_sheet(record: Record, imported: Import, sheet: Sheet) -> None:
    """Put what a file says into its row."""
    imported.state = Import.State.OPEN
    imported.layout = imported.layout | sheet.layout
    imported.columns = sorted(sheet.columns)
    imported.skipped = len(sheet.skipped)
    imported.rows = [
        {"number": number, "raw": raw, "answers": {}, "leave": False, "anyway": False}
        for number, raw in sheet.lines
    ]
    own = sheet.listed.reference == record.registration.reference
    imported.listed = dict(sheet.listed.versions) if own else {}
    imported.deletes = []


def read(import_id: int) -> bool:
    """Read a file that waits; say whether this call was the one that did.

    Any number of calls, at once or later, read it once (H3). A file that can't be read ends as
    failed, with the reason; one at which the worker stumbles is tried again, five times at most.
    """
    if not claims.claim(Import.objects.to_read(timezone.now()).filter(pk=import_id)):
        return False
    imported = Import.objects.defer(None).select_related("registration__program").get(pk=import_id)
    if imported.tries > claims.MOST_TRIES:  # the worker was killed at it each time
        return _finish(imported, _failed(LAST_TRY))
    try:
        record = Record(imported.registration)
        note_sheet(record, imported, read_sheet(record, imported))
    except WorkbookRefused as refused:
        security_log.upload_refused(refused.code, person_id=imported.uploaded_by_id)
        return _finish(imported, _failed(refused.code))
    except Exception as error:  # whatever it is, it must not keep others waiting
        log.exception("The import %s could not be read", imported.pk)
        if imported.tries >= claims.MOST_TRIES:
            _finish(imported, _failed(LAST_TRY))
        if isinstance(error, SoftTimeLimitExceeded):
            raise
        return False
    names = ("state", "layout", "columns", "rows", "listed", "deletes", "skipped")
    return _finish(imported, {name: getattr(imported, name) for name in names})


def _failed(code: str) -> dict[str, Any]:
    return {"state": Import.State.FAILED, "error": code, "content": None}


def _finish(imported: Import, found: dict[str, Any]) -> bool:
    """Write the end of a reading, unless the upload was dropped or taken up meanwhile."""
    mine = Import.objects.filter(
        pk=imported.pk, state=Import.State.READING, claimed_at=imported.claimed_at
    )
    with transaction.atomic():
        return bool(mine.update(**found))


def read_waiting() -> int:
    """Read the files that no message came for; return how many this call read."""
    waiting = Import.objects.to_read(timezone.now()).order_by("tries", "id")
    until = time.monotonic() + SWEEP_SECONDS
    done = 0
    for pk in list(waiting.values_list("pk", flat=True)[:AT_ONCE]):
        if time.monotonic() < until:
            done += read(pk)
    return done
