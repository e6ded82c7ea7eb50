"""What passkeys are called and have to show, and what who has nothing else is asked for."""

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal import auth
from django.test import RequestFactory
from django.urls import reverse

from registrations.models import Person
from tests import factories as make
from tests.registrations.signing_in import CODES, a_while_later, one_step_only, someone

pytestmark = pytest.mark.django_db

OVERVIEW = "/en/account/second-step/"


def passkey_of(person: Person) -> Authenticator:
    return Authenticator.objects.create(
        user=person, type="webauthn", data={"name": "Passkey", "credential": {}}
    )


@pytest.fixture
def passkey(client):
    """The passkey of whoever the client is, called as the page calls it by itself."""
    who = someone()
    client.force_login(who)
    return passkey_of(who)


def rename(client, passkey, name):
    return client.post(reverse("mfa_edit_webauthn", args=[passkey.pk]), {"name": name})


def test_a_passkey_is_renamed_and_is_listed_by_its_new_name(client, passkey):
    answer = rename(client, passkey, "  My phone ")

    assert answer["Location"] == OVERVIEW
    page = client.get(OVERVIEW).text
    assert "My phone, added on" in page
    assert "Your passkey has its new name." in page
    assert Authenticator.objects.get().data == {"name": "My phone", "credential": {}}


def test_the_form_shows_the_name_that_it_has(client, passkey):
    page = client.get(reverse("mfa_edit_webauthn", args=[passkey.pk])).text

    assert 'value="Passkey"' in page
    assert reverse("mfa_edit_webauthn", args=[passkey.pk]) in client.get(OVERVIEW).text


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Enter a name."), ("   ", "Enter a name."), ("x" * 61, "60 characters")],
)
def test_a_passkey_keeps_its_name_when_the_new_one_is_none_or_too_long(
    client, passkey, name, words
):
    answer = rename(client, passkey, name)

    assert words in answer.text
    assert Authenticator.objects.get().data["name"] == "Passkey"


def test_somebody_elses_passkey_cannot_be_renamed(client, passkey):
    other = passkey_of(make.person())

    answer = rename(client, other, "Mine")

    assert answer.status_code == 404
    assert Authenticator.objects.get(pk=other.pk).data["name"] == "Passkey"


def test_an_app_has_no_name_to_change(client, passkey):
    app = Authenticator.objects.create(user=passkey.user, type="totp", data={"secret": "x"})

    assert rename(client, app, "Mine").status_code == 404


def test_whoever_signed_in_long_ago_says_first_who_they_are(client, passkey):
    a_while_later(client)

    answer = rename(client, passkey, "Theirs")

    assert answer["Location"].startswith("/en/account/is-it-you/")
    assert Authenticator.objects.get().data["name"] == "Passkey"


CHANGES = "mfa_activate_totp mfa_add_webauthn mfa_view_recovery_codes mfa_generate_recovery_codes"


@pytest.mark.parametrize(
    ("name", "of_one"),
    [
        *((name, False) for name in CHANGES.split()),
        *((name, True) for name in ("mfa_remove_webauthn", "mfa_edit_webauthn")),
    ],
)
def test_a_password_in_a_session_from_before_it_changes_no_second_step(
    client, passkey, name, of_one
):
    RecoveryCodes.activate(passkey.user)
    one_step_only(client)
    before = list(Authenticator.objects.order_by("pk").values())

    answer = client.post(reverse(name, args=[passkey.pk] if of_one else []), {"name": "Mine"})

    assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    assert list(Authenticator.objects.order_by("pk").values()) == before


def test_nobody_with_a_passkey_alone_is_asked_for_the_digits_of_an_app(client, passkey):
    RecoveryCodes.activate(passkey.user)

    page = client.get(reverse("mfa_reauthenticate")).text

    assert "Type one of your recovery codes" in page
    assert "app" not in page.split("<main")[1].split("<form")[0]
    assert "Six digits" not in page


def test_codes_that_were_shown_are_not_offered_to_be_seen_again(client, passkey):
    RecoveryCodes.activate(passkey.user)

    before = client.get(OVERVIEW).text
    client.post(CODES)
    after = client.get(OVERVIEW).text

    assert "See your recovery codes" in before
    assert "See your recovery codes" not in after
    assert "Make new recovery codes" in after


def test_every_way_by_passkey_wants_a_finger_a_face_or_a_pin():
    """A challenge of a way that wants less would do on the one that asks for no password."""
    request = RequestFactory().get("/")
    request.session = {}

    with context.request_context(request):
        asked = [auth.begin_authentication(user=who) for who in (make.person(), None)]

    assert {options["publicKey"]["userVerification"] for options in asked} == {"required"}
