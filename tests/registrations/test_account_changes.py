"""A new password or address, forgotten or changed (reliability B2, B7, B8)."""

import pytest
from django.test import Client

from cec.outbox import OutgoingMail
from registrations.models import Person
from tests.registrations.signing_in import (
    AGAIN,
    FORGOTTEN,
    PASSWORD,
    a_while_later,
    is_open,
    last_mail,
    link,
    sign_in,
    signed_in,
    someone,
)

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "kettle violin moss"


def test_a_new_password_takes_a_link_that_works_once_and_ends_all_sessions(client):
    someone()
    elsewhere = Client()
    sign_in(elsewhere)

    client.post(FORGOTTEN, {"email": "Robin@example.org"})
    letter = last_mail()
    form = client.get(link(letter))["Location"]
    assert "none-such" not in form
    assert Person.objects.get().check_password(PASSWORD)
    done = client.post(form, {"password1": NEW_PASSWORD})

    assert done["Location"] == "/en/account/password/forgotten/done/"
    assert Person.objects.get().check_password(NEW_PASSWORD)
    assert elsewhere.get("/en/account/").status_code == 302
    assert not signed_in(client)
    assert (last_mail().kind, last_mail().to) == ("password_changed", "robin@example.org")
    again = Client().get(link(letter))
    assert again.status_code == 200
    assert "This link doesn’t work any more" in again.content.decode()


def test_a_link_for_a_new_password_dies_after_an_hour(client, settings):
    someone()
    client.post(FORGOTTEN, {"email": "robin@example.org"})
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    settings.PASSWORD_RESET_TIMEOUT = -1

    response = client.get(link(last_mail()))

    assert "This link doesn’t work any more" in response.content.decode()


@pytest.mark.parametrize("change", ["password", "email"])
def test_a_link_for_a_new_password_dies_when_the_account_changes(client, change):
    person = someone()
    client.post(FORGOTTEN, {"email": "robin@example.org"})
    if change == "password":
        person.set_password(NEW_PASSWORD)
        person.save()
    else:
        person.emailaddress_set.update(email="new@example.org")
        Person.objects.update(email="new@example.org")

    response = client.get(link(last_mail("password_forgotten")))

    assert "This link doesn’t work any more" in response.content.decode()


def test_a_weak_new_password_is_refused_after_the_link_too(client):
    someone()
    client.post(FORGOTTEN, {"email": "robin@example.org"})
    form = client.get(link(last_mail()))["Location"]

    response = client.post(form, {"password1": "bouchard-2026!"})

    assert "easy to guess" in response.content.decode()
    assert Person.objects.get().check_password(PASSWORD)


def test_changing_the_password_takes_the_old_one_and_ends_the_other_sessions(client):
    someone()
    sign_in(client)
    elsewhere = Client()
    sign_in(elsewhere)
    page = "/en/account/password/"

    wrong = client.post(page, {"oldpassword": "not the password", "password1": NEW_PASSWORD})
    assert "This isn’t your password now." in wrong.content.decode()
    done = client.post(page, {"oldpassword": PASSWORD, "password1": NEW_PASSWORD})

    assert done["Location"] == "/en/account/"
    assert client.get("/en/account/").status_code == 200
    assert elsewhere.get("/en/account/").status_code == 302
    assert Person.objects.get().check_password(NEW_PASSWORD)
    assert last_mail().kind == "password_changed"


def change_email(client, address):
    return client.post("/en/account/e-mail/", {"email": address, "action_add": "1"})


def test_another_address_takes_effect_once_it_is_confirmed_and_the_old_one_is_told(client):
    person = someone()
    sign_in(client)

    change_email(client, "New@example.org")
    letter = last_mail()

    assert (letter.kind, letter.to) == ("address_to_confirm", "new@example.org")
    assert Person.objects.get().email == "robin@example.org"
    assert is_open(sign_in(Client()))

    confirmed = client.post(link(letter))

    assert confirmed["Location"] == "/en/account/"
    assert Person.objects.get().email == "new@example.org"
    told = last_mail()
    assert (told.kind, told.to, told.person) == ("address_changed", "robin@example.org", person)
    assert not is_open(sign_in(Client()))
    assert is_open(sign_in(Client(), "new@example.org"))


def test_changing_the_address_wants_the_password_again(client):
    someone()
    sign_in(client)
    a_while_later(client)

    asked = change_email(client, "new@example.org")
    wrong = client.post(asked["Location"], {"password": "not the password"})

    assert asked["Location"].startswith(AGAIN)
    assert "This isn’t your password." in wrong.content.decode()
    assert not OutgoingMail.objects.exists()


def test_a_change_of_address_can_be_called_off(client):
    someone()
    sign_in(client)
    change_email(client, "new@example.org")
    letter = last_mail()

    client.post("/en/account/e-mail/", {"email": "new@example.org", "action_remove": "1"})

    assert last_mail().kind == "address_dropped"
    assert Client().post(link(letter)).status_code == 404
    assert Person.objects.get().email == "robin@example.org"


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_address_of_another_account_cannot_be_had(client, confirmed):
    other = someone("taken@example.org", name="Taken")
    other.emailaddress_set.update(verified=confirmed)
    someone()
    sign_in(client)

    page = change_email(client, "TAKEN@example.org")
    answer = client.post(link(last_mail()), follow=True)

    assert page.status_code == 302  # which doesn't tell that it is taken
    assert "belongs to another account" in answer.content.decode()
    assert Person.objects.get(name="Robin Bouchard").email == "robin@example.org"
    assert Person.objects.get(name="Taken").email == "taken@example.org"
