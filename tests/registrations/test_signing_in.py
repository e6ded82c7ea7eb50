"""Signing in by password or code, and out (reliability B1, B8, C1, C4, C7)."""

import pytest
from django.conf import settings as django_settings
from django.test import Client

from registrations.accounts import open_account
from registrations.models import Person
from tests.registrations.signing_in import (
    CODE,
    ENTER_CODE,
    PASSWORD,
    SIGN_IN,
    code,
    is_open,
    last_mail,
    sign_in,
    signed_in,
    someone,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("email", ["robin@example.org", "Robin@Example.ORG", " robin@example.org "])
def test_the_address_is_the_same_in_small_and_capital_letters(client, email):
    someone("Robin@example.org")

    assert is_open(sign_in(client, email))


def test_addresses_that_only_look_alike_are_two(client):
    someone("mike@example.org")
    other = someone("mıke@example.org", name="Another")

    sign_in(client, "mıke@example.org")

    assert client.session["_auth_user_id"] == str(other.pk)


def test_signing_in_starts_another_session(client):
    someone()
    client.get(SIGN_IN)
    client.session.save()
    before = client.session.session_key

    sign_in(client)

    assert signed_in(client)
    assert client.session.session_key != before


def test_somebody_whose_account_is_closed_gets_neither_in_nor_on(client):
    person = someone()
    sign_in(client)
    assert client.get("/en/account/").status_code == 200

    person.is_active = False
    person.save()

    assert client.get("/en/account/").status_code == 302
    assert sign_in(Client())["Location"] == "/en/account/closed/"


def test_a_mailed_code_opens_the_account_once(client):
    someone()

    asked = client.post(CODE, {"email": "Robin@example.org"})
    letter = last_mail()
    opened = client.post(ENTER_CODE, {"code": code(letter).lower().replace("-", " ")})

    assert asked["Location"] == ENTER_CODE
    assert (letter.kind, letter.urgent) == ("sign_in_code", True)
    assert opened["Location"] == "/en/start/"
    again = Client()
    again.post(CODE, {"email": "robin@example.org"})
    again.post(ENTER_CODE, {"code": code(letter)})
    assert not signed_in(again)


def test_a_code_is_worth_nothing_after_three_wrong_ones(client):
    someone()
    client.post(CODE, {"email": "robin@example.org"})

    for _try in range(3):
        client.post(ENTER_CODE, {"code": "BBBB-BBBB"})
    client.post(ENTER_CODE, {"code": code(last_mail())})

    assert not signed_in(client)


def test_a_code_is_worth_nothing_after_three_minutes(client, settings):
    someone()
    client.post(CODE, {"email": "robin@example.org"})
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1

    client.post(ENTER_CODE, {"code": code(last_mail())})

    assert not signed_in(client)
    assert django_settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS == 3


def test_signing_out_takes_a_click_and_clears_what_the_browser_kept(client):
    someone()
    sign_in(client)
    session = client.session.session_key

    client.get("/en/account/sign-out/")
    assert signed_in(client)
    response = client.post("/en/account/sign-out/")

    assert response["Clear-Site-Data"] == '"cache"'
    assert not signed_in(client)
    stale = Client()
    stale.cookies[django_settings.SESSION_COOKIE_NAME] = session
    assert stale.get("/en/account/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver.evil.example/",
    ],
)
def test_after_signing_in_or_out_nobody_is_led_away(client, target):
    someone()

    entered = client.post(
        SIGN_IN, {"login": "robin@example.org", "password": PASSWORD, "next": target}
    )
    left = client.post("/en/account/sign-out/", {"next": target})

    assert is_open(entered)
    assert left["Location"] == "/en/"


def test_after_signing_in_the_page_that_was_asked_for_comes(client):
    someone()

    asked = client.get("/en/account/")
    form = client.get(asked["Location"])
    entered = client.post(
        SIGN_IN, {"login": "robin@example.org", "password": PASSWORD, "next": "/en/account/"}
    )

    assert asked["Location"] == f"{SIGN_IN}?next=/en/account/"
    assert '<input type="hidden" name="next" value="/en/account/">' in form.content.decode()
    assert entered["Location"] == "/en/account/"


def test_an_account_that_was_opened_for_somebody_has_no_password_yet(client):
    open_account(email="Desk@example.org", name="Desk")
    client.post(CODE, {"email": "desk@example.org"})
    client.post(ENTER_CODE, {"code": code(last_mail())})

    client.post("/en/account/password/first/", {"password1": "kettle violin moss"})

    assert Person.objects.get().check_password("kettle violin moss")
    assert last_mail().kind == "password_changed"
