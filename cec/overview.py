"""What runs by itself, at a glance: the queues, the periodic jobs, the tasks that failed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cec import work
from cec.backups import standing
from cec.claims import LEASE
from cec.health import SWEEP_AT_LEAST_EVERY, Heartbeat, is_quiet
from cec.jobs import Job

COUNT = "cec.tasks.count_what_failed"
BAD = ("failing", "late")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUEUES = {
    "mail": gettext_lazy("Mail"),
    "certificates": gettext_lazy("Certificates"),
    "general": gettext_lazy("Everything else"),
}


@dataclass(frozen=True)
class Queue:
    """When somebody last looked for work of this queue."""

    name: str
    swept_at: datetime | None

    @property
    def label(self) -> Any:
        return QUEUES.get(self.name, self.name)

    @property
    def is_quiet(self) -> bool:
        """Whether its worker isn't running, as far as one can see."""
        return is_quiet(self.swept_at)

    @property
    def quiet_for(self) -> str:
        return "" if self.swept_at is None else length(timezone.now() - self.swept_at)


@dataclass(frozen=True)
class Line:
    """A periodic job: what it does, how often, and its last run if there was one."""

    name: str
    label: Any
    step: timedelta
    every: str
    job: Job | None
    lease: timedelta = LEASE  # after which one that began isn't running any more

    @property
    def state(self) -> str:
        """One of never, running, failing, late, well."""
        job = self.job
        if job is None:
            return "never"
        if job.finished_at is None and job.started_at > timezone.now() - self.lease:
            return "running"
        if job.failures or job.finished_at is None:
            return "failing"
        late = timezone.now() - job.started_at > self.step + SWEEP_AT_LEAST_EVERY
        return "late" if late else "well"

    @property
    def took(self) -> str:
        return length(self.job.took) if self.job and self.job.took is not None else ""


def queues() -> list[Queue]:
    """Return every queue with its last sweep, in one query."""
    last = dict(Heartbeat.objects.values_list("name", "at"))
    return [Queue(name, last.get(Heartbeat.of(name))) for name in settings.CELERY_TASK_QUEUES]


def jobs() -> list[Line]:
    """Return every periodic job, those that fail or are late first, in one query."""
    known = Job.objects.in_bulk()
    lines = [
        Line(name, row.label, row.every or MINUTE, how_often(row.every), known.get(name))
        for name, row in work.sweepers().items()
    ]
    backup = known.get(standing.JOB)
    if backup or settings.BACKUP_FOLDER:
        lines.append(_backups(backup))
    return sorted(lines, key=lambda line: (line.state not in BAD, str(line.label)))


def _backups(job: Job | None) -> Line:
    """The line of what the server's own schedule does."""
    label = _("Back everything up")
    step = standing.TOO_OLD - SWEEP_AT_LEAST_EVERY
    return Line(standing.JOB, label, step, how_often(DAY), job, lease=standing.LONGEST)


def beside_each_person() -> dict[str, Any]:
    """Return annotations for whoever signs in, so that no page asks for `troubles` by itself."""
    now = timezone.now()
    fresh = (now - SWEEP_AT_LEAST_EVERY, now + SWEEP_AT_LEAST_EVERY)
    swept = Heartbeat.objects.filter(name__in=map(Heartbeat.of, work.QUEUES), at__range=fresh)
    return {
        "work_failed": Subquery(Job.objects.filter(name=COUNT).values("answer")[:1]),
        "work_swept": ArraySubquery(swept.values("name")),
        "backed_up_at": Subquery(Job.objects.filter(name=standing.JOB).values("succeeded_at")[:1]),
    }


def troubles(person: Any) -> int:
    """Return how many queues are quiet and rows failed; a backup that is missed is one more.

    The count of rows is a minute old. `person` was loaded with what stands beside each; who signs
    in at this moment wasn't yet.
    """
    if not hasattr(person, "work_swept"):
        return 0
    quiet = len(work.QUEUES) - len(person.work_swept)
    return quiet + int(person.work_failed or 0) + standing.is_late(person.backed_up_at)


def how_often(every: timedelta | None) -> str:
    """Say how often a job runs."""
    if every is None:
        return _("each minute")
    if every % DAY == timedelta(0):
        days = every // DAY
        return ngettext("each day", "every %(count)s days", days) % {"count": days}
    if every % HOUR == timedelta(0):
        hours = every // HOUR
        return ngettext("each hour", "every %(count)s hours", hours) % {"count": hours}
    minutes = every // MINUTE
    return ngettext("each minute", "every %(count)s minutes", minutes) % {"count": minutes}


def length(time: timedelta) -> str:
    """Say how long something took or is ago, in its largest unit."""
    if time >= 2 * DAY:
        return ngettext("%(count)s day", "%(count)s days", time.days) % {"count": time.days}
    if time >= 2 * HOUR:
        hours = time // HOUR
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    if time >= 2 * MINUTE:
        minutes = time // MINUTE
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    seconds = max(int(time.total_seconds()), 0)
    if seconds == 0:
        return _("less than a second")
    return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
