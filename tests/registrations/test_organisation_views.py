"""The pages of organisations: the list, one of them, its numbers, its officers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registrations import organisations
from registrations.models import Allocation, Appointment, Organisation
from tests import factories as make

pytestmark = pytest.mark.django_db


def address(row, name="allocations"):
    return reverse(name, args=[row.pk, "cpc-credits"] if name == "allocations" else [row.pk])


def fields(**known):
    return {"name_en": "Lakeshore College", "programs": [make.program("CPC").pk]} | known


def test_an_administrator_adds_one_and_is_led_to_it(client):
    client.force_login(make.administrator())

    answer = client.post(reverse("organisations"), fields(is_active="on"))

    row = Organisation.objects.get()
    assert answer.url == address(row, "organisation")
    assert (row.name, row.is_active) == ("Lakeshore College", True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name_en": ""}, "Enter the name of the organization."),
        ({"programs": []}, "Choose at least one program."),
        ({"name_en": "Prairie Association"}, "This organization is listed already."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(client, wrong, words):
    make.organisation("Prairie Association")
    client.force_login(make.administrator())

    answer = client.post(reverse("organisations"), fields(**wrong))

    assert answer.status_code == 422
    assert words in answer.text
    assert Organisation.objects.count() == 1


def test_an_administrator_changes_one_and_an_officer_only_reads_it(client):
    row = make.organisation("Old name")
    client.force_login(make.officer(row))
    refused = client.post(address(row, "organisation"), fields())
    read = client.get(address(row, "organisation"))
    client.force_login(make.administrator())

    client.post(address(row, "organisation"), fields())

    row.refresh_from_db()
    assert refused.status_code == 403
    assert "Old name" in read.text
    assert 'name="name_en"' not in read.text
    assert (row.name, row.is_active) == ("Lakeshore College", False)


def test_an_officer_sees_their_own_alone(client):
    own, other = make.organisation("Prairie Association"), make.organisation("Lakeshore")
    client.force_login(make.officer(own))

    listing = client.get(reverse("organisations")).text

    assert "Prairie Association" in listing
    assert "Lakeshore" not in listing
    assert client.get(address(other, "organisation")).status_code == 404
    assert client.get(address(other)).status_code == 404
    assert client.post(address(other)).status_code == 404


def test_an_officer_who_signs_in_comes_to_their_organisation(client):
    client.force_login(make.officer(make.organisation()))

    answer = client.get(reverse("start"))

    assert answer.url == reverse("organisations")


def test_numbers_are_written_with_a_point_or_a_comma_and_shown_as_the_language_does(client):
    row = make.organisation()
    client.force_login(make.officer(row))
    seen = organisations.edition(row, make.program("CPC"))

    client.post(
        address(row),
        {
            "seen": seen,
            "webinar-presenter": "1,5",
            "cdp-participant": "180.25",
            "cert-overseer": "0",
        },
    )
    page = client.get(address(row)).text

    assert sorted(Allocation.objects.values_list("course", "part", "credits")) == [
        ("cdp", "participant", 180.25),
        ("cert", "overseer", 0),
        ("webinar", "presenter", 1.5),
    ]
    assert 'value="1.5"' in page
    assert 'value="180.25"' in page


@pytest.mark.parametrize("wrong", ["-1", "two", "1e9", "NaN", "1.234", "100000"])
def test_a_number_that_is_none_saves_nothing(client, wrong):
    row = make.organisation(webinar_presenter="2")
    client.force_login(make.officer(row))

    answer = client.post(address(row), {"webinar-presenter": wrong, "cdp-participant": "5"})

    assert answer.status_code == 422
    assert answer.text.count("Enter a number from 0 on, like 12 or 1.5") == 2
    assert list(Allocation.objects.values_list("credits", flat=True)) == [2]


def test_a_table_that_changed_meanwhile_is_shown_anew(client):
    row = make.organisation(webinar_presenter="2")
    client.force_login(make.officer(row))

    answer = client.post(address(row), {"seen": "0-0", "webinar-presenter": "7"})

    assert answer.status_code == 409
    assert "Somebody changed these numbers meanwhile." in answer.text
    assert 'value="2"' in answer.text


def test_a_program_that_it_does_not_recognise_has_no_table(client):
    row = make.organisation()
    client.force_login(make.officer(row))

    answer = client.get(reverse("allocations", args=[row.pk, "partnership-cec"]))

    assert answer.status_code == 404


def test_an_administrator_appoints_an_officer_on_the_page_of_roles(client):
    row = make.organisation()
    person = make.person(email="olive@example.org")
    client.force_login(make.administrator())
    form = {"email": person.email, "role": "organisation", "first_day": timezone.localdate()}

    missing = client.post(reverse("appointments"), form)
    client.post(reverse("appointments"), form | {"organisation": row.pk})
    page = client.get(reverse("appointments")).text

    assert "Choose the organization." in missing.text
    assert Appointment.objects.get(person=person).organisation == row
    assert row.name in page


def test_an_organisation_given_with_another_role_is_left_out(client):
    row = make.organisation()
    person = make.person(email="olive@example.org")
    client.force_login(make.administrator())

    client.post(
        reverse("appointments"),
        {
            "email": person.email,
            "role": "steering",
            "organisation": row.pk,
            "first_day": timezone.localdate(),
        },
    )

    assert Appointment.objects.get(person=person).organisation is None


def test_the_list_asks_as_much_for_one_as_for_three(client):
    client.force_login(make.administrator())
    make.organisation()
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("organisations"))
    make.organisation()
    make.organisation()

    with CaptureQueriesContext(connection) as three:
        client.get(reverse("organisations"))

    assert len(three) == len(one)
