"""When the last backup was made, and whether that is too long ago."""

from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from cec.jobs import Job

JOB = "cec.backup"  # its row among the jobs, and the lock that a backup holds
TOO_OLD = timedelta(hours=26)  # a day, and the time that a slow one may take
LONGEST = timedelta(hours=6)  # after which one that began was cut off
NIGHT = time(3)


def last_made() -> datetime | None:
    """Return when the last backup was whole; None if this installation knows of none."""
    return Job.objects.filter(name=JOB).values_list("succeeded_at", flat=True).first()


def folder() -> Path:
    """Return where backups are made if nobody says."""
    return Path(settings.BACKUP_FOLDER or settings.VAR / "backups")


def is_late(made: datetime | None) -> bool:
    """Say whether a backup is missed. Who never made one and names no folder has another way."""
    if made is None:
        return bool(settings.BACKUP_FOLDER)
    return timezone.now() - made > TOO_OLD


def is_due_tonight(now: datetime) -> bool:
    """Say whether none was made since it last was three in the morning here."""
    here = timezone.localtime(now)
    night = here.replace(hour=NIGHT.hour, minute=0, second=0, microsecond=0)
    if night > here:
        night -= timedelta(days=1)
    made = last_made()
    return made is None or made < night or made > now
