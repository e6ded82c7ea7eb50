"""Appointing people to roles, with a first and a last day."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import work
from cec.problems import Problem, Refused
from registrations.models import Appointment, Association, Person
from registrations.models.history import write_event
from registrations.permissions import may

APPOINTING = "registrations.committee"  # one change of roles at a time


@transaction.atomic
def appoint(
    person: Person,
    *,
    by: Person,
    role: str,
    association: Association | None = None,
    first_day: date,
    last_day: date | None = None,
) -> Appointment:
    """Give a role. Nobody changes their own roles; administrators are named by administrators."""
    _require(by, person, role)
    work.one_at_a_time(APPOINTING)
    same = Appointment.objects.filter(person=person, role=role, association=association)
    overlapping = same.not_over(first_day)
    if last_day is not None:
        overlapping = overlapping.filter(first_day__lte=last_day)
    if overlapping.exists():
        raise Refused(Problem("has_role", _("This person has that role already.")))
    write_event(
        "role_given",
        by=by,
        person=person,
        association=association,
        details={"role": str(role), "first_day": str(first_day), "last_day": str(last_day or "")},
    )
    return Appointment.objects.create(
        person=person,
        role=role,
        association=association,
        first_day=first_day,
        last_day=last_day,
        appointed_by=by,
    )


@transaction.atomic
def end(appointment: Appointment, *, by: Person) -> None:
    """End a role now: the person's next click is without it.

    Raises `Refused` for the last administrator, who would lock everybody out.
    """
    _require(by, appointment.person, appointment.role)
    today = timezone.localdate()
    work.one_at_a_time(APPOINTING)
    if appointment.role == Appointment.Role.ADMINISTRATOR:
        others = Appointment.objects.current(today).filter(role=Appointment.Role.ADMINISTRATOR)
        if not others.exclude(person=appointment.person).exists():
            raise Refused(Problem("last_administrator", _("Name another administrator first.")))
    running = Appointment.objects.filter(pk=appointment.pk, ended_at__isnull=True)
    if running.update(ended_at=timezone.now(), ended_by=by):
        write_event(
            "role_ended",
            by=by,
            person=appointment.person,
            association=appointment.association,
            details={"role": appointment.role},
        )


def _require(by: Person, person: Person, role: str) -> None:
    if by.pk == person.pk or not may(by, "appoint"):
        raise PermissionDenied
    if role == Appointment.Role.ADMINISTRATOR and not may(by, "appoint_administrator"):
        raise PermissionDenied


def caretakers(association: Association | None) -> list[Person]:
    """Return who looks after an association's participants today: its representatives, else the
    steering group.
    """
    current = Appointment.objects.current(timezone.localdate()).filter(person__is_active=True)
    roles = [
        current.filter(role=Appointment.Role.REPRESENTATIVE, association=association),
        current.filter(role=Appointment.Role.STEERING),
    ]
    for rows in roles if association else roles[1:]:
        people = {row.person_id: row.person for row in rows.select_related("person")}
        if people:
            return list(people.values())
    return []
