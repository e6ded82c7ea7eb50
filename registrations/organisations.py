"""Organisations, and what each allocates for a course (K2)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import work
from cec.problems import Problem, Refused
from registrations.models import Allocation, Organisation, Person, Program
from registrations.models.history import write_event
from registrations.permissions import require, require_for

LISTING = "registrations.organisations"  # one change of the list at a time

# What is allocated, in the program's unit, by the course's key and the part in it.
Figures = dict[tuple[str, str], Decimal]


@transaction.atomic
def save(
    organisation: Organisation, *, by: Person, programs: Iterable[Program], **texts: Any
) -> Organisation:
    """Add an organisation, or change one: names, contact, programs, whether it takes requests.

    Raises `Refused` when another one has the name.
    """
    require(by, "keep_organisations")
    work.one_at_a_time(LISTING)
    others = Organisation.objects.exclude(pk=organisation.pk)
    if others.filter(name_en=texts.get("name_en", "")).exists():
        raise Refused(Problem("listed", _("This organization is listed already.")))
    known = organisation.pk is not None
    for name, value in texts.items():
        setattr(organisation, name, value)
    organisation.save()
    organisation.programs.set(programs)
    kind = "organisation_changed" if known else "organisation_added"
    write_event(kind, by=by, person=by, details={"organisation": organisation.pk})
    return organisation


def figures(organisation: Organisation, program: Program) -> Figures:
    """Return what the organisation allocates now."""
    rows = organisation.allocations.in_force().filter(program=program)
    return {(row.course, row.part): row.credits for row in rows}


def allocated(
    organisation: Organisation, program: Program, *, course: str, part: str
) -> Decimal | None:
    """Return what the organisation allocates now for a part in a course; None where it doesn't."""
    return figures(organisation, program).get((course, part))


def edition(organisation: Organisation, program: Program) -> str:
    """Stand for the table as it is: a form that shows it carries this back."""
    rows = organisation.allocations.filter(program=program)
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"{last}-{rows.filter(replaced_at__isnull=False).count()}"


@transaction.atomic
def set_allocations(
    organisation: Organisation,
    program: Program,
    *,
    by: Person,
    figures: Mapping[tuple[str, str], Decimal | None],
    seen: str,
) -> int:
    """Set the named cells of the table, None empties one; returns how many changed.

    Raises `Refused` with code "stale" when the table isn't the one that was `seen` any more. What
    was decided by the former numbers stays as it was.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    require_for(by, "set_allocations", organisation)
    in_force = organisation.allocations.in_force().filter(program=program)
    now = {(row.course, row.part): row for row in in_force}
    changed = {
        cell: credits
        for cell, credits in figures.items()
        if credits != (now[cell].credits if cell in now else None)
    }
    if not changed:
        return 0
    if seen != edition(organisation, program):
        raise Refused(
            Problem("stale", _("Somebody changed these numbers meanwhile. They are shown below."))
        )
    replaced = [now[cell].pk for cell in changed if cell in now]
    Allocation.objects.filter(pk__in=replaced).update(replaced_at=timezone.now(), replaced_by=by)
    Allocation.objects.bulk_create(
        Allocation(
            organisation=organisation,
            program=program,
            course=course,
            part=part,
            credits=credits,
            set_by=by,
        )
        for (course, part), credits in changed.items()
        if credits is not None
    )
    about = {"organisation": organisation.pk, "program": program.code, "cells": len(changed)}
    write_event("allocations_set", by=by, person=by, details=about)
    return len(changed)
