"""Who may do a thing: the one list of permissions. Roles are dated appointments."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from registrations.models import Appointment, Organisation, Person, Registration
from registrations.models.committee import roles_of
from registrations.models.mentoring import conflicts_of

REPRESENTATIVE = Appointment.Role.REPRESENTATIVE
STEERING = Appointment.Role.STEERING
ADMINISTRATOR = Appointment.Role.ADMINISTRATOR
ORGANISATION = Appointment.Role.ORGANISATION

# Which roles may do a thing to a registration (domain section 5).
PERMISSIONS: dict[str, frozenset[str]] = {
    "check_membership": frozenset({REPRESENTATIVE, STEERING}),
    "decide_registration": frozenset({REPRESENTATIVE, STEERING}),
    "override_gate": frozenset({STEERING}),
    "record_payment": frozenset({ADMINISTRATOR}),
    "assign_mentor": frozenset({REPRESENTATIVE, STEERING}),
    "review_record": frozenset({REPRESENTATIVE, STEERING}),
    "run_audit": frozenset({STEERING}),
    "issue_certificate": frozenset({ADMINISTRATOR}),
    "correct_certificate": frozenset({ADMINISTRATOR}),
    "revoke_certificate": frozenset({ADMINISTRATOR}),
    "see_certificate_texts": frozenset({STEERING, ADMINISTRATOR}),
    "edit_certificate_texts": frozenset({ADMINISTRATOR}),
    "see_mail_texts": frozenset({STEERING, ADMINISTRATOR}),
    "edit_mail_texts": frozenset({ADMINISTRATOR}),
    "move_registration": frozenset({REPRESENTATIVE, STEERING, ADMINISTRATOR}),
    "extend_cycle": frozenset({STEERING}),
    "reopen_year": frozenset({STEERING, ADMINISTRATOR}),
    "keep_roster": frozenset({REPRESENTATIVE, STEERING}),
    "write_remark": frozenset({REPRESENTATIVE, STEERING, ADMINISTRATOR}),
    "note_association": frozenset({REPRESENTATIVE, STEERING}),
    "edit_rules": frozenset({ADMINISTRATOR}),
    "keep_programs": frozenset({ADMINISTRATOR}),
    "move_to_rules": frozenset({STEERING, ADMINISTRATOR}),
    "keep_organisations": frozenset({ADMINISTRATOR}),
    "set_allocations": frozenset({ORGANISATION, ADMINISTRATOR}),
    "decide_request": frozenset({ORGANISATION}),
    "see_notices": frozenset({STEERING, ADMINISTRATOR}),
    "handle_notices": frozenset({ADMINISTRATOR}),
    "see_work": frozenset({STEERING, ADMINISTRATOR}),
    "run_work": frozenset({ADMINISTRATOR}),
    "see_history": frozenset({ADMINISTRATOR}),
    "see_retention": frozenset({ADMINISTRATOR}),
    "keep_incidents": frozenset({ADMINISTRATOR}),
    "erase_people": frozenset({ADMINISTRATOR}),
    "appoint": frozenset({STEERING, ADMINISTRATOR}),
    "appoint_administrator": frozenset({ADMINISTRATOR}),
    "reset_second_factor": frozenset({ADMINISTRATOR}),
}


def may(person: Person, permission: str, registration: Registration | None = None) -> bool:
    """Say whether the person may do this, to this registration or at all.

    Nobody decides on their own registration, record or payment, nor on those of somebody whom
    they mentor; a representative only on their own association's.
    """
    held = roles_of(person).names & PERMISSIONS[permission]
    if not held:
        return False
    if registration is None:
        return True
    if registration.person_id == person.pk or registration.pk in conflicts_of(person):
        return False
    if held == {REPRESENTATIVE}:
        return registration.association_id in roles_of(person).associations
    return True


def require(person: Person, permission: str, registration: Registration | None = None) -> None:
    """Raise `PermissionDenied` unless the person may; what they can't even see is a 404 before."""
    if not may(person, permission, registration):
        raise PermissionDenied


def may_for(person: Person, permission: str, organisation: Organisation) -> bool:
    """Say whether the person may do this for an organisation; an officer only for their own."""
    held = roles_of(person).names & PERMISSIONS[permission]
    if held == {ORGANISATION}:
        return organisation.pk in roles_of(person).organisations
    return bool(held)


def require_for(person: Person, permission: str, organisation: Organisation) -> None:
    """Raise `PermissionDenied` unless the person may do this for the organisation."""
    if not may_for(person, permission, organisation):
        raise PermissionDenied


def require_staff(person: Person) -> None:
    """Raise `PermissionDenied` unless the person has a role today."""
    if not roles_of(person).is_staff:
        raise PermissionDenied(_("This page is for the committee."))
