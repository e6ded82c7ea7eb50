"""Which backups there are, and how long each is kept.

All of the last days (14 unless said otherwise), then the newest of each week for eight weeks, then
the newest of each month for six months. The newest of all is never removed.
"""

import re
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dateutil.relativedelta import relativedelta

from cec.backups.manifest import MANIFEST
from cec.backups.trouble import Trouble

DAYS, WEEKS, MONTHS = 14, 8, 6
PART = ".part"  # of the name of one that is being made
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")
_FORM = "%Y-%m-%dT%H%M%SZ"


def name_of(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):{_FORM}}"


def moment_of(backup: Path) -> datetime:
    return datetime.strptime(backup.name, _FORM).replace(tzinfo=UTC)


def backups_in(folder: Path) -> list[Path]:
    """Return the whole backups in a folder, the oldest first."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(p for p in found if _NAME.fullmatch(p.name) and (p / MANIFEST).is_file())


def one_of(folder: Path) -> Path:
    """Return the backup that a folder is, or the newest one in it. Raises Trouble."""
    if (folder / MANIFEST).is_file() or _NAME.fullmatch(folder.resolve().name):
        return folder
    found = backups_in(folder)
    if not found:
        raise Trouble(f"There is no backup in {folder}.")
    return found[-1]


def clear(folder: Path) -> None:
    """Remove what backups that were cut off left behind."""
    for path in folder.glob(f".*{PART}"):
        shutil.rmtree(path, ignore_errors=True)


def thin_out(folder: Path, *, now: datetime, days: int = DAYS) -> list[Path]:
    """Remove the backups that aren't kept any longer; returns them."""
    found = backups_in(folder)
    kept = kept_of(found, now=now, days=days)
    gone = [path for path in found if path not in kept]
    for path in gone:
        # Under another name first: nobody takes for whole what is half removed.
        leaving = path.rename(path.with_name(f".{path.name}{PART}"))
        shutil.rmtree(leaving)
    return gone


def kept_of(backups: Iterable[Path], *, now: datetime, days: int = DAYS) -> set[Path]:
    """Return those of the backups that are kept."""
    newest_first = sorted(backups, key=moment_of, reverse=True)
    kept = set(newest_first[:1])
    kept |= {path for path in newest_first if moment_of(path) > now - timedelta(days=days)}
    weeks, months = relativedelta(weeks=WEEKS), relativedelta(months=MONTHS)
    kept |= _newest_of_each(newest_first, lambda at: at.isocalendar()[:2], now - weeks)
    kept |= _newest_of_each(newest_first, lambda at: (at.year, at.month), now - months)
    return kept


def _newest_of_each(
    newest_first: list[Path], period: Callable[[datetime], tuple[int, ...]], since: datetime
) -> set[Path]:
    newest: dict[tuple[int, ...], Path] = {}
    for path in newest_first:
        if moment_of(path) > since:
            newest.setdefault(period(moment_of(path)), path)
    return set(newest.values())
