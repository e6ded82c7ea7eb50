"""Organisations, their officers and what they allocate (K2)."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from cec.problems import Refused
from registrations import committee, handover, organisations
from registrations.models import Allocation, Appointment, Event, Organisation
from registrations.models.committee import roles_of
from registrations.permissions import PERMISSIONS, may, may_for
from tests import factories as make
from tests.races import at_once

pytestmark = pytest.mark.django_db

WEBINAR = ("webinar", "presenter")


def cpc():
    return make.program("CPC")


def set_to(row, by, seen=None, **cells):
    figures = {
        tuple(cell.split("_")): number if number is None else Decimal(number)
        for cell, number in cells.items()
    }
    seen = organisations.edition(row, cpc()) if seen is None else seen
    return organisations.set_allocations(row, cpc(), by=by, figures=figures, seen=seen)


def test_a_number_is_replaced_and_the_former_one_kept():
    row = make.organisation()
    officer = make.officer(row)

    set_to(row, officer, webinar_presenter="2", webinar_overseer="0")
    changed = set_to(row, officer, webinar_presenter="2.5", webinar_overseer="0.00")

    assert changed == 1
    assert organisations.figures(row, cpc()) == {
        WEBINAR: Decimal("2.5"),
        ("webinar", "overseer"): 0,
    }
    former = Allocation.objects.get(credits=2)
    assert (former.replaced_by, former.replaced_at is not None) == (officer, True)


def test_an_emptied_cell_allocates_nothing():
    row = make.organisation(webinar_presenter="2")

    set_to(row, make.officer(row), webinar_presenter=None)

    assert organisations.allocated(row, cpc(), course="webinar", part="presenter") is None
    assert Allocation.objects.count() == 1


def test_the_history_tells_who_changed_how_much_and_no_number():
    row = make.organisation()
    officer = make.officer(row)

    set_to(row, officer, webinar_presenter="2", cdp_participant="180")

    event = Event.objects.get(kind="allocations_set")
    assert event.actor == officer
    assert event.details == {"organisation": row.pk, "program": "CPC", "cells": 2}


def test_somebody_who_saw_an_older_table_does_not_overwrite_the_newer_one():
    row = make.organisation(webinar_presenter="2")
    officer = make.officer(row)
    seen = organisations.edition(row, cpc())
    set_to(row, officer, webinar_presenter="3")

    with pytest.raises(Refused) as refused:
        set_to(row, officer, seen, webinar_presenter="4")
    again = set_to(row, officer, seen, webinar_presenter="3")

    assert refused.value.problems[0].code == "stale"
    assert again == 0
    assert organisations.figures(row, cpc()) == {WEBINAR: 3}


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_leave_one_table():
    row = make.organisation()
    officers = [make.officer(row), make.officer(row)]
    seen = organisations.edition(row, cpc())

    found = at_once(
        [
            partial(set_to, row, officers[0], seen, webinar_presenter="1"),
            partial(set_to, row, officers[1], seen, webinar_presenter="2"),
        ]
    )

    assert sorted(type(answer).__name__ for answer in found) == ["Refused", "int"]
    assert Allocation.objects.in_force().count() == 1


def test_two_numbers_for_one_cell_are_refused_by_the_database():
    row = make.organisation(webinar_presenter="2")
    officer = make.officer(row)

    with (
        pytest.raises(IntegrityError, match="organisation_allocates_one_number"),
        transaction.atomic(),
    ):
        row.allocations.create(
            program=cpc(), course="webinar", part="presenter", credits=1, set_by=officer
        )
    with pytest.raises(IntegrityError, match="allocation_is_not_negative"), transaction.atomic():
        row.allocations.update(credits=-1)


def test_only_its_officers_and_administrators_set_its_numbers():
    row = make.organisation()
    elsewhere = make.officer(make.organisation())

    for person in (elsewhere, make.steering(), make.representative(), make.person()):
        with pytest.raises(PermissionDenied):
            set_to(row, person, webinar_presenter="2")
    set_to(row, make.administrator(), webinar_presenter="2")

    assert organisations.figures(row, cpc()) == {WEBINAR: 2}


def test_only_administrators_keep_the_list():
    officer = make.officer(make.organisation())

    for person in (officer, make.steering(), make.representative()):
        with pytest.raises(PermissionDenied):
            organisations.save(Organisation(), by=person, programs=[cpc()], name_en="College")
    found = organisations.save(
        Organisation(), by=make.administrator(), programs=[cpc()], name_en="College"
    )

    assert list(found.programs.all()) == [cpc()]
    assert Event.objects.get(kind="organisation_added").details == {"organisation": found.pk}


@pytest.mark.django_db(transaction=True)
def test_adding_one_twice_at_once_adds_it_once():
    by = make.administrator()
    add = partial(organisations.save, by=by, programs=[cpc()], name_en="College")

    found = at_once([partial(add, Organisation()), partial(add, Organisation())])

    assert sorted(type(answer).__name__ for answer in found) == ["Organisation", "Refused"]
    assert Organisation.objects.count() == 1


def test_an_officer_is_appointed_with_a_first_and_a_last_day():
    row, person = make.organisation(), make.person()
    today = timezone.localdate()

    given = committee.appoint(
        person,
        by=make.administrator(),
        role="organisation",
        organisation=row,
        first_day=today,
        last_day=today,
    )

    assert roles_of(person).organisations == {row.pk}
    assert Event.objects.get(kind="role_given").details["organisation"] == row.pk
    Appointment.objects.filter(pk=given.pk).update(
        first_day=date(2020, 1, 1), last_day=date(2021, 1, 1)
    )
    assert roles_of(type(person).objects.get(pk=person.pk)).organisations == frozenset()


def test_one_person_can_be_an_officer_of_two_organisations_but_once_of_each():
    rows, person, by = [make.organisation(), make.organisation()], make.person(), make.steering()
    give = partial(
        committee.appoint, person, by=by, role="organisation", first_day=timezone.localdate()
    )

    for row in rows:
        give(organisation=row)
    with pytest.raises(Refused):
        give(organisation=rows[0])

    assert roles_of(person).organisations == {row.pk for row in rows}


@pytest.mark.parametrize(
    "fields", [{"role": "organisation"}, {"role": "steering", "organisation": True}]
)
def test_officers_and_only_they_have_an_organisation(fields):
    if "organisation" in fields:
        fields["organisation"] = make.organisation()

    with (
        pytest.raises(IntegrityError, match="only_officers_have_an_organisation"),
        transaction.atomic(),
    ):
        Appointment.objects.create(person=make.person(), first_day=date(2020, 1, 1), **fields)


def test_an_officer_is_nobody_of_the_committee():
    organisation = make.organisation()
    officer = make.officer(organisation)
    registration = make.careers()

    roles = roles_of(officer)

    assert not roles.is_staff
    assert not roles.sees_everything
    assert roles.since is None
    own = {"set_allocations", "decide_request"}
    assert {name for name in PERMISSIONS if may(officer, name)} == own
    assert may_for(officer, "decide_request", organisation)
    assert not may_for(officer, "decide_request", make.organisation())
    assert not type(registration).objects.visible_to(officer).exists()
    assert officer not in [row.person for row in handover.national(timezone.localdate())]
