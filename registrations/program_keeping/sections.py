"""What a program says of itself, in the parts that administrators edit at once.

Whoever edits says which state of the part they saw: of two people the second is told (G6).
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import work
from cec.problems import Problem, Refused
from registrations.models import Person, Program
from registrations.models.history import write_event
from registrations.permissions import require
from registrations.rulebook.contents import digest
from registrations.rulebook.drafting import changed_meanwhile

LISTING = "registrations.programs"  # codes and addresses are given out one at a time


def _both(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{code}" for name in names for code in ("en", "fr"))


SECTIONS: dict[str, tuple[str, ...]] = {
    "names": (*_both("name"), "code", "slug", "position", *_both("unit", "issuer", "issuer_about")),
    "texts": _both("summary", "how", "counts", "evidence"),
    "people": ("needs_membership", "offers_mentors", "answer_days"),
    "fee": ("fee", "currency", *_both("how_to_pay")),
    "time": ("cycle_years", "time_zone", "grace_days", "early_completion"),
    "certificate": (*_both("certificate", "field", "disclaimer"), "audit_percent"),
}
TITLES: dict[str, str | Promise] = {
    "names": gettext_lazy("Names and code"),
    "texts": gettext_lazy("Texts of the public pages"),
    "people": gettext_lazy("Who registers, and who decides"),
    "fee": gettext_lazy("Fee"),
    "time": gettext_lazy("Years and deadlines"),
    "certificate": gettext_lazy("Certificate and audit"),
}
OPENING = ("is_open", "opens_on", "closes_on", "retired_at")
# Printed on what people have, or the ground that their years and fees were reckoned on.
FIXED = frozenset({"code", "slug", "needs_membership", "currency", "cycle_years", "time_zone"})


def fixed(program: Program) -> frozenset[str]:
    """Return the fields that can't change any more, for somebody has begun to register."""
    return FIXED if program.registrations.exists() else frozenset()


def seen(program: Program, section: str) -> str:
    """Stand for a part as it is now, for a form to carry; "opening" is whether it's open."""
    fields = OPENING if section == "opening" else SECTIONS[section]
    return digest([getattr(program, name) for name in fields])


@transaction.atomic
def save(
    program: Program, section: str, *, by: Person, seen_state: str, values: Mapping[str, Any]
) -> Program:
    """Write a part of the program; the same again, as by a second click, changes nothing.

    From then on the program's file says nothing more. Raises `Refused` when somebody was first,
    when a code or an address is taken, and for what is fixed (`fixed`); each problem's code is its
    field's name.
    """
    require(by, "keep_programs")
    locked = lock(program)
    changed = {
        name: values[name]
        for name in SECTIONS[section]
        if name in values and getattr(locked, name) != values[name]
    }
    if not changed:
        return locked
    if seen_state != seen(locked, section):
        raise Refused(changed_meanwhile())
    if held := [name for name in changed if name in fixed(locked)]:
        raise Refused(*(_held(name) for name in held))
    refuse_taken(locked, changed)
    write(locked, changed)
    note("program_changed", locked, by=by, fields=sorted(changed))
    return locked


def lock(program: Program) -> Program:
    """Lock the program until the transaction ends: nobody changes it, nobody begins to register.

    Raises `Refused` when somebody has deleted it meanwhile.
    """
    work.one_at_a_time(LISTING)
    locked = Program.objects.select_for_update().filter(pk=program.pk).first()
    if locked is None:
        raise Refused(changed_meanwhile())
    return locked


def write(program: Program, values: Mapping[str, Any]) -> None:
    """Write fields of a locked program; its file changes nothing from now on."""
    for name, value in values.items():
        setattr(program, name, value)
    program.kept_in_browser = True
    program.save(update_fields=[*values, "kept_in_browser"])


def refuse_taken(program: Program, values: Mapping[str, Any]) -> None:
    """Refuse a code or an address that another program has. Hold `LISTING` before."""
    others = Program.objects.exclude(pk=program.pk)
    words = {
        "code": _("Another program has this code."),
        "slug": _("Another program has this address."),
    }
    found = [
        Problem(name, text)
        for name, text in words.items()
        if name in values and others.filter(**{f"{name}__iexact": values[name]}).exists()
    ]
    if found:
        raise Refused(*found)


def note(kind: str, program: Program, *, by: Person, reason: str = "", **more: object) -> None:
    """Write a deed into the history; the names of fields, never what they say."""
    about = {"program": program.code, "program_id": program.pk, **more}
    write_event(kind, by=by, person=by, reason=reason, details=about)


def _held(name: str) -> Problem:
    return Problem(name, _("People have begun to register, so this stays as it is."), fixable=False)
