"""Evidence: the files that show an activity, from the upload to the end (reliability D1-D8)."""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import audit, changes, log
from activities.checks import closed, stale
from activities.models import Activity, Evidence
from activities.sharing import elsewhere, lock_person
from cec import limits
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

    Raises `Refused` in a closed record unless an audit asks for evidence on the entry (C2), for
    what isn't taken, and for too much of it. A file answers what the committee asked about the
    entry, as an edit does.
    """
    _require_owner(registration, by)
    limits.count_upload(by.pk)
    checked = checking.check(file)
    with transaction.atomic():
        states = _lock(registration, activity)
        if not (_is_open(states[registration.pk]) or audit.wants_evidence(registration, activity)):
            raise Refused(closed(Registration(status=states[registration.pk])))
        if same := activity.evidence.filter(file__sha256=checked.sha256).first():
            return same
        _require_room(activity, len(checked.content))
        row = Evidence.objects.create(activity=activity, file=store.keep(checked), added_by=by)
        log.touch(activity)
        _note(changes.Kind.FILE_ADDED, registration, row, by=by)
        return row


def remove(registration: Registration, evidence: Evidence, *, by: Person) -> None:
    """Take a file away from an entry, for good; what passed an audit with it is looked at anew.

    Raises `Refused` when this record is closed, or another one that holds the entry.
    """
    _require_owner(registration, by)
    with transaction.atomic():
        states = _lock(registration, evidence.activity)
        for pk in [registration.pk, *_elsewhere(registration, evidence.activity)]:
            if not _is_open(states[pk]):
                raise Refused(closed(Registration(status=states[pk])))
        if Evidence.objects.filter(pk=evidence.pk).exists():
            drop(evidence)
            log.decide_anew(evidence.activity)
            _note(changes.Kind.FILE_REMOVED, registration, evidence, by=by)


def _note(kind: str, registration: Registration, row: Evidence, *, by: Person) -> None:
    changes.note(kind, registration, row.activity, by=by, file_name=row.file.name)


def _require_owner(registration: Registration, person: Person) -> None:
    if registration.person_id != person.pk:
        raise PermissionDenied


def _lock(registration: Registration, activity: Activity) -> dict[int, str]:
    """Let the files of a person change one by one, in a kept entry.

    Returns the state of each of the person's records by id; all are locked.
    """
    states = {pk: status for pk, (status, _rules) in lock_person(registration).items()}
    if not Activity.objects.in_record(registration).filter(pk=activity.pk).exists():
        raise Refused(stale())
    return states


def _is_open(status: str) -> bool:
    return status == Registration.Status.ACTIVE


def _elsewhere(registration: Registration, activity: Activity) -> list[int]:
    """Return the other records that hold an entry."""
    return list(elsewhere(registration, [activity.pk]).values_list("registration_id", flat=True))


def _require_room(activity: Activity, size: int) -> None:
    if activity.evidence.count() >= MOST_FILES:
        raise Refused(enough())
    theirs = Evidence.objects.filter(activity__person=activity.person_id)
    kept = theirs.aggregate(bytes=Sum("file__size"))["bytes"] or 0
    if kept + size > MOST_BYTES:
        raise Refused(
            Problem(
                "full",
                _("There is room for %(size)s MB of your files. Remove some to add this one.")
                % {"size": MOST_BYTES // 1024**2},
            )
        )


def enough() -> Problem:
    """Say that an entry holds as many files as it can."""
    text = _("An activity holds %(count)s files. Remove one first.")
    return Problem("enough", text % {"count": MOST_FILES})


def drop(evidence: Evidence) -> None:
    """Delete the row of a file, and the file once that is committed; nobody is told."""
    file = evidence.file
    evidence.delete()
    store.remove(file)


def forget(evidence: Evidence) -> None:
    """Remove a file that nobody needs any more, by the program itself; its name isn't kept."""
    credit = evidence.activity.credits.select_related("registration").latest("pk")
    activity, registration = evidence.activity, credit.registration
    drop(evidence)
    changes.note(changes.Kind.FILE_REMOVED, registration, activity, by=None)


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
        drop(row)
    return len(rows)
