"""Passkeys and apps in a real browser, whose authenticator is a virtual one (reliability B3)."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import expect

from tests import factories
from tests.browser.visitor import Visitor
from tests.registrations.signing_in import PASSWORD, someone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def with_a_device(visitor: Visitor) -> Visitor:
    """A browser whose device makes passkeys, and whose owner always touches it."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return visitor


def sign_in(one: Visitor) -> None:
    one.go("account_login")
    one.page.get_by_label("E-mail").fill("robin@example.org")
    one.page.get_by_label("Password", exact=True).fill(PASSWORD)
    one.press("Sign in")


def test_a_passkey_is_added_signs_in_and_says_again_who_it_is(visitors):
    who = someone()
    factories.appoint(who, "administrator")
    Authenticator.objects.all().delete()
    one = with_a_device(visitors())
    sign_in(one)
    one.go("payments")
    one.sees("Set up a second step to go on")

    one.follow("Add a passkey")
    one.page.get_by_label("Name").fill("My laptop")
    one.press("Make the passkey")
    one.press("Show them")
    one.sees("They’re shown now and not again.")
    one.go("payments")
    one.sees("Payments")
    one.go("account")
    one.press("Sign out", within="main")

    one.go("account_login")
    one.press("Sign in with a passkey")
    one.go("payments")
    one.sees("Payments")
    one.go("account")
    one.press("Sign out", within="main")

    sign_in(one)
    one.sees("The second step")
    one.sees("Use your passkey. Without the device that has it")
    one.press("Use your passkey")
    one.go("payments")
    one.sees("Payments")

    one.open(reverse("mfa_reauthenticate_webauthn") + "?next=" + reverse("account_email"))
    one.press("Use your passkey")
    assert one.page.url.endswith(reverse("account_email"))
    assert Authenticator.objects.get(type="webauthn").data["name"] == "My laptop"


def test_a_device_without_a_passkey_says_so_in_words(visitors):
    one = with_a_device(visitors())
    one.go("account_login")

    one.press_here("Sign in with a passkey")

    expect(one.page.get_by_role("alert")).to_contain_text("no passkey for this site")


def test_without_javascript_an_app_is_offered_in_place_of_a_passkey(visitors):
    who = someone()
    one = visitors(script=False)
    one.sign_in(who)

    one.go("mfa_add_webauthn")
    one.sees("Passkeys need JavaScript")
    expect(one.page.get_by_role("button", name="Make the passkey")).to_have_count(0)
    one.follow("Set up an app instead")

    picture = one.page.get_by_role("img", name="QR code of the key below")
    assert picture.evaluate("image => image.naturalWidth") > 100
