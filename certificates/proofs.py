"""The proof sheet: every name as it will be printed, and who is left out and why.

What an administrator confirms is what they saw: the form carries the sheet's fingerprint.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from activities import points
from cec.problems import Problem
from certificates import completion, waiting
from certificates.printing.lettering import clean
from registrations.models import Person, Registration
from registrations.models.registration import RegistrationQuerySet
from registrations.permissions import may

Status = Registration.Status


@dataclass(frozen=True)
class Proof:
    """What the certificate of a registration would say; `problem` is why it is left out, if it is.

    The serial number is given at issue. `ends_on` is None of a record that isn't accepted.
    """

    registration: Registration
    name: str
    counted: Decimal
    ends_on: date | None
    problem: str = ""


def sheet(registrations: RegistrationQuerySet, *, by: Person) -> list[Proof]:
    """Return the proofs of registrations that this person chose, in their order."""
    rows = list(registrations)
    standings = points.standings([row.pk for row in rows])
    chosen = Registration.objects.filter(pk__in=[row.pk for row in rows], status=Status.ACCEPTED)
    missing = completion.missing(chosen)
    judged = completion.with_days(chosen).values_list("pk", "completed_on")  # type: ignore[misc]
    completed = dict(judged)
    under_way = waiting.under_way(rows)
    return [
        Proof(
            registration=row,
            name=clean(row.person.name),
            counted=standings.get(row.pk, points.Standing(())).counted,
            ends_on=_ends_on(row, completed.get(row.pk)),
            problem=_problem(row, missing.get(row.pk, []), by=by, waits=row.pk in under_way),
        )
        for row in rows
    ]


def _ends_on(row: Registration, completed_on: date | None) -> date | None:
    return min(row.ends_on, completed_on) if row.ends_on and completed_on else None


def _problem(row: Registration, missing: list[Problem], *, by: Person, waits: bool) -> str:
    if not may(by, "issue_certificate", row):
        return _("Somebody else has to issue this one.")
    if row.status != Status.ACCEPTED:
        return _("This record isn’t accepted. It is now: %(status)s.") % {
            "status": row.get_status_display()
        }
    if waits:
        return _("This one is being issued already.")
    return " ".join(problem.message for problem in missing)


def fingerprint(proofs: Iterable[Proof]) -> str:
    """Return a fingerprint of what a sheet shows, for the form that confirms it."""
    return hashlib.sha256("\n".join(map(_shown, proofs)).encode()).hexdigest()


def _shown(row: Proof) -> str:
    registration = row.registration
    facts = (row.name, registration.association_id, row.counted, registration.starts_on)
    return repr((registration.pk, *facts, row.ends_on, bool(row.problem)))
