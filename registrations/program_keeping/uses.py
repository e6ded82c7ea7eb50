"""What a program's credit statements may be for (K4): rows that are edited as one list."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from cec.problems import Refused
from registrations.models import Person, Program, StatementUse
from registrations.permissions import require
from registrations.program_keeping import sections
from registrations.rulebook.contents import digest
from registrations.rulebook.drafting import changed_meanwhile


@dataclass(frozen=True)
class Use:
    """A use as a form says it; `pk` is None for a new one."""

    pk: int | None
    name_en: str
    name_fr: str


def seen(program: Program) -> str:
    """Stand for the list as it is now."""
    rows = program.statement_uses.values_list("pk", "name_en", "name_fr", "position")
    return digest([list(row) for row in rows])


@transaction.atomic
def save(program: Program, wanted: Sequence[Use], *, by: Person, seen_state: str) -> None:
    """Make the list exactly this, in this order; the same again changes nothing.

    Raises `Refused` when somebody was first.
    """
    require(by, "keep_programs")
    locked = sections.lock(program)
    names = list(locked.statement_uses.values_list("name_en", "name_fr"))
    if [(use.name_en, use.name_fr) for use in wanted] == names:
        return
    if seen(locked) != seen_state:
        raise Refused(changed_meanwhile())
    rows = {row.pk: row for row in locked.statement_uses.all()}
    kept = {use.pk for use in wanted if use.pk}
    StatementUse.objects.filter(pk__in=[pk for pk in rows if pk not in kept]).delete()
    keys = {row.key for pk, row in rows.items() if pk in kept}
    for position, use in enumerate(wanted, start=1):
        row = rows.get(use.pk or 0)
        if row is None:
            row = StatementUse(program=locked, key=_free_key(use.name_en, keys))
            keys.add(row.key)
        row.name_en, row.name_fr, row.position = use.name_en, use.name_fr, position
        row.save()
    sections.write(locked, {})
    sections.note("program_changed", locked, by=by, fields=["statement_uses"])


def _free_key(text: str, taken: set[str]) -> str:
    stem = slugify(text)[:24] or "use"
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (stem, *numbered) if key not in taken)
