"""Keeping the lists: uploaded, answered, taken into use whole or not at all, and undone (E7)."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import claims, work
from cec.problems import Problem, Refused
from cec.spreadsheet import headings
from cec.spreadsheet.limits import MEGABYTE
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.table import what_kind
from cec.uploads import clean_file_name
from registrations.models import Association, Person, Roster, RosterMember, RosterQuestion
from registrations.models.committee import roles_of
from registrations.models.history import write_event
from registrations.permissions import PERMISSIONS, REPRESENTATIVE, may
from registrations.roster import columns, questions
from registrations.roster.comparison import Comparison, compare
from registrations.roster.reading import forget_rows
from registrations.roster.words import error_text

READ, RECHECK = "registrations.read_roster", "registrations.recheck_roster"
State = Roster.State


def associations_of(person: Person) -> QuerySet[Association]:
    """The associations whose lists this person keeps."""
    if not may(person, "keep_roster"):
        return Association.objects.none()
    roles = roles_of(person)
    if roles.names & PERMISSIONS["keep_roster"] - {REPRESENTATIVE}:
        return Association.objects.all()
    return Association.objects.filter(pk__in=roles.associations)


def _require(person: Person, association_id: int) -> None:
    if not associations_of(person).filter(pk=association_id).exists():
        raise PermissionDenied


@transaction.atomic
def upload(association: Association, file: "File[bytes]", *, by: Person) -> Roster:
    """Take a list in, to be read by a worker; one that still waited for a decision is dropped.

    Raises `WorkbookRefused` for a file that can be told at once to be no list.
    """
    _require(by, association.pk)
    file.seek(0)
    data = file.read(columns.LIMITS.file + 1)
    if len(data) > columns.LIMITS.file:
        raise WorkbookRefused("too_big", limit=columns.LIMITS.file // MEGABYTE)
    name = clean_file_name(file.name or "", "members.xlsx")
    what_kind(data, name)
    _lock(association.pk)
    open_ones = Roster.objects.open().filter(association=association)
    for waiting in open_ones.select_for_update(of=("self",)):  # no worker adds rows behind this
        _end(waiting, State.DROPPED)
    roster = Roster.objects.create(
        association=association,
        file_name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        uploaded_by=by,
    )
    work.hint_after_commit(READ, roster.pk)
    return roster


def _lock(association_id: int) -> None:
    """One decision about an association's lists at a time."""
    Association.objects.select_for_update(no_key=True).get(pk=association_id)


def _open(roster: Roster, *, by: Person) -> Roster:
    """Lock a list that is ready for a decision; raises `Refused` for any other."""
    _require(by, roster.association_id)
    _lock(roster.association_id)
    locked = Roster.objects.select_for_update(of=("self",)).get(pk=roster.pk)
    if locked.state != State.WAITING:
        raise Refused(Problem("not_open", not_open_text(locked), fixable=False))
    return locked


def not_open_text(roster: Roster) -> str:
    """Why a list can't be decided on now."""
    if roster.state == State.READING:
        return _("This list is still being read.")
    return _("This list is decided on already. It is now: %(state)s.") % {
        "state": roster.get_state_display()
    }


@transaction.atomic
def choose_columns(roster: Roster, chosen: Mapping[str, int], *, by: Person) -> None:
    """Say which column holds what; the list is read anew.

    Raises `Refused` when a column is missing without which no member is known.
    """
    locked = _open(roster, by=by)
    if code := columns.missing(chosen):
        raise Refused(Problem(code, error_text(code)))
    forget_rows(locked)
    locked.layout = locked.layout | {"chosen": dict(chosen)}
    locked.state, locked.claimed_at, locked.rows_read = State.READING, None, 0
    locked.save(update_fields=["layout", "state", "claimed_at", "rows_read"])
    work.hint_after_commit(READ, locked.pk)


@transaction.atomic
def answer(roster: Roster, answers: Mapping[int, str], *, by: Person) -> int:
    """Write answers, by the question's id, and bring the rows in line; returns how many fitted.

    An empty answer takes the earlier one back.
    """
    locked = _open(roster, by=by)
    asked = list(locked.questions.filter(pk__in=answers))
    for question in asked:
        question.answer = answers[question.pk]
    RosterQuestion.objects.bulk_update(asked, ["answer"])
    questions.apply(locked)
    return len(asked)


@transaction.atomic
def confirm(roster: Roster, *, by: Person, seen: str, vanishing: int | None = None) -> Comparison:
    """Take a list into use in place of the one before, whole.

    `seen` is what the preview showed. Raises `Refused`: "not_open", "columns", "unanswered",
    "nobody", "changed_meanwhile", or "many_vanish" unless `vanishing` is how many of the members
    are to vanish, confirmed once more.
    """
    locked = _open(roster, by=by)
    if locked.layout.get("problem"):
        raise Refused(Problem("columns", _("Say first which column holds what.")))
    if questions.unanswered(locked).exists():
        raise Refused(Problem("unanswered", _("Answer the questions first.")))
    found = compare(locked)
    if not found.members:
        raise Refused(Problem("nobody", _("No member is left in this list.")))
    if found.seen != seen:
        raise Refused(
            Problem("changed_meanwhile", _("Something changed meanwhile. Look at the list anew."))
        )
    if found.many_vanish and vanishing != found.vanished:
        raise Refused(Problem("many_vanish", _("Many members would vanish.")))
    _replace(found, by=by)
    return found


