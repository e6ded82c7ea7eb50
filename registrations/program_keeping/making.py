"""Making a program, from nothing or as a copy of another one; and taking one away unopened."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from cec import work
from cec.problems import Problem, Refused
from registrations.models import Person, Program, Rules, StatementUse, SubjectArea
from registrations.permissions import require
from registrations.program_keeping import sections
from registrations.rulebook import contents, drafting

MOST_PROGRAMS = 50  # far beyond what an installation needs; a loop that runs wild ends here
OWN = frozenset({"code", "slug", "position", "name_en", "name_fr"})
TIME_ZONE = "America/Toronto"


@transaction.atomic
def create(
    *, by: Person, code: str, slug: str, name_en: str, name_fr: str, source: Program | None
) -> Program:
    """Make a program that isn't open yet, with a first draft of its rules.

    With a `source` it says what that one says, but for its names, and has a copy of its rules,
    subject areas and uses. Raises `Refused` for a code or an address that is taken.
    """
    require(by, "keep_programs")
    work.one_at_a_time(sections.LISTING)
    named = {"code": code, "slug": slug, "name_en": name_en, "name_fr": name_fr}
    program = Program(
        **(_copied(source) if source else {"fee": Decimal("0.00"), "time_zone": TIME_ZONE}),
        **named,
        position=_next_position(),
        is_open=False,
        kept_in_browser=True,
    )
    sections.refuse_taken(program, named)
    program.save()
    rules = Rules.objects.create(program=program, version=1, published_at=None)
    if source:
        _copy_rules(source.coming_rules, rules)
        _copy_rows(source, program)
    more = {"copy_of": source.code} if source else {}
    sections.note("program_added", program, by=by, **more)
    return program


def _copied(source: Program) -> dict[str, Any]:
    names = {name for fields in sections.SECTIONS.values() for name in fields} - OWN
    return {name: getattr(source, name) for name in sorted(names)}


def _next_position() -> int:
    if Program.objects.count() >= MOST_PROGRAMS:
        raise Refused(
            Problem("too_many", _("There are %(most)s already.") % {"most": MOST_PROGRAMS})
        )
    last = Program.objects.order_by("position").last()
    return last.position + 1 if last else 1


def _copy_rules(source: Rules, target: Rules) -> None:
    target.year_month, target.year_day = source.year_month, source.year_day
    target.save(update_fields=["year_month", "year_day"])
    contents.copy(source, target)


def _copy_rows(source: Program, target: Program) -> None:
    SubjectArea.objects.bulk_create(
        SubjectArea(program=target, name_en=row.name_en, name_fr=row.name_fr, position=row.position)
        for row in source.subject_areas.all()
    )
    StatementUse.objects.bulk_create(
        StatementUse(
            program=target,
            key=row.key,
            name_en=row.name_en,
            name_fr=row.name_fr,
            position=row.position,
        )
        for row in source.statement_uses.all()
    )


def may_delete(program: Program) -> bool:
    """Say whether the program was never open and nobody has begun to register."""
    return program.opened_at is None and not program.registrations.exists()


@transaction.atomic
def delete(program: Program, *, by: Person) -> None:
    """Take away a program that was never open, with its rules and lists.

    Whoever edits or publishes its rules at this moment finishes first. Raises `Refused` when it was
    open, when somebody has begun to register, and when something else of it is kept for good, such
    as texts of its mails.
    """
    require(by, "keep_programs")
    drafting.lock_draft(program)
    locked = sections.lock(program)
    if not may_delete(locked):
        raise Refused(
            Problem(
                "opened",
                _("This program was open, or somebody has registered: retire it instead."),
                fixable=False,
            )
        )
    sections.note("program_deleted", locked, by=by)
    try:
        for rules in locked.rules.all():
            contents.remove(rules)
        locked.subject_areas.all().delete()
        locked.statement_uses.all().delete()
        locked.delete()
    except (ProtectedError, RestrictedError) as error:
        raise Refused(
            Problem(
                "kept",
                _(
                    "Texts or numbers were written for this program that are kept for good: "
                    "retire it instead."
                ),
                fixable=False,
            )
        ) from error
