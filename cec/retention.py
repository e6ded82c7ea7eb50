"""What is kept no longer: each app says in its `retention_rules.py` what goes, and when (K3).

    @retention.rule("mail_bodies", _("Texts of e-mails"), Kept("KEPT_MAIL_DAYS"), since=…)
    def mail_bodies(before: datetime) -> QuerySet[OutgoingMail]: ...

    @mail_bodies.remove
    def forget_bodies(rows: list[OutgoingMail]) -> int: ...

Without the second function the rows are deleted. A rule lists first: `due` are the rows whose time
is over, oldest first, and nothing else is ever removed. The rows go in small transactions, so that
nobody waits for one; what was removed is counted, and nothing else is noted of it.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import ngettext

from cec import work

logger = logging.getLogger(__name__)

BATCH = 200


@dataclass(frozen=True)
class Kept:
    """How long something is kept: a setting that ends in _DAYS or _MONTHS."""

    setting: str

    @property
    def count(self) -> int:
        return int(getattr(settings, self.setting))

    def before(self, now: datetime) -> datetime:
        """Return the moment of which everything that is older goes."""
        unit = "days" if self.setting.endswith("_DAYS") else "months"
        return now - relativedelta(**{unit: self.count})  # type: ignore[arg-type]

    def __str__(self) -> str:
        if self.setting.endswith("_DAYS"):
            return ngettext("%(count)s day", "%(count)s days", self.count) % {"count": self.count}
        return ngettext("%(count)s month", "%(count)s months", self.count) % {"count": self.count}


class SomeStay(Exception):
    """Some rows of a rule couldn't be removed, and the others were."""

    def __init__(self, removed: int, failures: list[Exception]) -> None:
        self.removed = removed
        names = sorted({type(error).__name__ for error in failures})
        super().__init__(f"{len(failures)} × {', '.join(names)}")


Due = Callable[[datetime], QuerySet[Any]]
Remove = Callable[[list[Any]], int]


def delete(rows: list[Any]) -> int:
    """Delete rows of one model, with what hangs on them; returns how many they were."""
    type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


@dataclass
class Rule:
    """What goes, after how long since when. `remove` takes locked rows and says how many went.

    Rows of a table that the application may only add to aren't `locked`. Those that are removed
    `singly` go one by one: what fails for one stays, is told, and keeps none of the others.
    """

    name: str
    label: Any
    kept: Kept
    since: Any
    find: Due
    locked: bool = True
    batch: int = BATCH
    singly: bool = False
    _remove: Remove = field(default=delete, repr=False)

    def remove(self, function: Remove) -> Remove:
        self._remove = function
        return function

    def due(self, now: datetime | None = None) -> QuerySet[Any]:
        """Return what would go now."""
        return self.find(self.kept.before(now or timezone.now()))

    def clear(self, now: datetime | None = None) -> int:
        """Remove what is due as long as there is time for it; returns how many went.

        Raises `SomeStay` at the end when some of what goes singly couldn't be removed.
        """
        removed, last = 0, None
        failures: list[Exception] = []
        for _turn in work.while_there_is_time(itertools.count()):
            with transaction.atomic():
                found = self.due(now).order_by("pk")
                if last is not None:
                    found = found.filter(pk__gt=last)
                if self.locked:  # what goes singly takes long: it isn't locked against ties to it
                    found = found.select_for_update(
                        of=("self",), skip_locked=True, no_key=self.singly
                    )
                rows = list(found[: self.batch])
                last = rows[-1].pk if rows else last  # before it goes: a row deleted has no key
                removed += self._go(rows, failures) if rows else 0
            if len(rows) < self.batch:
                break
        if failures:
            raise SomeStay(removed, failures)
        return removed

    def _go(self, rows: list[Any], failures: list[Exception]) -> int:
        if not self.singly:
            return self._remove(rows)
        removed = 0
        for row in rows:
            number = row.pk
            try:
                with transaction.atomic():
                    removed += self._remove([row])
            except SoftTimeLimitExceeded:
                raise
            except Exception as error:
                logger.exception("%s %s couldn’t be removed", self.name, number)
                failures.append(error)
        return removed


class Retention(models.Model):
    """When a rule last ran, and how many it removed then and ever; never what."""

    rule = models.CharField(max_length=40, primary_key=True)
    ran_at = models.DateTimeField()
    removed = models.PositiveIntegerField(default=0)
    removed_ever = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        return self.rule


@dataclass(frozen=True)
class Elsewhere:
    """What another job removes, for those who ask how long something is kept."""

    label: Any
    kept: Any
    since: Any


_rules: dict[str, Rule] = {}
_elsewhere: list[Elsewhere] = []


def rule(
    name: str,
    label: Any,
    kept: Kept,
    *,
    since: Any,
    locked: bool = True,
    batch: int = BATCH,
    singly: bool = False,
) -> Callable[[Due], Rule]:
    """Register a rule; the function returns the rows that are older than a moment."""

    def register(find: Due) -> Rule:
        _rules[name] = Rule(name, label, kept, since, find, locked, batch, singly)
        return _rules[name]

    return register


def elsewhere(label: Any, kept: Any, *, since: Any) -> None:
    """Register what another job removes."""
    if all(str(row.label) != str(label) for row in _elsewhere):
        _elsewhere.append(Elsewhere(label, kept, since))


def rules() -> dict[str, Rule]:
    """Return all rules by name."""
    autodiscover_modules("retention_rules")
    return dict(_rules)


def done_elsewhere() -> list[Elsewhere]:
    autodiscover_modules("retention_rules")
    return list(_elsewhere)


def clear_all() -> int:
    """Let every rule remove what is due, the one that waited longest first.

    One that fails doesn't stop the others. Raises the last error at the end, for the job to tell.
    """
    ran = dict(Retention.objects.values_list("rule", "ran_at"))
    never = datetime.min.replace(tzinfo=timezone.get_current_timezone())
    total = 0
    trouble: Exception | None = None
    for found in sorted(rules().values(), key=lambda row: ran.get(row.name, never)):
        try:
            removed, error = found.clear(), ""
        except SomeStay as failure:
            removed, error, trouble = failure.removed, str(failure)[:500], failure
        except Exception as failure:
            logger.exception("The retention rule %s failed", found.name)
            removed, error, trouble = 0, type(failure).__name__, failure
        total += removed
        _note(found, removed, error)
    if trouble is not None:
        raise trouble
    return total


def _note(found: Rule, removed: int, error: str) -> None:
    now = timezone.now()
    Retention.objects.get_or_create(rule=found.name, defaults={"ran_at": now})
    Retention.objects.filter(rule=found.name).update(
        ran_at=now, removed=removed, removed_ever=F("removed_ever") + removed, error=error
    )
    if removed:
        logger.info("Kept no longer: %s, %d", found.name, removed)


@dataclass(frozen=True)
class Line:
    """A rule as the page shows it; `due` is None when it couldn't be counted in time."""

    rule: Rule
    due: int | None
    last: Retention | None


def overview() -> list[Line]:
    """Return each rule with how many would go now, and its last run."""
    runs = Retention.objects.in_bulk()
    return [Line(found, _count(found), runs.get(found.name)) for found in rules().values()]


def _count(found: Rule) -> int | None:
    try:
        with transaction.atomic():
            return found.due().order_by().count()
    except DatabaseError:
        logger.warning("What the retention rule %s would remove took too long to count", found.name)
        return None
