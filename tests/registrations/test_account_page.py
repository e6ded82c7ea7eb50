"""The account page: name, language, colours."""

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from registrations.models import Person
from tests import factories as make
from tests.registrations.signing_in import someone

pytestmark = pytest.mark.django_db

PAGE = "/en/account/"
CHANGES = {"name": "Robin B.", "language": "en", "theme": "dark"}


@pytest.fixture
def robin(client):
    person = someone()
    client.force_login(person)
    return person


def test_what_a_person_changes_about_themselves_is_saved(client, robin):
    response = client.post(PAGE, CHANGES)

    assert (response.status_code, response["Location"]) == (302, PAGE)
    robin.refresh_from_db()
    assert (robin.name, robin.language, robin.theme) == ("Robin B.", "en", "dark")
    page = client.get(PAGE).content.decode()
    assert "Your changes are saved." in page
    assert 'data-theme="dark"' in page


def test_another_language_leads_to_the_page_in_that_language_and_is_remembered(client, robin):
    response = client.post(PAGE, {**CHANGES, "language": "fr"})

    assert response["Location"].startswith("/fr/")
    cookie = response.cookies[django_settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("fr", True, "Lax")
    assert '<html lang="fr"' in client.get(response["Location"]).content.decode()
    robin.refresh_from_db()
    assert robin.language == "fr"


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "\u202e"}, {"language": "de"}, {"theme": "pink"}, {"theme": ""}],
)
def test_what_makes_no_sense_is_said_and_nothing_is_saved(client, robin, changes):
    response = client.post(PAGE, {**CHANGES, **changes})

    assert response.status_code == 422
    page = response.content.decode()
    assert "There is a problem" in page
    assert "Robin Bouchard" in page  # the name at the top is still the saved one
    robin.refresh_from_db()
    assert (robin.name, robin.language, robin.theme) == ("Robin Bouchard", "en", "auto")


def test_nobody_changes_more_about_themselves_than_the_page_shows(client, robin):
    client.post(
        PAGE,
        {
            **CHANGES,
            "email": "x@example.org",
            "is_staff": "1",
            "is_superuser": "1",
            "is_active": "",
        },
    )

    robin.refresh_from_db()
    assert (robin.email, robin.is_staff, robin.is_superuser) == ("robin@example.org", False, False)
    assert robin.is_active


def test_a_stranger_is_asked_to_sign_in_and_changes_nothing():
    person = someone()

    response = Client().post(PAGE, CHANGES)

    assert response["Location"].startswith("/en/account/sign-in/")
    assert Person.objects.get().name == person.name


def test_other_methods_are_refused(client, robin):
    assert client.put(PAGE).status_code == 405
    assert client.delete(PAGE).status_code == 405


def test_the_page_shows_markup_in_a_name_as_text(client, robin):
    Person.objects.update(name='<script>alert("x")</script>')

    page = client.get(PAGE).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_shortcuts_are_offered_to_the_committee_and_off_until_switched_on(client):
    plain, staff = make.person(), make.representative("MLA")
    make.registration(status="submitted")
    offered = {}
    for who in (plain, staff):
        client.force_login(who)
        offered[who] = 'name="shortcuts"' in client.get(reverse("account")).text
    before = "data-shortcuts" in client.get(reverse("queue")).text

    client.post(
        reverse("account"),
        {"name": staff.name, "language": "en", "theme": "auto", "shortcuts": "on"},
    )

    assert offered == {plain: False, staff: True}
    assert not before
    assert "data-shortcuts" in client.get(reverse("queue")).text
