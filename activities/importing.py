"""Bringing in a record from Excel: uploaded, answered, then saved whole or not at all (E4)."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import log, reading_imports, workbook
from activities.import_rows import CHANGED, GONE, NEW, Item, Removal, Sorter, digest
from activities.models import Activity, Import
from activities.record import Record
from activities.sharing import lock_all
from activities.workbook.columns import missing
from activities.workbook.reading import LIMITS
from cec import claims, work
from cec.problems import Problem, Refused
from cec.spreadsheet.headings import remember
from cec.spreadsheet.table import what_kind
from cec.uploads import clean_file_name
from registrations.models import Person, Rate, Registration

KEPT = timedelta(days=30)
COLUMN_PROBLEMS = {
    "no_title_column": gettext_lazy("Say which column holds the title of the activity."),
    "no_date_column": gettext_lazy("Say which column holds the date."),
    "unsure_columns": gettext_lazy("We aren’t sure of the columns. Say what each of them holds."),
}


def start(record: Record, file: "File[bytes]", *, by: Person) -> Import:
    """Keep an uploaded file and what it says for the preview; a worker reads a long one.

    An upload that still waited is dropped. Raises `workbook.WorkbookRefused` for a file that
    can't be read.
    """
    file.seek(0)
    data = file.read(LIMITS.file + 1)
    if len(data) > LIMITS.file:
        raise workbook.refused("too_big")
    imported = Import(
        registration=record.registration,
        uploaded_by=by,
        file_name=clean_file_name(file.name or "", "record.xlsx"),
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        layout={"remembered": _remembered(by)},
    )
    what_kind(data, imported.file_name)
    reading_imports.read_now_or_later(record, imported)
    with transaction.atomic():
        Registration.objects.select_for_update(of=("self",)).get(pk=record.registration.pk)
        for waiting in Import.objects.open().filter(registration=record.registration):
            _end(waiting, Import.State.DROPPED)
        imported.save()
        if imported.state == Import.State.READING:
            work.hint_after_commit(reading_imports.READ, imported.pk)
    return imported


def _remembered(person: Person) -> dict[str, str]:
    """What this person said of headings so far, whatever became of the file."""
    last = Import.objects.filter(uploaded_by=person).values_list("layout", flat=True).first()
    remembered = (last or {}).get("remembered")
    return remembered if isinstance(remembered, dict) else {}


@transaction.atomic
def choose_columns(record: Record, imported: Import, chosen: Mapping[str, int]) -> None:
    """Say which column holds what, and remember it; the file is read anew.

    Raises `Refused` when there would be no activity without another column, and
    `workbook.WorkbookRefused` when it can't be read this way.
    """
    if code := missing(chosen):
        raise Refused(Problem(code, str(COLUMN_PROBLEMS[code])))
    locked = _waiting(imported)
    if locked.content is None:  # read before files were kept
        raise Refused(_no_longer_open(Import(state=Import.State.DROPPED)))
    said = remember(locked.layout["headings"], chosen)
    locked.layout |= {
        "chosen": {"header_row": locked.layout["header_row"], "columns": dict(chosen)},
        "remembered": locked.layout.get("remembered", {}) | said,
    }
    reading_imports.read_now_or_later(record, locked)
    locked.save()
    if locked.state == Import.State.READING:
        work.hint_after_commit(reading_imports.READ, locked.pk)


@dataclass(frozen=True)
class Found:
    """All that a preview shows: what each row would do, and the entries whose rows are gone."""

    sorter: Sorter
    items: list[Item]
    removals: list[Removal]

    @property
    def seen(self) -> str:
        return digest(self.items, self.removals)

    @property
    def to_delete(self) -> list[Removal]:
        return [removal for removal in self.removals if removal.ticked]


def look(record: Record, imported: Import) -> Found:
    """Return what a file would do to the record as it is now."""
    sorter = Sorter(record, imported.columns)
    items = sorter.sort(imported.rows)
    return Found(sorter, items, sorter.removals(imported.listed, imported.deletes))


def was_saved_before(imported: Import) -> Import | None:
    """Return an earlier import of the same file, if there was one."""
    earlier = Import.objects.filter(
        registration=imported.registration_id, sha256=imported.sha256, state=Import.State.SAVED
    )
    return earlier.exclude(pk=imported.pk).first()


@dataclass(frozen=True)
class Answer:
    """What the owner says about one row: answers by field, leave it out, add it all the same.

    `take`: where record and file were both changed, take what the file says.
    """

    fields: Mapping[str, str]
    leave: bool = False
    anyway: bool = False
    take: bool = False


@transaction.atomic
def take_answers(
    imported: Import, answers: Mapping[int, Answer], *, deletes: Sequence[int] | None = None
) -> Import:
    """Write answers, by the row's number, into the rows that wait; raises `Refused` when saved.

    `deletes` are the ids of the entries to be deleted, of those whose rows are gone.
    """
    imported = _waiting(imported)
    if deletes is not None:
        imported.deletes = sorted(deletes)
    for stored in imported.rows:
        if answer := answers.get(stored["number"]):
            stored["answers"] |= answer.fields
            stored["leave"], stored["anyway"] = answer.leave, answer.anyway
            stored["take"] = answer.take
    imported.save(update_fields=["rows", "deletes"])
    return imported


@transaction.atomic
def ask_again(imported: Import, number: int) -> Import:
    """Forget what was answered about a row."""
    imported = _waiting(imported)
    for stored in imported.rows:
        if stored["number"] == number:
            stored |= {"answers": {}, "leave": False, "anyway": False}
    imported.save(update_fields=["rows"])
    return imported


def _waiting(imported: Import) -> Import:
    """Lock an import that is still open; raises `Refused` otherwise."""
    locked = Import.objects.defer(None).select_for_update(of=("self",)).get(pk=imported.pk)
    if locked.state != Import.State.OPEN:
        raise Refused(_no_longer_open(locked))
    return locked


def _no_longer_open(imported: Import) -> Problem:
    if imported.state == Import.State.SAVED:
        return Problem("already_saved", _("This file is in your record already."), fixable=False)
    if imported.state == Import.State.READING:
        return Problem("reading", _("This file is still being read."), fixable=False)
    return Problem("dropped", _("This upload was dropped. Choose the file again."), fixable=False)


@transaction.atomic
def save(registration: Registration, imported: Import, *, by: Person, seen: str) -> Counter[str]:
    """Save what the preview showed, all or nothing; returns how many rows of each state there were.

    `seen` is the digest of the preview. Raises `Refused`: "record_closed", "already_saved",
    "dropped", or "changed_meanwhile" when the preview would look another way now.
    """
    lock_all(registration, [])
    record = Record(registration)
    imported = _waiting(imported)
    if imported.layout.get("problem"):
        raise Refused(Problem("columns", _("Say first which column holds what.")))
    found = look(record, imported)
    if found.seen != seen:
        raise Refused(
            Problem(
                "changed_meanwhile", _("Your record changed meanwhile. Look once more, then save.")
            )
        )
    counts = _write(registration, found, by=by)
    imported.saved_at = timezone.now()
    _end(imported, Import.State.SAVED)
    record.registration.note(
        "import",
        by=by,
        details={
            "sha256": imported.sha256,
            "added": counts[NEW],
            "changed": counts[CHANGED],
            "deleted": counts[GONE],
        },
    )
    return counts


def _write(registration: Registration, found: Found, *, by: Person) -> Counter[str]:
    """Add, change and delete by sets; returns how many rows there were of each kind."""
    edited = [item for item in found.items if item.writes]
    log.add_all(registration, [_new(item) for item in found.items if item.state == NEW])
    log.change_all(registration, [_edited(item) for item in edited], by=by)
    if found.to_delete:
        log.delete_all(registration, [removal.activity for removal in found.to_delete], by=by)
    counts = Counter(item.state for item in found.items)
    counts[CHANGED], counts[GONE] = len(edited), len(found.to_delete)
    return counts


def _new(item: Item) -> tuple[Activity, Rate]:
    assert item.rate is not None
    return Activity(**item.values), item.rate


def _edited(item: Item) -> tuple[Activity, Rate]:
    assert item.rate is not None
    assert item.activity is not None
    for name, value in item.values.items():
        setattr(item.activity, name, value)
    return item.activity, item.rate


@transaction.atomic
def drop(imported: Import) -> None:
    """Forget an upload; raises `Refused` when it was saved meanwhile."""
    locked = Import.objects.select_for_update(of=("self",)).get(pk=imported.pk)
    if locked.state not in Import.OPEN_STATES:
        raise Refused(_no_longer_open(locked))
    _end(locked, Import.State.DROPPED)


def _end(imported: Import, state: str) -> None:
    """Decide on an upload. Its file goes; what was remembered of its columns stays."""
    imported.state, imported.content = state, None
    imported.layout = {key: imported.layout[key] for key in imported.layout if key != "samples"}
    fields = ["state", "content", "layout", "saved_at"]
    if state == Import.State.DROPPED:
        imported.rows = []
        fields.append("rows")
    imported.save(update_fields=fields)


def nobody_reads(imported: Import) -> bool:
    """Whether a file waits for a worker that doesn't come: the page says so."""
    return imported.state == Import.State.READING and claims.nobody_comes(
        uploaded_at=imported.uploaded_at, claimed_at=imported.claimed_at
    )


def error_text(code: str) -> str:
    """Why a file couldn't be read, in the language of the page."""
    return workbook.refused(code).message


def forget_old() -> int:
    """Drop uploads that waited for a decision for too long; returns how many."""
    old = Import.objects.open().filter(uploaded_at__lt=timezone.now() - KEPT)
    with transaction.atomic():
        rows = list(old.select_for_update(of=("self",), skip_locked=True)[:100])
        for imported in rows:
            _end(imported, Import.State.DROPPED)
    return len(rows)
