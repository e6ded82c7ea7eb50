"""Bringing a backup back: all of it or nothing (reliability L1, L2).

Before anything is touched the backup is read and compared as a whole. Then the files are put beside
those that are there, which nobody sees, and the database follows in one transaction: what was there
is dropped, the dump read, its figures compared with the manifest's, mail held, nobody signed in. If
anything fails before its end the database is as it was, and the files are taken away again.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from cec.backups import manifest, postgres, statements
from cec.backups.checking import Whole
from cec.backups.manifest import DUMP, Manifest
from cec.backups.trouble import Trouble
from cec.files import store
from cec.holding import MailHold

LINE_CUT = 2  # what psql ends with then


class Unknown(Trouble):
    """Nobody knows whether the last word, COMMIT, was heard."""


_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
"""


def require_fitting(manifest: Manifest) -> None:
    """Refuse a backup that is newer than this version or this PostgreSQL. Raises Trouble."""
    known = MigrationLoader(None).disk_migrations or {}
    newer = [
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if (app, name) not in known
    ]
    if newer:
        raise Trouble(
            f"The backup is of version {manifest.product}, which is newer than this one "
            f"({settings.VERSION}): it has {newer[-1]}, which isn’t known here. Install that "
            "version, or a newer one, and restore with it. Nothing was changed."
        )
    server = postgres.server_major()
    if server < manifest.postgresql:
        raise Trouble(
            f"The backup is of PostgreSQL {manifest.postgresql}, and this server is PostgreSQL "
            f"{server}. Use {manifest.postgresql} or newer. Nothing was changed."
        )


def require_nobody_else() -> None:
    """Refuse while other processes use the database. Raises Trouble."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        (others,) = cursor.fetchone()
    if others:
        raise Trouble(
            f"Others use this database now ({others} connections): stop the web server, the "
            "workers and beat, and try again. Nothing was changed."
        )


def is_empty() -> bool:
    """Say whether there is nobody in the database; programs alone are no data."""
    people = connection.ops.quote_name(get_user_model()._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [people])
        if cursor.fetchone()[0]:
            return True
        cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {people})")
        return bool(cursor.fetchone()[0])


def restore(whole: Whole, *, say: Callable[[str], None]) -> None:
    """Put everything of a checked backup in the place of what is there. Raises Trouble."""
    programs = postgres.programs(
        least=max(postgres.server_major(), whole.manifest.programs, whole.manifest.postgresql)
    )
    with _files_in_place(whole):
        say(f"{whole.manifest.files} files are in place; the database follows.")
        connection.close()
        _replace_database(programs, whole)
    _migrate(say)
    MailHold.objects.get_or_create(defaults={"backup_made_at": whole.manifest.when})


@contextmanager
def _files_in_place(whole: Whole) -> Iterator[None]:
    """Put the files where they belong; take them away again if what follows fails."""
    media, written = Path(settings.MEDIA_ROOT), []
    try:
        for path, digest in whole.files.items():
            target = media / path
            if not target.exists():
                written.append(target)
            elif manifest.digest_of(target) == digest:
                continue
            _put(whole.folder / manifest.MEDIA / path, target, digest)
        yield
    except Unknown:
        raise  # the files may be wanted; without a row they go by themselves
    except BaseException as error:
        for target in written:
            target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Trouble(
                f"Nothing was restored: {error.strerror} ({error.filename}). The database is as "
                "it was."
            ) from error
        raise


def _put(source: Path, target: Path, digest: str) -> None:
    target.parent.mkdir(mode=store.FOLDER_MODE, parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        if manifest.copy(source, part) != digest:
            raise Trouble(f"{source} changed while it was read. The database is as it was.")
        part.chmod(store.MODE)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _replace_database(programs: postgres.Programs, whole: Whole) -> None:
    """Feed psql with one transaction: our statements around what pg_restore makes of the dump."""
    psql = [programs["psql"], "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"]
    reader = [programs["pg_restore"], "--no-owner", "--no-privileges", "--no-comments", "--file=-"]
    with tempfile.TemporaryFile("w+") as said:
        client = subprocess.Popen(
            [*psql, "--file=-"],
            env=postgres.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            text=True,
        )
        complaint = "it was stopped"
        try:
            complaint = _feed(client, [*reader, str(whole.folder / DUMP)], whole.manifest)
        except BrokenPipeError:
            complaint = "psql ended"
        finally:
            if complaint:
                client.kill()  # without COMMIT: PostgreSQL takes everything back
            assert client.stdin is not None
            with suppress(BrokenPipeError):
                client.stdin.close()
            status = client.wait()
        if status == LINE_CUT and not complaint:
            raise Unknown(
                "The line to the database was cut at the very end. Run manage.py verify_data: if "
                "it finds nothing wrong, everything is restored; else restore again."
            )
        if status or complaint:
            said.seek(0)
            reason = postgres.last_line(said.read() or complaint)
            raise Trouble(f"Nothing was restored: {reason}. The database is as it was.")


def _feed(client: "subprocess.Popen[str]", reader: list[str], manifest: Manifest) -> str:
    """Write the whole transaction; returns what pg_restore complained of, if it failed."""
    assert client.stdin is not None
    client.stdin.write(statements.before())
    client.stdin.flush()
    read = subprocess.run(
        reader, stdout=client.stdin, stderr=subprocess.PIPE, text=True, check=False
    )
    if read.returncode:
        return read.stderr or "pg_restore failed"
    client.stdin.write(statements.after(manifest))
    client.stdin.flush()
    return ""


def _migrate(say: Callable[[str], None]) -> None:
    """Bring what an older version left up to this one, as the owner of the tables."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    say("The backup is of an older version: migrating.")
    connection.close()
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": postgres.address()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(
            f"Everything is restored, but migrating failed: {postgres.last_line(done.stderr)}. "
            "Mend that, then run manage.py migrate and manage.py verify_data."
        )