def _replace(found: Comparison, *, by: Person) -> None:
    roster, now = found.roster, timezone.now()
    if found.current:
        _end(found.current, State.FORMER)
    RosterMember.objects.filter(roster=roster, left_out=True).delete()
    layout = roster.layout
    remembered = headings.remember(layout["headings"], layout["columns"])
    roster.layout = {key: layout[key] for key in layout if key != "samples"}
    roster.layout["remembered"] = remembered
    roster.state, roster.content, roster.replaces = State.CURRENT, None, found.current
    roster.confirmed_by, roster.confirmed_at = by, now
    roster.counts, roster.recheck_due = found.counts, True
    roster.save(
        update_fields=[
            *("layout", "state", "content", "replaces", "confirmed_by", "confirmed_at", "counts"),
            "recheck_due",
        ]
    )
    _tell("roster_saved", roster, by=by)


def _tell(kind: str, roster: Roster, *, by: Person) -> None:
    """Write the history, and have the memberships looked at anew."""
    write_event(
        kind,
        by=by,
        association=roster.association,
        details={"roster": roster.pk, "sha256": roster.sha256} | roster.counts,
    )
    work.hint_after_commit(RECHECK, roster.pk)


def _end(roster: Roster, state: str) -> None:
    """Put a list out of use; the rows of one that never was in use go at once."""
    roster.state, roster.ended_at = state, timezone.now()
    fields = ["state", "ended_at"]
    if state == State.DROPPED:
        forget_rows(roster)
        roster.content = None
        roster.layout = {key: value for key, value in roster.layout.items() if key != "samples"}
        roster.forgotten_at = roster.ended_at
        fields += ["content", "layout", "forgotten_at"]
    roster.save(update_fields=fields)


@transaction.atomic
def drop(roster: Roster, *, by: Person) -> None:
    """Forget an upload; raises `Refused` when it was decided on meanwhile."""
    _require(by, roster.association_id)
    _lock(roster.association_id)
    locked = Roster.objects.select_for_update(of=("self",)).get(pk=roster.pk)
    if not locked.is_open:
        raise Refused(Problem("not_open", not_open_text(locked), fixable=False))
    _end(locked, State.DROPPED)


def nobody_reads(roster: Roster) -> bool:
    """Whether a list waits for a worker that doesn't come: the page says so."""
    return roster.state == State.READING and claims.nobody_comes(
        uploaded_at=roster.uploaded_at, claimed_at=roster.claimed_at
    )


def kept_for() -> timedelta:
    """For how long a list that went out of use can be put back (E7)."""
    return timedelta(days=settings.ROSTER_KEPT_DAYS)


def before(roster: Roster) -> Roster | None:
    """The list that undoing this one brings back; None if it is the first or too long ago."""
    earlier = roster.replaces
    if earlier is None or earlier.forgotten_at or not earlier.ended_at:
        return None
    return earlier if earlier.ended_at > timezone.now() - kept_for() else None


def can_be_undone(roster: Roster) -> bool:
    """The list in use, if the one before is still there, or there was none before."""
    if roster.state != State.CURRENT:
        return False
    return before(roster) is not None or roster.replaces is None


@transaction.atomic
def undo(roster: Roster, *, by: Person) -> Roster | None:
    """Take a list out of use again and bring back the one before it, which is returned.

    Raises `Refused` when it isn't in use any more, or the one before is gone.
    """
    _require(by, roster.association_id)
    _lock(roster.association_id)
    locked = Roster.objects.select_for_update(of=("self",)).get(pk=roster.pk)
    if locked.state != State.CURRENT:
        raise Refused(Problem("not_current", _("This list isn’t in use any more."), fixable=False))
    if locked.replaces_id:
        locked.replaces = Roster.objects.select_for_update(of=("self",)).get(pk=locked.replaces_id)
    if not can_be_undone(locked):
        raise Refused(Problem("too_late", _("The list before this one is deleted."), fixable=False))
    earlier = before(locked)
    locked.undone_by, locked.undone_at = by, timezone.now()
    locked.state, locked.ended_at = State.UNDONE, locked.undone_at
    locked.recheck_due = earlier is None
    locked.save(update_fields=["undone_by", "undone_at", "state", "ended_at", "recheck_due"])
    if earlier:
        earlier.state, earlier.ended_at, earlier.recheck_due = State.CURRENT, None, True
        earlier.save(update_fields=["state", "ended_at", "recheck_due"])
    _tell("roster_undone", earlier or locked, by=by)
    return earlier


def forget_old() -> int:
    """Delete the rows of lists that went out of use, or wait for a decision, for too long."""
    long_ago = timezone.now() - kept_for()
    stale = Roster.objects.open().filter(uploaded_at__lt=long_ago)
    for pk in list(stale.values_list("pk", flat=True)):
        with transaction.atomic():
            roster = stale.select_for_update(of=("self",)).filter(pk=pk).first()
            if roster:
                _end(roster, State.DROPPED)
    gone = Roster.objects.filter(ended_at__lt=long_ago, forgotten_at__isnull=True)
    count = 0
    for roster in gone:
        with transaction.atomic():
            if gone.filter(pk=roster.pk).update(forgotten_at=timezone.now(), content=None):
                forget_rows(roster)
                count += 1
    return count
