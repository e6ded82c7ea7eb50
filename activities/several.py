"""One entry in several programs: what it is worth in each of a person's records, by its own rules.

Taking an entry out of one of them is `log.delete`, which leaves it in the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction
from django.utils.translation import gettext as _

from activities import changes, log, reasons
from activities.checks import check_dates, check_entry, stale
from activities.models import Activity, Credit
from activities.record import Line, Record
from activities.sharing import elsewhere, lock_all
from cec.problems import Problem, Refused
from registrations.models import Rate, Registration


@dataclass(frozen=True)
class Place:
    """Another record of the same person, seen from one entry.

    `credit` is the entry there, if it counts there; else `problems` say why it can't.
    """

    record: Record
    credit: Credit | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.record.program.name

    @property
    def keeps(self) -> bool:
        """Whether a closed record holds the entry, so that nothing of it but the type changes."""
        return self.credit is not None and not self.record.is_open

    @cached_property
    def line(self) -> Line | None:
        return self.record.lines([self.credit], with_comments=False)[0] if self.credit else None

    @property
    def worth(self) -> str:
        """What the entry is worth there and why; nothing while it doesn't count there."""
        return reasons.worth(self.line, self.record.rules) if self.line else ""


def with_record(registrations: Iterable[Registration]) -> list[Registration]:
    """Return those of a person's registrations that have a record, the oldest first."""
    return sorted((row for row in registrations if row.has_record), key=lambda row: row.pk)


def places(
    record: Record, registrations: Iterable[Registration], activity: Activity | None = None
) -> list[Place]:
    """Return where else an entry counts or could, or a new one could.

    `registrations` are all of the person's. An entry counts once in a program, and it can be added
    to a record that is open.
    """
    beside = [row for row in with_record(registrations) if row.pk != record.registration.pk]
    if not beside:
        return []
    held: dict[int, Credit] = {}
    if activity:
        held = {row.registration_id: row for row in elsewhere(record.registration, [activity.pk])}
    taken = {record.program.pk, *(credit.registration.program_id for credit in held.values())}
    found = []
    for row in beside:
        if credit := held.get(row.pk):
            found.append(Place(Record(row), credit))
        elif row.status == Registration.Status.ACTIVE and row.program_id not in taken:
            found.append(Place(Record(row), problems=_problems(row, activity)))
    return found


def _problems(registration: Registration, activity: Activity | None) -> list[Problem]:
    if activity is None:
        return []
    return check_dates(registration, completed_on=activity.completed_on, planned=activity.planned)


def difference(record: Record, line: Line, others: Sequence[Place]) -> str:
    """Say why an entry is worth something else in each program that it counts in."""
    counted = [(place.line, place.record.rules) for place in others if place.line]
    return reasons.difference([(line, record.rules), *counted]) if counted else ""


@transaction.atomic
def count_in(registration: Registration, activity: Activity, *, rate: Rate) -> bool:
    """Let an entry of another record count in this one too, under one of its rates.

    Returns False when it does so already. The other records aren't touched. Raises `Refused` when
    this record is closed or doesn't take the entry, or when no other record holds it any more.
    """
    others = lock_all(registration, [activity.pk])
    if not others:
        raise Refused(stale())
    if any(credit.registration.program_id == registration.program_id for credit in others):
        raise Refused(
            Problem("same_program", _("An activity counts once in a program."), fixable=False)
        )
    current = others[0].activity
    if problems := check_entry(registration, current, rate):
        raise Refused(*problems)
    kept = Credit.objects.kept().filter(registration=registration, activity=activity)
    if kept.filter(rate=rate).exists():
        return False
    log.hold(registration, current, rate)
    changes.note(changes.Kind.COUNTED_TOO, registration, current, by=registration.person)
    return True


def told(registration: Registration, activity: Activity) -> str:
    """Say after saving what an entry counts in another record."""
    other = Record(registration)
    line = other.line(activity)
    values = {"label": other.program.name, "value": reasons.reason(line, other.rules).brief}
    return _("%(label)s: %(value)s") % values
