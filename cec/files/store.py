"""The folder of the files: a row and its file are one (reliability D4, D7, I3).

The file is written whole before its row; a row that is taken back leaves a file without a row, and
those are removed a day later. A row without a file can't come about, in a backup neither: while one
is being made no file goes away, as its row may be in there already.
"""

import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import work
from cec.backups import standing
from cec.files.checking import KINDS, Checked
from cec.files.rows import StoredFile
from cec.problems import Problem, Refused

logger = logging.getLogger(__name__)

MODE = 0o640
FOLDER_MODE = 0o750
ORPHAN_AFTER = timedelta(hours=24)


def keep(checked: Checked) -> StoredFile:
    """Keep what was checked. Call it in the transaction that writes what the file belongs to.

    Raises `Refused` when there is no room for it.
    """
    row = StoredFile(
        key=secrets.token_hex(20),
        kind=checked.kind.name,
        name=checked.name,
        size=len(checked.content),
        sha256=checked.sha256,
        scan=checked.scan,
    )
    try:
        _write(path_of(row), checked.content)
    except OSError as error:
        logger.error("An upload could not be kept: %s", error.strerror)
        raise Refused(
            Problem("no_room", _("We can’t keep files just now. Try again in an hour, please."))
        ) from error
    row.save(force_insert=True)
    return row


def remove(row: StoredFile) -> None:
    """Delete a row now, and its file once that is committed."""
    path = path_of(row)
    row.delete()
    transaction.on_commit(lambda: _unlink(path), robust=True)


def _unlink(path: Path) -> None:
    """Remove a file that has lost its row; during a backup it is left to `remove_orphans`."""
    with work.unless_alone(standing.JOB) as free:
        if free:
            path.unlink(missing_ok=True)


def path_of(row: StoredFile) -> Path:
    """Return where the file lies: by its key and its kind, never by a name that somebody gave."""
    return _folder() / row.key[:2] / f"{row.key}{KINDS[row.kind].extensions[0]}"


def orphans() -> list[Path]:
    """List the files that have lain here for a day without a row."""
    before = (timezone.now() - ORPHAN_AFTER).timestamp()
    old = [path for path in _files() if path.stat().st_mtime < before]
    known = set(StoredFile.objects.values_list("key", flat=True)) if old else set()
    return [path for path in old if path.stem not in known]


def remove_orphans() -> int:
    """Remove the files without a row: list them first, then delete. A backup isn't disturbed."""
    with work.unless_alone(standing.JOB) as free:
        found = orphans() if free else []
        if found:
            logger.warning("Files without a row: %s", ", ".join(path.name for path in found))
        for path in found:
            path.unlink(missing_ok=True)
    return len(found)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "files"


def _files() -> Iterator[Path]:
    return (path for path in _folder().glob("??/*") if path.is_file())


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; it never takes the place of another one."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        draft = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            draft.chmod(MODE)
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
