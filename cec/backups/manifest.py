"""What a backup says of itself, and the sums by which a changed one is found."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cec.backups.survey import Figures
from cec.backups.trouble import Trouble

MANIFEST, SUMS, DUMP, MEDIA = "manifest.json", "SHA256SUMS", "database.dump", "media"
FORMAT = 1
_PIECE = 1024 * 1024
# Nothing but these is ever read from a backup, so that no path in it can lead anywhere else.
_PATH = re.compile(rf"{MANIFEST}|{re.escape(DUMP)}|{MEDIA}/files/[0-9a-f]{{2}}/[0-9a-f]{{40}}\.\w+")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`postgresql` is the server's major version, `migrations` are those applied, by app.

    `missing` are files of rows that were already gone or damaged when the backup was made.
    """

    format: int
    made_at: str
    product: str
    site: str
    postgresql: int
    programs: int
    migrations: dict[str, list[str]]
    tables: dict[str, Figures]
    files: int
    bytes: int
    missing: list[str]

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def write(self, folder: Path) -> None:
        said = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / MANIFEST).write_text(said + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Return what the backup says of itself. Raises Trouble if it doesn't."""
    try:
        said: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Trouble(f"{folder} holds no backup: there is no {MANIFEST} in it.") from error
    except (OSError, ValueError) as error:
        raise Trouble(f"The {MANIFEST} of {folder} can’t be read: {error}") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise Trouble(
            f"The backup {folder.name} is laid out in another way than this version knows. "
            "Restore it with the version that made it, or a newer one."
        )
    try:
        tables = {name: Figures(**figures) for name, figures in said.pop("tables").items()}
        return Manifest(tables=tables, **said)
    except (KeyError, TypeError, AttributeError) as error:
        raise Trouble(f"The {MANIFEST} of {folder} is not one of ours: {error}") from error


def write_sums(folder: Path, sums: dict[str, str]) -> None:
    lines = [f"{digest}  {path}\n" for path, digest in sorted(sums.items())]
    (folder / SUMS).write_text("".join(lines), encoding="ascii")


def read_sums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file by its path. Raises Trouble for anything unexpected."""
    try:
        return dict(_sums((folder / SUMS).read_text(encoding="ascii")))
    except (OSError, ValueError) as error:
        raise Trouble(f"The {SUMS} of {folder} can’t be read: {error}") from error


def _sums(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found is None or not _PATH.fullmatch(found[2]):
            raise ValueError(f"it has a line that is none of ours, {line[:80]!r}")
        yield found[2], found[1]


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def copy(source: Path, target: Path) -> str:
    """Copy a file's bytes; return their SHA-256, in hexadecimal."""
    digest = sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file, target.open("wb") as new:
        while piece := file.read(_PIECE):
            digest.update(piece)
            new.write(piece)
    return digest.hexdigest()
