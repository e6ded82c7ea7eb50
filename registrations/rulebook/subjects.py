"""A program's subject areas (P9): rows of the program, the same for every version of its rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from cec.problems import Refused
from registrations.models import Person, Program, SubjectArea
from registrations.permissions import require
from registrations.rulebook.contents import digest
from registrations.rulebook.drafting import changed_meanwhile


@dataclass(frozen=True)
class Subject:
    """A subject area as a form says it; `pk` is None for a new one."""

    pk: int | None
    name_en: str
    name_fr: str


def seen(program: Program) -> str:
    """Stand for the list as it is now."""
    rows = program.subject_areas.values_list("pk", "name_en", "name_fr", "position")
    return digest([list(row) for row in rows])


@transaction.atomic
def save(program: Program, wanted: Sequence[Subject], *, by: Person, seen_state: str) -> None:
    """Make the list exactly this, in this order; a suggestion that goes stays in the entries.

    Raises `Refused` when somebody changed the list or deleted the program meanwhile.
    """
    require(by, "edit_rules")
    locked = Program.objects.select_for_update(no_key=True).filter(pk=program.pk).first()
    if locked is None or seen(program) != seen_state:
        raise Refused(changed_meanwhile())
    rows = {row.pk: row for row in program.subject_areas.all()}
    kept = {subject.pk for subject in wanted if subject.pk}
    SubjectArea.objects.filter(pk__in=[pk for pk in rows if pk not in kept]).delete()
    # Two names may change places: no name is in the way while all are written.
    for pk in kept & set(rows):
        SubjectArea.objects.filter(pk=pk).update(name_en=f"#{pk}")
    for position, subject in enumerate(wanted, start=1):
        row = rows.get(subject.pk or 0) or SubjectArea(program=program)
        row.name_en, row.name_fr, row.position = subject.name_en, subject.name_fr, position
        row.save()
