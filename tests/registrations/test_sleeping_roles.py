"""What somebody sees whose role sleeps for want of the second step (reliability B3)."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from registrations.models import Person
from tests import factories as make
from tests.registrations.signing_in import one_step_only, set_up_app, sign_in, someone

pytestmark = pytest.mark.django_db

OVERVIEW = "/en/account/second-step/"
WAITS = "The pages of your role wait for your second step."


def representative() -> Person:
    """One who has set no second step up yet."""
    who = someone()
    make.appoint(who, "representative", "MLA")
    Authenticator.objects.filter(user=who).delete()
    return who


def test_signing_in_leads_to_the_second_step_and_not_to_registering(client):
    representative()
    sign_in(client)

    answer = client.get(reverse("start"))

    assert answer["Location"] == OVERVIEW


def test_with_a_record_of_ones_own_signing_in_leads_there_and_the_page_says_what_waits(client):
    own = make.registration(representative())
    sign_in(client)

    answer = client.get(reverse("start"), follow=True)

    assert answer.redirect_chain == [(reverse("record", args=[own.pk]), 302)]
    assert WAITS in answer.text
    assert f'href="{OVERVIEW}"' in answer.text


def test_whoever_has_a_second_step_is_led_to_taking_it_in_this_session(client):
    representative()
    sign_in(client)
    set_up_app(client)
    one_step_only(client)

    answer = client.get(reverse("start"))

    assert answer["Location"] == "/en/account/is-it-you/code/?next=%2Fen%2Fstart%2F"


def test_nothing_is_said_where_nothing_waits(client):
    representative()
    sign_in(client)
    at_the_step = client.get(OVERVIEW).text
    set_up_app(client)
    with_it = client.get(reverse("account")).text

    assert WAITS not in at_the_step
    assert WAITS not in with_it
    assert reverse("desk") in client.get(reverse("start"))["Location"]
