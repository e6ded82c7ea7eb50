"""Making a backup while the site is in use: the database first, then the files that it names.

The figures in the manifest are those of the dump itself: both are of one snapshot. Files never
change and none goes away meanwhile (`cec.files.store`), so that each row of the dump has its file.
"""

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import Error, OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from cec import work
from cec.backups import keeping, manifest, postgres
from cec.backups.manifest import DUMP, FORMAT, MANIFEST, MEDIA, Manifest
from cec.backups.standing import JOB
from cec.backups.survey import LEFT_OUT, survey
from cec.backups.trouble import Trouble
from cec.files import store
from cec.files.rows import StoredFile
from cec.jobs import Job

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """A backup that is whole, in its place."""

    folder: Path
    manifest: Manifest
    removed: int  # older ones, whose time was over


def make(folder: Path, *, keep_days: int = keeping.DAYS) -> Made:
    """Make a backup in the folder, and then remove those that aren't kept any longer.

    Nothing but a whole one ever stands there under its name. Raises Trouble.
    """
    with _alone():
        Job.begin(JOB)
        try:
            made = _make(folder, keep_days)
        except Exception as error:
            with suppress(Error):
                Job.fail(JOB, error)
            if isinstance(error, OSError):
                raise Trouble(
                    f"No backup was made: {error.strerror} ({error.filename or folder})."
                ) from error
            raise
        Job.succeed(
            JOB, f"{made.folder.name}: {made.manifest.rows} rows, {made.manifest.files} files"
        )
    return made


@contextmanager
def _alone() -> Iterator[None]:
    """Hold back whoever removes files; waits for those who are at it, but for no other backup."""
    with ExitStack() as stack:
        try:
            stack.enter_context(work.alone_at_last(JOB))
        except OperationalError as error:
            raise Trouble("No backup was made: another one is being made just now.") from error
        yield


def _make(folder: Path, keep_days: int) -> Made:
    now = timezone.now()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeping.clear(folder)
    place = folder / keeping.name_of(now)
    part = folder / f".{place.name}{keeping.PART}"
    part.mkdir(mode=0o700)
    try:
        said = _fill(part, now, _last(folder))
        _require_lock()
        os.sync()  # everything is on the disk before it gets the name of a whole one
        part.rename(place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    removed = keeping.thin_out(folder, now=now, days=keep_days)
    logger.info("Backup %s: %s rows, %s files", place.name, said.rows, said.files)
    return Made(place, said, len(removed))


def _last(folder: Path) -> Path | None:
    found = keeping.backups_in(folder)
    return found[-1] if found else None


def _fill(part: Path, now: datetime, last: Path | None) -> Manifest:
    """Write every file of the backup; the list of sums comes last."""
    programs = postgres.programs(least=postgres.server_major())
    with _snapshot() as snapshot:
        tables, migrations, rows = survey(), _migrations(), _rows()
        _dump(programs, snapshot, part / DUMP)
    sums, missing = _copy_files(part, rows, last)
    said = Manifest(
        format=FORMAT,
        made_at=now.isoformat(),
        product=settings.VERSION,
        site=settings.SITE_URL,
        postgresql=postgres.server_major(),
        programs=programs.major,
        migrations=migrations,
        tables=tables,
        files=len(sums),
        bytes=sum((part / path).stat().st_size for path in sums),
        missing=missing,
    )
    said.write(part)
    manifest.write_sums(
        part, sums | {each: manifest.digest_of(part / each) for each in (DUMP, MANIFEST)}
    )
    return said


@contextmanager
def _snapshot() -> Iterator[str]:
    """Look at one state of the database for as long as it takes, and let pg_dump see the same."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _dump(programs: postgres.Programs, snapshot: str, target: Path) -> None:
    command = [
        *(programs["pg_dump"], "--format=custom", "--compress=1", f"--snapshot={snapshot}"),
        *("--no-password", "--lock-wait-timeout=60s"),
        *(f"--exclude-table-data=public.{table}" for table in LEFT_OUT),
        f"--file={target}",
    ]
    done = subprocess.run(
        command, env=postgres.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Trouble(f"No backup was made: {postgres.last_line(done.stderr)}")


def _migrations() -> dict[str, list[str]]:
    applied: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        applied.setdefault(app, []).append(name)
    return applied


def _rows() -> list[StoredFile]:
    return list(StoredFile.objects.only("key", "kind", "sha256").order_by("key"))


def _copy_files(
    part: Path, rows: list[StoredFile], last: Path | None
) -> tuple[dict[str, str], list[str]]:
    """Bring each row's file into the backup; returns their sums, and those that are gone.

    What the last backup has is linked to, not copied: a file never changes. It is read all the
    same, so that no backup passes a damaged one on.
    """
    media = Path(settings.MEDIA_ROOT)
    sums, missing = {}, []
    for row in rows:
        source = store.path_of(row)
        path = f"{MEDIA}/{source.relative_to(media).as_posix()}"
        target = part / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (last and _linked(last / path, target, row.sha256)) or _copied(
            source, target, row.sha256
        ):
            sums[path] = row.sha256
        else:
            missing.append(path)
    return sums, missing


def _linked(source: Path, target: Path, digest: str) -> bool:
    try:
        os.link(source, target)
    except OSError:
        return False  # it isn't there, or the disk knows no links
    if manifest.digest_of(target) == digest:
        return True
    target.unlink()
    return False


def _copied(source: Path, target: Path, digest: str) -> bool:
    """Copy a file; False if it is gone or isn't any more what its row says."""
    try:
        same = manifest.copy(source, target) == digest
    except FileNotFoundError:
        same = False
    if not same:
        target.unlink(missing_ok=True)
        logger.error("The file %s is gone or damaged", source.name)
    return same


def _require_lock() -> None:
    """Make sure that the session which held removers back is still the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        if not cursor.fetchone()[0]:
            raise Trouble("No backup was made: the line to the database was cut in the middle.")
