"""A second step that was lost with phone and codes: who takes it away, and how (reliability B3)."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from registrations.models import Event, Person
from tests import factories as make
from tests.registrations.signing_in import (
    STEP,
    app_code,
    last_mail,
    set_up_app,
    sign_in,
    someone,
)

pytestmark = pytest.mark.django_db

OVERVIEW = "/en/account/second-step/"


@pytest.fixture
def with_app(client):
    """An administrator with an app, signed out again; the fixture is the app's secret."""
    who = someone()
    make.appoint(who, "administrator")
    Authenticator.objects.filter(user=who).delete()
    sign_in(client)
    secret = set_up_app(client)
    client.post("/en/account/sign-out/")
    return secret


def test_a_lost_second_step_is_taken_away_by_an_administrator_who_says_why(client, with_app):
    lost = Person.objects.get()
    elsewhere = Client()
    sign_in(elsewhere)
    elsewhere.post(STEP, {"code": app_code(with_app, steps=1)})
    office = make.administrator()
    client.force_login(office)

    client.post(
        reverse("second_step_lost"), {"email": lost.email, "reason": "Called back on Monday"}
    )

    assert not Authenticator.objects.filter(user=lost).exists()
    assert elsewhere.get("/en/account/").status_code == 302  # signed out
    event = Event.objects.get(kind="factor_reset")
    assert (event.actor, event.person, event.reason) == (office, lost, "Called back on Monday")
    assert (last_mail().kind, last_mail().person) == ("factor_reset", lost)
    sign_in(elsewhere)
    assert elsewhere.get(reverse("payments"))["Location"] == OVERVIEW


@pytest.mark.parametrize("given", [{"email": "robin@example.org"}, {"reason": "x"}, {}])
def test_a_second_step_is_not_taken_away_without_a_name_and_a_reason(client, with_app, given):
    client.force_login(make.administrator())

    answer = client.post(reverse("second_step_lost"), given)

    assert answer.status_code == 422
    assert not Event.objects.filter(kind="factor_reset").exists()


def test_nobody_takes_their_own_second_step_away_for_being_lost(client):
    office = make.administrator()
    client.force_login(office)

    answer = client.post(reverse("second_step_lost"), {"email": office.email, "reason": "Lost"})

    assert answer.status_code == 422
    assert Authenticator.objects.filter(user=office).exists()


def test_the_last_administrator_gets_in_again_by_the_command_line(with_app):
    call_command("reset_second_step", "ROBIN@example.org")

    assert not Authenticator.objects.exists()
    assert Event.objects.get(kind="factor_reset").actor is None
    assert last_mail().kind == "factor_reset"
    with pytest.raises(CommandError):
        call_command("reset_second_step", "robin@example.org")
    with pytest.raises(CommandError):
        call_command("reset_second_step", "nobody@example.org")
