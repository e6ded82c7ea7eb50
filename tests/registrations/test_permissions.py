"""Roles are dated appointments; each row starts from what this person may see."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cec.problems import Refused
from registrations import committee
from registrations.models import Appointment, Person, Registration
from registrations.permissions import PERMISSIONS, may
from tests import factories as make
from tests.races import at_once

pytestmark = pytest.mark.django_db

# domain.md section 5, once more and by hand: who may do what to somebody else's registration.
TABLE = {
    "check_membership": {"representative", "steering"},
    "decide_registration": {"representative", "steering"},
    "override_gate": {"steering"},
    "record_payment": {"administrator"},
    "assign_mentor": {"representative", "steering"},
    "review_record": {"representative", "steering"},
    "run_audit": {"steering"},
    "keep_roster": {"representative", "steering"},
    "issue_certificate": {"administrator"},
    "correct_certificate": {"administrator"},
    "revoke_certificate": {"administrator"},
    "see_certificate_texts": {"steering", "administrator"},
    "edit_certificate_texts": {"administrator"},
    "see_mail_texts": {"steering", "administrator"},
    "edit_mail_texts": {"administrator"},
    "see_notices": {"steering", "administrator"},
    "handle_notices": {"administrator"},
    "see_work": {"steering", "administrator"},
    "run_work": {"administrator"},
    "reopen_year": {"steering", "administrator"},
    "write_remark": {"representative", "steering", "administrator"},
    "note_association": {"representative", "steering"},
    "move_registration": {"representative", "steering", "administrator"},
    "extend_cycle": {"steering"},
    "edit_rules": {"administrator"},
    "move_to_rules": {"steering", "administrator"},
    "keep_organisations": {"administrator"},
    "set_allocations": {"organisation", "administrator"},
    "decide_request": {"organisation"},
    "appoint": {"steering", "administrator"},
    "appoint_administrator": {"administrator"},
    "reset_second_factor": {"administrator"},
    "keep_programs": {"administrator"},
    "see_history": {"administrator"},
    "see_retention": {"administrator"},
    "keep_incidents": {"administrator"},
    "erase_people": {"administrator"},
}


def staff():
    return {
        "representative": make.representative("MLA"),
        "steering": make.steering(),
        "administrator": make.administrator(),
        "organisation": make.officer(make.organisation()),
        "nobody": make.person(),
    }


def test_the_table_of_permissions_is_the_one_of_the_domain():
    assert {name: set(roles) for name, roles in PERMISSIONS.items()} == TABLE


@pytest.mark.parametrize("permission", sorted(TABLE))
def test_roles_may_do_what_the_table_says(permission):
    row = make.registration(association_code="MLA")

    allowed = {role for role, person in staff().items() if may(person, permission, row)}

    assert allowed == TABLE[permission]


@pytest.mark.parametrize("permission", sorted(TABLE))
def test_nobody_may_do_anything_to_their_own_registration(permission):
    for person in staff().values():
        row = make.registration(person)

        assert not may(person, permission, row)


def test_a_representative_works_on_the_own_association_only():
    representative = make.representative("MLA")
    own = make.registration(association_code="MLA")
    other = make.registration(association_code="OLA")

    assert may(representative, "decide_registration", own)
    assert not may(representative, "decide_registration", other)
    assert list(Registration.objects.visible_to(representative)) == [own]


def test_a_draft_is_seen_only_by_its_author_and_the_national_roles():
    row = make.registration(status="draft")

    assert row in Registration.objects.visible_to(row.person)
    assert row not in Registration.objects.visible_to(make.representative("MLA"))
    assert row not in Registration.objects.worked_on_by(make.steering())


def test_a_participant_sees_nobody_else():
    own = make.registration()
    make.registration()

    assert list(Registration.objects.visible_to(own.person)) == [own]


@pytest.mark.parametrize(
    ("first_day", "last_day", "in_force"),
    [(-1, None, True), (0, 0, True), (-5, -1, False), (1, None, False)],
)
def test_a_role_is_in_force_from_its_first_to_its_last_day(first_day, last_day, in_force):
    today = timezone.localdate()
    person = make.person()
    make.appoint(
        person,
        "steering",
        first_day=today + timedelta(days=first_day),
        last_day=None if last_day is None else today + timedelta(days=last_day),
    )
    row = make.registration()

    assert may(person, "decide_registration", row) is in_force
    assert (row in Registration.objects.visible_to(person)) is in_force


def test_a_deactivated_person_has_no_roles():
    person = make.steering()
    Person.objects.filter(pk=person.pk).update(is_active=False)

    assert not may(Person.objects.get(pk=person.pk), "appoint")


def test_a_role_is_given_and_ended():
    admin, person = make.administrator(), make.person()

    appointment = committee.appoint(
        person, by=admin, role="steering", first_day=timezone.localdate() - timedelta(days=3)
    )
    had = may(Person.objects.get(pk=person.pk), "override_gate")
    committee.end(appointment, by=admin)

    assert had
    assert not may(Person.objects.get(pk=person.pk), "override_gate")
    assert Appointment.objects.get(pk=appointment.pk).ended_by == admin


def test_nobody_changes_their_own_role():
    admin = make.administrator()
    own = Appointment.objects.get(person=admin)

    with pytest.raises(PermissionDenied):
        committee.appoint(admin, by=admin, role="steering", first_day=date(2026, 1, 1))
    with pytest.raises(PermissionDenied):
        committee.end(own, by=admin)


def test_only_an_administrator_names_administrators():
    with pytest.raises(PermissionDenied):
        committee.appoint(
            make.person(), by=make.steering(), role="administrator", first_day=date(2026, 1, 1)
        )


@pytest.mark.parametrize(
    ("first_day", "last_day"), [(-30, None), (0, None), (30, None), (-30, 0), (5, 6)]
)
def test_a_role_is_not_given_for_days_on_which_it_is_held(first_day, last_day):
    today, person = timezone.localdate(), make.person()
    make.appoint(person, "steering", first_day=today, last_day=today + timedelta(days=90))

    with pytest.raises(Refused):
        committee.appoint(
            person,
            by=make.administrator(),
            role="steering",
            first_day=today + timedelta(days=first_day),
            last_day=None if last_day is None else today + timedelta(days=last_day),
        )

    assert person.appointments.count() == 1


def test_a_role_is_given_again_for_the_time_after():
    today, person = timezone.localdate(), make.person()
    make.appoint(person, "steering", first_day=today, last_day=today + timedelta(days=90))

    committee.appoint(
        person, by=make.administrator(), role="steering", first_day=today + timedelta(days=91)
    )

    assert person.appointments.count() == 2


@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_give_a_role_once():
    person, today = make.person(), timezone.localdate()
    by = [make.administrator() for _ in range(4)]

    outcomes = at_once(
        [
            lambda who=who: committee.appoint(person, by=who, role="steering", first_day=today)
            for who in by
        ]
    )

    assert len([error for error in outcomes if isinstance(error, Refused)]) == 3
    assert person.appointments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_administrators_ending_each_other_leave_one():
    first, second = make.administrator(), make.administrator()
    roles = {person: Appointment.objects.get(person=person) for person in (first, second)}

    outcomes = at_once(
        [
            lambda: committee.end(roles[second], by=first),
            lambda: committee.end(roles[first], by=second),
        ]
    )

    refused = [error for error in outcomes if isinstance(error, Refused | PermissionDenied)]
    left = Appointment.objects.current(timezone.localdate()).filter(role="administrator")
    assert len(refused) == 1
    assert left.count() == 1
