"""Appointing people to roles, with a first and a last day."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import work
from cec.problems import Problem, Refused
from cec.wording import day as write_day
from registrations.models import (
    Appointment,
    Association,
    AssociationNote,
    Organisation,
    Person,
    Registration,
)
from registrations.models.committee import roles_of
from registrations.models.history import write_event
from registrations.permissions import require

APPOINTING = "registrations.committee"  # one change of roles at a time


@transaction.atomic
def appoint(
    person: Person,
    *,
    by: Person,
    role: str,
    association: Association | None = None,
    organisation: Organisation | None = None,
    first_day: date,
    last_day: date | None = None,
) -> Appointment:
    """Give a role. Nobody changes their own roles; administrators are named by administrators."""
    _begin(by, person, role)
    same = Appointment.objects.filter(
        person=person, role=role, association=association, organisation=organisation
    )
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
        details={"role": str(role), "first_day": str(first_day), "last_day": str(last_day or "")}
        | _for(organisation),
    )
    return Appointment.objects.create(
        person=person,
        role=role,
        association=association,
        organisation=organisation,
        first_day=first_day,
        last_day=last_day,
        appointed_by=by,
    )


@transaction.atomic
def end(appointment: Appointment, *, by: Person) -> None:
    """End a role now: the person's next click is without it.

    Raises `Refused` when a day would come without an administrator, who locks everybody out.
    """
    _begin(by, appointment.person, appointment.role)
    _keep_an_administrator(appointment, until=None)
    running = Appointment.objects.filter(pk=appointment.pk, ended_at__isnull=True)
    if running.update(ended_at=timezone.now(), ended_by=by):
        write_event(
            "role_ended",
            by=by,
            person=appointment.person,
            association=appointment.association,
            details={"role": appointment.role} | _for(appointment.organisation),
        )


@transaction.atomic
def change_last_day(appointment: Appointment, *, by: Person, last_day: date | None) -> None:
    """Let a role run longer or shorter; None is without an end.

    Raises `Refused` when that day is over, when the same role is given for later already, and
    when a day would come without an administrator.
    """
    _begin(by, appointment.person, appointment.role)
    today = timezone.localdate()
    row = Appointment.objects.not_over(today).filter(pk=appointment.pk).first()
    if row is None:
        raise Refused(Problem("over", _("This role has ended."), fixable=False))
    if row.last_day == last_day:
        return
    if last_day is not None and last_day < max(today, row.first_day):
        raise Refused(Problem("day_over", _("Choose a last day from today on, or end the role.")))
    later = Appointment.objects.not_over(today).exclude(pk=row.pk)
    later = later.filter(
        person=row.person,
        role=row.role,
        association=row.association,
        organisation=row.organisation,
        first_day__gt=row.first_day,
    )
    if last_day is not None:
        later = later.filter(first_day__lte=last_day)
    if later.exists():
        raise Refused(Problem("has_role", _("This person has that role already.")))
    _keep_an_administrator(row, until=last_day or date.max)
    Appointment.objects.filter(pk=row.pk).update(last_day=last_day)
    write_event(
        "role_changed",
        by=by,
        person=row.person,
        association=row.association,
        details={
            "role": row.role,
            "last_day": str(last_day or ""),
            "last_day_before": str(row.last_day or ""),
        }
        | _for(row.organisation),
    )


def _for(organisation: Organisation | None) -> dict[str, object]:
    return {"organisation": organisation.pk} if organisation else {}


def _keep_an_administrator(appointment: Appointment, *, until: date | None) -> None:
    """Refuse what would leave a day without an administrator, sooner than it was to come.

    `until` is the new last day, or None when the role ends now.
    """
    if appointment.role != Appointment.Role.ADMINISTRATOR:
        return
    today = timezone.localdate()
    rows = Appointment.objects.not_over(today).filter(
        role=Appointment.Role.ADMINISTRATOR, person__is_active=True
    )
    terms = {row.pk: (row.first_day, row.last_day or date.max) for row in rows}
    before = first_gap(terms.values(), today)
    terms.pop(appointment.pk, None)
    if until is not None:
        terms[appointment.pk] = (appointment.first_day, until)
    after = first_gap(terms.values(), today)
    if after is None or (before is not None and before <= after):
        return
    if after <= today:
        raise Refused(Problem("last_administrator", _("Name another administrator first.")))
    raise Refused(
        Problem(
            "last_administrator",
            _("From %(day)s on nobody would be administrator. Name another one first.")
            % {"day": write_day(after)},
        )
    )


def first_gap(terms: Iterable[tuple[date, date]], today: date) -> date | None:
    """Return the first day from today on that no term covers; None if there is no such day.

    A term has its first and its last day; one without an end ends on `date.max`.
    """
    waiting, day = sorted(terms), today
    for first, last in waiting:
        if first > day:
            return day
        if last == date.max:
            return None
        day = max(day, last + timedelta(days=1))
    return day


@transaction.atomic
def remark(
    registration: Registration, *, by: Person, text: str, form_key: UUID | None = None
) -> None:
    """Write a note on a registration that the committee alone reads; the same form twice is one."""
    locked = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    require(by, "write_remark", locked)
    key = str(form_key or "")
    if key and locked.events.filter(kind="remark", details__form_key=key).exists():
        return
    locked.note("remark", by=by, reason=text, details={"form_key": key} if key else {})


def note(
    association: Association, *, by: Person, text: str, form_key: UUID | None = None
) -> AssociationNote:
    """Leave a note on an association for its representatives and the steering group."""
    roles = roles_of(by)
    everywhere = Appointment.Role.STEERING in roles.names
    if not everywhere and association.pk not in roles.associations:
        raise PermissionDenied
    if form_key is None:
        return AssociationNote.objects.create(association=association, text=text, written_by=by)
    return AssociationNote.objects.get_or_create(
        form_key=form_key,
        defaults={"association": association, "text": text, "written_by": by},
    )[0]


def _begin(by: Person, person: Person, role: str) -> None:
    """Wait for other changes of roles, and see that the person may still make this one."""
    if by.pk == person.pk:
        raise PermissionDenied
    work.one_at_a_time(APPOINTING)
    now = Person.objects.get(pk=by.pk)  # a colleague may have ended their role just now
    require(now, "appoint")
    if role == Appointment.Role.ADMINISTRATOR:
        require(now, "appoint_administrator")


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
