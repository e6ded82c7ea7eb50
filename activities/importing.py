"""Bringing in a record from Excel: uploaded, answered, then saved whole or not at all (E4)."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from activities import log, workbook
from activities.choices import workbook_choices
from activities.import_rows import CHANGED, NEW, Item, Sorter, digest
from activities.models import Activity, Import
from activities.record import Record
from activities.sharing import lock_all
from cec.problems import Problem, Refused
from cec.uploads import clean_file_name
from registrations.models import Person, Rate, Registration


def start(record: Record, file: "File[bytes]", *, by: Person) -> Import:
    """Read an uploaded workbook and keep what it says for the preview.

    An upload that still waited is dropped. Raises `workbook.WorkbookRefused` for a file that
    can't be read.
    """
    sheet = workbook.read(
        file,
        choices=workbook_choices(record.rules),
        language=get_language() or "en",
    )
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with transaction.atomic():
        waiting = Import.objects.filter(registration=record.registration, state=Import.State.OPEN)
        waiting.update(state=Import.State.DROPPED, rows=[])
        return Import.objects.create(
            registration=record.registration,
            uploaded_by=by,
            file_name=clean_file_name(file.name or "", "record.xlsx"),
            sha256=sha256,
            columns=sorted(sheet.columns),
            rows=[
                {
                    "number": row.number,
                    "raw": row.raw,
                    "answers": {},
                    "leave": False,
                    "anyway": False,
                }
                for row in sheet.rows
            ],
            skipped=len(sheet.skipped),
        )


def items(record: Record, imported: Import) -> list[Item]:
    """Return what each row would do to the record as it is now."""
    return Sorter(record, imported.columns).sort(imported.rows)


def was_saved_before(imported: Import) -> Import | None:
    """Return an earlier import of the same file, if there was one."""
    earlier = Import.objects.filter(
        registration=imported.registration_id, sha256=imported.sha256, state=Import.State.SAVED
    )
    return earlier.exclude(pk=imported.pk).first()


@dataclass(frozen=True)
class Answer:
    """What the owner says about one row: answers by field, leave it out, add it all the same."""

    fields: Mapping[str, str]
    leave: bool = False
    anyway: bool = False


@transaction.atomic
def take_answers(imported: Import, answers: Mapping[int, Answer]) -> Import:
    """Write answers, by the row's number, into the rows that wait; raises `Refused` when saved."""
    imported = _waiting(imported)
    for stored in imported.rows:
        if answer := answers.get(stored["number"]):
            stored["answers"] |= answer.fields
            stored["leave"], stored["anyway"] = answer.leave, answer.anyway
    imported.save(update_fields=["rows"])
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
    locked = Import.objects.select_for_update().get(pk=imported.pk)
    if locked.state != Import.State.OPEN:
        raise Refused(_no_longer_open(locked))
    return locked


def _no_longer_open(imported: Import) -> Problem:
    if imported.state == Import.State.SAVED:
        return Problem("already_saved", _("This file is in your record already."), fixable=False)
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
    found = items(record, imported)
    if digest(found) != seen:
        raise Refused(
            Problem(
                "changed_meanwhile", _("Your record changed meanwhile. Look once more, then save.")
            )
        )
    log.add_all(record.registration, [_new(item) for item in found if item.state == NEW])
    edited = [_edited(item) for item in found if item.state == CHANGED]
    log.change_all(record.registration, edited, by=by)
    imported.state, imported.saved_at = Import.State.SAVED, timezone.now()
    imported.save(update_fields=["state", "saved_at"])
    counts = Counter(item.state for item in found)
    record.registration.note(
        "import",
        by=by,
        details={
            "file": imported.file_name,
            "sha256": imported.sha256,
            "added": counts[NEW],
            "changed": counts[CHANGED],
        },
    )
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
    imported = _waiting(imported)
    imported.state, imported.rows = Import.State.DROPPED, []
    imported.save(update_fields=["state", "rows"])
