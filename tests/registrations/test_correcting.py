"""Putting right what was told on registering."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cec.problems import Refused
from registrations import correcting
from registrations.models import Registration
from tests import factories as make
from tests.registrations import lists

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ["submitted", "active"])
def test_the_history_names_the_fields_and_not_what_stands_in_them(status):
    row = make.registration(status=status, member_number="MLA-1", employer="Old library")

    correcting.correct(row, by=row.person, member_number="MLA-1", employer="New library")

    row.refresh_from_db()
    event = row.events.get(kind="corrected")
    assert row.employer == "New library"
    assert (event.role, event.details) == ("participant", {"fields": ["employer"]})


def test_the_same_answers_are_no_change():
    row = make.registration(member_number="MLA-1")

    assert not correcting.correct(row, by=row.person, member_number="MLA-1")
    assert not row.events.filter(kind="corrected").exists()


def test_with_the_right_number_the_list_knows_the_person_at_once():
    row = make.registration(status="submitted", member_number="MLA-71")
    member = lists.member(lists.roster(), row.person.name, number="MLA-17")
    before = row.membership_check()

    correcting.correct(row, by=row.person, member_number="MLA-17")

    assert before is None
    assert row.membership_check().good_until == member.good_until


@pytest.mark.parametrize("status", ["draft", "turned_in", "accepted", "certified", "declined"])
def test_in_other_states_nothing_is_corrected(status):
    row = make.registration(status=status, employer="Old library")

    with pytest.raises(Refused, match="can’t be corrected"):
        correcting.correct(row, by=row.person, employer="New library")

    row.refresh_from_db()
    assert row.employer == "Old library"


def test_nobody_corrects_what_somebody_else_told():
    row = make.registration(employer="Old library")

    for who in (make.person(), make.representative("MLA"), make.administrator()):
        with pytest.raises(PermissionDenied):
            correcting.correct(row, by=who, employer="New library")


class TestThePage:
    def test_saves_and_leads_back(self, client):
        row = make.registration(status="submitted", member_number="MLA-71", position="clerk")
        client.force_login(row.person)
        address = reverse("correct", args=[row.pk])

        shown = client.get(address).text
        answer = client.post(address, {"member_number": " MLA  17 ", "position": "clerk"})

        row.refresh_from_db()
        assert 'value="MLA-71"' in shown
        assert row.member_number == "MLA 17"
        assert answer.url == reverse("registration_status", args=[row.pk])

    def test_of_a_program_without_members_asks_for_no_number(self, client):
        row = make.registration(code="CPC", association_code=None)
        client.force_login(row.person)

        page = client.get(reverse("correct", args=[row.pk])).text

        assert "member_number" not in page
        assert "employer" in page

    def test_fields_that_are_not_on_the_form_change_nothing(self, client):
        row = make.registration()
        client.force_login(row.person)

        client.post(
            reverse("correct", args=[row.pk]),
            {"employer": "New library", "status": "certified", "fee": "0", "association": "1"},
        )

        after = Registration.objects.get(pk=row.pk)
        assert (after.employer, after.status, after.fee) == ("New library", "active", row.fee)
        assert after.association == row.association

    def test_of_what_is_over_says_so(self, client):
        row = make.registration(status="withdrawn")
        client.force_login(row.person)

        page = client.get(reverse("correct", args=[row.pk]), follow=True).text

        assert "This can’t be corrected now." in page
