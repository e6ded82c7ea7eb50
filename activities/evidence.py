"""Evidence: the files that show an activity, from the upload to the end (reliability D1-D8)."""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import changes, log
from activities.checks import stale
from activities.models import Activity, Evidence
from cec import limits, work
from cec.files import checking, store
from cec.problems import Problem, Refused
from registrations.models import Person, Registration

logger = logging.getLogger(__name__)

MOST_FILES = 10  # of one entry
MOST_BYTES = 200 * 1024 * 1024  # of one person, over all entries
SWEPT_AT_ONCE = 200


def add(
    registration: Registration, activity: Activity, file: "File[bytes]", *, by: Person
) -> Evidence:
    """Keep a file with an entry; the same one twice is one.

    Raises `Refused` in a closed record, for what isn't taken, and for too much of it. A file
    answers what the committee asked about the entry, as an edit does.
    """
    _require_owner(registration, by)
    limits.count_upload(by.pk)
    checked = checking.check(file)
    with transaction.atomic():
        _lock(registration, activity)
        if same := activity.evidence.filter(file__sha256=checked.sha256).first():
            return same
        _require_room(activity, len(checked.content))
        row = Evidence.objects.create(activity=activity, file=store.keep(checked), added_by=by)
        log.touch(activity)
        _note(changes.Kind.FILE_ADDED, registration, row, by=by)
        return row


def remove(registration: Registration, evidence: Evidence, *, by: Person) -> None:
    """Take a file away from an entry, for good; raises `Refused` in a closed record."""
    _require_owner(registration, by)
    with transaction.atomic():
        _lock(registration, evidence.activity)
        if Evidence.objects.filter(pk=evidence.pk).exists():
            _remove(evidence)
            _note(changes.Kind.FILE_REMOVED, registration, evidence, by=by)


def _note(kind: str, registration: Registration, row: Evidence, *, by: Person) -> None:
    changes.note(kind, registration, row.activity, by=by, file_name=row.file.name)


def _require_owner(registration: Registration, person: Person) -> None:
    if registration.person_id != person.pk:
        raise PermissionDenied


def _lock(registration: Registration, activity: Activity) -> None:
    """Let the files of a person change one by one, in an open record and a kept entry."""
    log.require_open(registration)
    work.one_at_a_time(f"evidence:{registration.person_id}")
    if not Activity.objects.kept().filter(pk=activity.pk).exists():
        raise Refused(stale())


def _require_room(activity: Activity, size: int) -> None:
    if activity.evidence.count() >= MOST_FILES:
        raise Refused(
            Problem(
                "enough",
                _("An activity holds %(count)s files. Remove one first.") % {"count": MOST_FILES},
            )
        )
    theirs = Evidence.objects.filter(activity__person=activity.person_id)
    kept = theirs.aggregate(bytes=Sum("file__size"))["bytes"] or 0
    if kept + size > MOST_BYTES:
        raise Refused(
            Problem(
                "full",
                _("Your files take up %(size)s MB together, and there is no room for more.")
                % {"size": MOST_BYTES // 1024**2},
            )
        )


def _remove(evidence: Evidence) -> None:
    file = evidence.file
    evidence.delete()
    store.remove(file)


def sweep() -> int:
    """Remove the files of entries that can't be brought back any more; returns how many.

    The entries' rows are locked: one that is being brought back at this moment keeps its files.
    """
    removed = 0
    while found := _sweep_some(deleted_before=timezone.now() - timedelta(days=log.UNDO_DAYS)):
        removed += found
    if removed:
        logger.info("Files of deleted activities were removed: %d", removed)
    return removed


@transaction.atomic
def _sweep_some(*, deleted_before: datetime) -> int:
    over = Activity.objects.filter(
        deleted_at__lt=deleted_before, pk__in=Evidence.objects.values("activity")
    )
    entries = list(over.select_for_update(skip_locked=True).order_by("pk")[:SWEPT_AT_ONCE])
    rows = list(Evidence.objects.filter(activity__in=entries).select_related("file"))
    for row in rows:
        _remove(row)
    return len(rows)
