"""The participant's way through the pages: form, check, status, withdrawal."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from registrations.models import Registration
from tests import factories as make

pytestmark = pytest.mark.django_db


AGREED = {"program": "on", "reminders": "on"}


@pytest.fixture
def person(client):
    who = make.person("Amrit Dhaliwal")
    client.force_login(who)
    return who


def alike(response):
    """The page without what differs on every page: its own number and the form token."""
    return re.sub(r'/\d+/|value="[^"]{64}"', "", response.text)


def application(**answers):
    return {
        "association": make.association("MLA").pk,
        "member_number": " MLA-20871 ",
        "employer": "",
        "position": "",
        "language": "en",
        "wants_mentor": "1",
    } | answers


def test_the_road_from_the_form_to_the_status_page(client, person):
    form = client.post(reverse("application", args=["partnership-cec"]), application())
    draft = Registration.objects.get(person=person)
    check = client.get(form.url)
    sent = client.post(form.url, AGREED)
    status = client.get(sent.url)

    draft.refresh_from_db()
    assert form.url == reverse("check_answers", args=[draft.pk])
    assert "MLA-20871" in check.text
    assert sent.url == reverse("registration_status", args=[draft.pk])
    assert (draft.status, draft.member_number, draft.wants_mentor) == (
        "submitted",
        "MLA-20871",
        True,
    )
    assert draft.reference in status.text
    assert "$40" in status.text


def test_a_double_click_on_send_sends_once(client, person):
    row = make.registration(person, status="draft")

    for _click in range(2):
        client.post(reverse("check_answers", args=[row.pk]), AGREED)

    assert row.events.filter(kind="send").count() == 1


def test_a_form_without_association_says_so_by_the_field(client, person):
    answer = client.post(
        reverse("application", args=["partnership-cec"]), application(association="")
    )

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert 'href="#id_association"' in answer.text
    assert not Registration.objects.exists()


def test_fields_that_are_not_on_the_form_change_nothing(client, person):
    other = make.person()

    client.post(
        reverse("application", args=["partnership-cec"]),
        application(status="active", person=other.pk, fee="0", starts_on="2020-01-01"),
    )

    row = Registration.objects.get()
    assert (row.person, row.status, row.starts_on) == (person, "draft", None)


def test_a_second_registration_leads_to_the_first(client, person):
    row = make.registration(person, status="submitted")

    answer = client.get(reverse("application", args=["partnership-cec"]))

    assert answer.url == reverse("registration_status", args=[row.pk])


def test_the_form_starts_from_what_was_answered_before(client, person):
    make.registration(person, status="declined", member_number="MLA-1", employer="Old library")

    page = client.get(reverse("application", args=["partnership-cec"]))

    assert 'value="Old library"' in page.text
    assert 'value="MLA-1"' in page.text


def test_a_program_without_membership_does_not_ask_for_one(client, person):
    page = client.get(reverse("application", args=["cpc-credits"]))
    form = client.post(
        reverse("application", args=["cpc-credits"]), {"language": "en", "employer": "Centre"}
    )
    client.post(form.url, AGREED)

    row = Registration.objects.get()
    assert "id_association" not in page.text
    assert (row.status, row.association, row.fee) == ("submitted", None, 0)


@pytest.mark.parametrize("name", ["registration_status", "check_answers", "withdraw"])
def test_somebody_elses_registration_is_not_there(client, person, name):
    other = make.registration(status="draft" if name == "check_answers" else "submitted")

    seen = client.get(reverse(name, args=[other.pk]))
    missing = client.get(reverse(name, args=[other.pk + 1]))
    changed = client.post(reverse(name, args=[other.pk]))

    assert (seen.status_code, missing.status_code) == (404, 404)
    assert alike(seen) == alike(missing)
    assert changed.status_code in (404, 405)
    assert not other.events.exists()


def test_withdrawing_asks_first_and_then_ends_the_registration(client, person):
    row = make.registration(person, status="submitted")

    page = client.get(reverse("withdraw", args=[row.pk]))
    client.post(reverse("withdraw", args=[row.pk]), {"reason": "Moving."})
    again = client.post(reverse("withdraw", args=[row.pk]), follow=True)

    row.refresh_from_db()
    assert row.reference in page.text
    assert row.status == "withdrawn"
    assert row.events.count() == 1
    assert "can’t be withdrawn" in again.text


@pytest.mark.parametrize(
    ("status", "name"),
    [("draft", "registration_status"), ("submitted", "registration_status"), ("active", "record")],
)
def test_signing_in_leads_to_ones_own_registration(client, person, status, name):
    row = make.registration(person, status=status)

    assert client.get(reverse("start")).url == reverse(name, args=[row.pk])


def test_signing_in_leads_the_committee_to_its_desk(client):
    client.force_login(make.representative())

    assert client.get(reverse("start")).url == reverse("desk")


def test_signing_in_without_a_registration_leads_to_the_programs(client, person):
    assert client.get(reverse("start")).url == reverse("register")


def test_the_status_page_says_who_has_it(client, person):
    row = make.registration(person, status="submitted", submitted_on=timezone.localdate())
    make.pay(row, "15.00")

    page = client.get(reverse("registration_status", args=[row.pk]))

    assert "Your association is checking your membership" in page.text
    assert "$25" in page.text


def test_the_pages_stand_in_french_too(client, person):
    row = make.registration(person, status="submitted")
    with translation.override("fr"):
        url = reverse("registration_status", args=[row.pk])

    page = client.get(url)

    assert url.startswith("/fr/")
    assert '<html lang="fr"' in page.text
    assert "Certificat de formation continue" in page.text
