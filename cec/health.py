"""Whether the product can do its work: what `/readyz` answers (reliability I4)."""

import logging
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.utils import timezone

from cec.backups import standing
from cec.outbox import OutgoingMail, has_carrier

logger = logging.getLogger(__name__)

MAIL_WAITS_AT_MOST = timedelta(minutes=15)
SWEEP_AT_LEAST_EVERY = timedelta(minutes=5)


class Heartbeat(models.Model):
    """When something that must happen regularly last did."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, queue: str) -> str:
        """Name the sweep of a queue."""
        return f"sweep {queue}"

    @classmethod
    def beat(cls, name: str) -> None:
        """Note that it happened now."""
        cls.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def failing() -> list[str]:
    """Return the names of the checks that fail; the log says why."""
    if not _passes("database", _database):
        return ["database"]  # the others could only say the same
    return [name for name, check in CHECKS.items() if not _passes(name, check)]


def _passes(name: str, check: Callable[[], bool]) -> bool:
    try:
        good = check()
    except Exception:
        logger.exception("The health check %s could not be made", name)
        return False
    if not good:
        logger.warning("The health check %s fails", name)
    return good


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


_migrated = False


def _migrations() -> bool:
    """Every migration of this version is applied; once seen, that stays so."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _mail() -> bool:
    """Mail goes out. One person's full mailbox is no fault of ours."""
    if not settings.DEBUG and not has_carrier():
        return False
    late = timezone.now() - MAIL_WAITS_AT_MOST
    server = OutgoingMail.Trouble.SERVER
    return not (
        OutgoingMail.objects.waiting()
        .filter(Q(due_at__lt=late) | Q(created_at__lt=late, trouble=server))
        .exists()
    )


def is_quiet(swept_at: datetime | None) -> bool:
    """Say whether a queue that was last swept then isn't swept any more.

    A clock that was put back leaves the last sweep ahead of now: that says nothing (H5).
    """
    return swept_at is None or abs(timezone.now() - swept_at) >= SWEEP_AT_LEAST_EVERY


def unswept() -> list[str]:
    """Return the queues that nobody sweeps."""
    last = dict(Heartbeat.objects.values_list("name", "at"))
    return [
        queue for queue in settings.CELERY_TASK_QUEUES if is_quiet(last.get(Heartbeat.of(queue)))
    ]


def _sweep() -> bool:
    """Every queue is swept: one that is stuck isn't made good by the others."""
    return not unswept()


def _media() -> bool:
    with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT) as file:
        file.write(b"ready")
    return True


def _backup() -> bool:
    return not standing.is_late(standing.last_made())


CHECKS: dict[str, Callable[[], bool]] = {
    "migrations": _migrations,
    "mail": _mail,
    "sweep": _sweep,
    "media": _media,
    "backup": _backup,
}
