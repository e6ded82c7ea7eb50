"""How long a session lasts, where one is signed in, and ending that (reliability C1)."""

import time
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations import sessions
from registrations.models import Event
from tests import factories as make
from tests.registrations.signing_in import PASSWORD, sign_in, someone

pytestmark = pytest.mark.django_db

ACCOUNT, LIST = "/en/account/", "/en/account/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0"
)


def passes(client: Client, *, unused: timedelta, since: timedelta | None = None) -> None:
    """Let the session have gone without a click, and gone on, for so long."""
    session = client.session
    session["seen_at"] = time.time() - unused.total_seconds()
    session["signed_in_at"] = time.time() - (since or unused).total_seconds()
    session.save()


def somebody(kind: str):
    if kind == "participant":
        return make.registration().person
    if kind == "officer":
        return make.officer(make.organisation())
    if kind == "superuser":
        return make.person(is_superuser=True)
    return getattr(make, kind)()


LIMITS = [
    ("participant", timedelta(days=14), timedelta(days=30)),
    ("representative", timedelta(hours=2), timedelta(hours=12)),
    ("steering", timedelta(hours=2), timedelta(hours=12)),
    ("administrator", timedelta(hours=2), timedelta(hours=12)),
    ("officer", timedelta(hours=2), timedelta(hours=12)),
    ("superuser", timedelta(hours=2), timedelta(hours=12)),
]
A_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("kind", "idle", "at_most"), LIMITS)
def test_a_session_without_a_click_ends(client, kind, idle, at_most):
    client.force_login(somebody(kind))

    passes(client, unused=idle - A_MINUTE)
    assert client.get(ACCOUNT).status_code == 200
    passes(client, unused=idle + A_MINUTE)
    key = client.session.session_key

    assert client.get(ACCOUNT).status_code == 302
    assert not Session.objects.filter(session_key=key).exists()


@pytest.mark.parametrize(("kind", "idle", "at_most"), LIMITS)
def test_a_session_ends_however_much_it_is_used(client, kind, idle, at_most):
    client.force_login(somebody(kind))

    passes(client, unused=A_MINUTE, since=at_most - A_MINUTE)
    assert client.get(ACCOUNT).status_code == 200
    passes(client, unused=A_MINUTE, since=at_most + A_MINUTE)

    assert client.get(ACCOUNT).status_code == 302


def test_a_role_that_sleeps_has_the_short_limits_too(client):
    who = make.administrator()
    who.authenticator_set.all().delete()
    client.force_login(who)

    passes(client, unused=timedelta(hours=2) + A_MINUTE)

    assert client.get(ACCOUNT).status_code == 302


def test_a_session_whose_beginning_nobody_knows_is_over(client):
    client.force_login(make.person())
    session = client.session
    del session["signed_in_at"], session["seen_at"]
    session.save()

    assert client.get(ACCOUNT).status_code == 302


def test_a_click_is_written_down_every_five_minutes_only(client):
    client.force_login(make.person())

    with CaptureQueriesContext(connection) as at_once:
        client.get(ACCOUNT)
    passes(client, unused=timedelta(minutes=6))
    with CaptureQueriesContext(connection) as later:
        client.get(ACCOUNT)
    with CaptureQueriesContext(connection) as again:
        client.get(ACCOUNT)

    assert _writes(at_once) == _writes(again) == 0
    assert _writes(later) > 0
    assert client.session["seen_at"] > time.time() - 60


def _writes(queries) -> int:
    return sum(row["sql"].startswith(("UPDATE", "INSERT", "DELETE")) for row in queries)


def test_the_second_step_costs_no_query_of_a_page(client, settings):
    client.force_login(make.administrator())
    client.get(ACCOUNT)

    with CaptureQueriesContext(connection) as required:
        client.get(ACCOUNT)
    settings.STAFF_SECOND_FACTOR = "offered"
    with CaptureQueriesContext(connection) as offered:
        client.get(ACCOUNT)

    assert len(required) == len(offered)
    assert not [row for row in required if 'FROM "mfa_authenticator"' in row["sql"][:60]]


def test_the_own_sessions_are_listed_in_plain_words_this_one_first(client):
    someone()
    sign_in(Client(headers={"User-Agent": SAFARI}))
    sign_in(client, headers={"User-Agent": FIREFOX})

    page = client.get(LIST).text

    assert page.index("Firefox on Windows") < page.index("Safari on iPhone")
    assert "127.0.0.1" in page
    assert client.session.session_key not in page


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [(FIREFOX, "Firefox on Windows"), (EDGE, "Edge on Windows"), ("", "An unknown browser")],
)
def test_a_browser_is_named_as_its_owner_knows_it(user_agent, words):
    assert sessions.browser(user_agent) == words


def test_one_session_is_ended_from_another(client):
    who = someone()
    elsewhere = Client()
    sign_in(elsewhere)
    sign_in(client)
    row = UserSession.objects.exclude(session_key=client.session.session_key).get()

    client.post(reverse("session_end", args=[row.pk]))

    assert elsewhere.get(ACCOUNT).status_code == 302
    assert client.get(ACCOUNT).status_code == 200
    event = Event.objects.get(kind="session_ended")
    assert (event.actor, event.person, event.details) == (who, who, {"count": 1})


def test_all_other_sessions_are_ended_at_once_and_this_one_stays(client):
    someone()
    others = [Client(), Client()]
    for visitor in (*others, client):
        sign_in(visitor)

    client.post(reverse("sessions_end_others"))
    client.post(reverse("sessions_end_others"))

    assert [visitor.get(ACCOUNT).status_code for visitor in others] == [302, 302]
    assert client.get(ACCOUNT).status_code == 200
    assert Event.objects.get(kind="session_ended").details == {"count": 2}


def test_nobody_ends_the_session_of_another_nor_this_one(client):
    someone("other@example.org")
    other = Client()
    sign_in(other, "other@example.org")
    someone()
    sign_in(client)

    for row in UserSession.objects.all():
        assert client.post(reverse("session_end", args=[row.pk])).status_code == 404

    assert other.get(ACCOUNT).status_code == client.get(ACCOUNT).status_code == 200
    assert not Event.objects.filter(kind="session_ended").exists()


def test_a_new_password_leaves_no_other_session_behind(client):
    who = someone()
    sign_in(Client())
    sign_in(client)

    client.post(
        "/en/account/password/", {"oldpassword": PASSWORD, "password1": "kettle violin moss"}
    )

    assert UserSession.objects.filter(user=who).count() == 1
    assert len(sessions.lines(who, here=client.session.session_key)) == 1
    assert Session.objects.count() == 1


def test_the_list_asks_as_much_for_many_sessions_as_for_one(client):
    someone()
    sign_in(client)
    client.get(LIST)

    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for _browser in range(3):
        sign_in(Client())
    with CaptureQueriesContext(connection) as four:
        client.get(LIST)

    assert len(one) == len(four)
