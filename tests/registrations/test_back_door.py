"""Django's admin: for superusers with both steps, to look only (reliability B6)."""

import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import get_resolver, reverse

from cec.environment import Unsafe, path
from cec.outbox import OutgoingMail
from registrations.models import Event, Person
from tests import factories as make
from tests.registrations.signing_in import code, one_step_only, someone

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.with_back_door")]

HOME = "/back/"
PEOPLE = "/back/registrations/person/"


@pytest.fixture
def superuser(client):
    who = someone()
    make.second_factor(who)
    call_command("back_door", who.email)
    client.force_login(who)
    return who


@pytest.mark.urls("cec.urls")
def test_it_has_no_address_unless_a_setting_names_one(client):
    who = make.person(is_superuser=True)
    make.second_factor(who)
    client.force_login(who)

    assert [client.get(url).status_code for url in ("/admin/", HOME)] == [404, 404]
    assert "admin" not in get_resolver().namespace_dict


def test_a_superuser_looks_at_every_table_and_changes_nothing(client, superuser):
    row = make.registration(make.person("Zoé Lavoie"))

    home = client.get(HOME)
    tables = set(re.findall(r'href="(/back/\w+/\w+/)"', home.text))

    assert len(tables) > 50
    for table in tables:
        assert client.get(table).status_code == 200, table
        assert client.get(f"{table}add/").status_code == 403, table
    one = f"/back/registrations/registration/{row.pk}/change/"
    assert "Zoé Lavoie" in client.get(one).text
    assert client.post(one, {"status": "accepted"}).status_code == 403
    assert client.post(f"/back/registrations/registration/{row.pk}/delete/").status_code == 403
    row.refresh_from_db()
    assert row.status == "active"


def test_what_would_let_somebody_in_as_another_is_not_shown(client, superuser):
    Client().post("/en/account/sign-in/code/", {"email": superuser.email})
    sent = OutgoingMail.objects.get(kind="sign_in_code")

    person = client.get(f"{PEOPLE}{superuser.pk}/change/").text
    mail = client.get(f"/back/cec/outgoingmail/{sent.pk}/change/").text
    home = client.get(HOME).text

    assert superuser.email in person
    assert "argon2" not in person
    assert sent.subject in mail
    assert code(sent) not in mail
    assert "session" not in home
    assert "authenticator" not in home


def test_nor_can_it_be_guessed_letter_by_letter(client, superuser):
    Client().post("/en/account/sign-in/code/", {"email": superuser.email})
    mails = "/back/cec/outgoingmail/"

    asked = [
        f"{PEOPLE}?password__startswith=argon2",
        f"{PEOPLE}?password__startswith=a",
        f"{mails}?text__contains=a",
        f"{mails}?html__regex=.",
        f"{mails}?person__password__contains=a",
        f"{PEOPLE}?_to_field=password",
    ]

    assert [client.get(url).status_code for url in asked] == [400] * len(asked)
    assert client.get(f"{PEOPLE}?o=1&p=0").status_code == 200


def test_each_look_is_a_line_of_the_security_log(client, superuser, caplog):
    client.get(f"{PEOPLE}{superuser.pk}/change/")
    client.get(f"{PEOPLE}some%20body/change/")

    known, unknown = (row.fields for row in caplog.records if row.name == "cec.security")
    assert (known["event"], known["page"]) == ("back_door", "registrations_person_change")
    assert known["row"] == str(superuser.pk)
    assert known["person"] == superuser.pk
    assert "row" not in unknown


def test_everybody_else_finds_nothing_there(client):
    people = [make.person(), make.administrator(), make.steering(), make.representative()]
    visitors = [client]
    for who in people:
        visitors.append(Client())
        visitors[-1].force_login(who)

    urls = [
        HOME,
        PEOPLE,
        "/back/login/",
        "/back/logout/",
        "/back/password_change/",
        "/back/jsi18n/",
    ]
    for visitor in visitors:
        assert [visitor.get(url).status_code for url in urls] == [404] * len(urls)
        assert visitor.post("/back/login/").status_code == 404


def test_a_superuser_whose_session_took_one_step_finds_nothing(client, superuser, settings):
    settings.STAFF_SECOND_FACTOR = "offered"
    one_step_only(client)

    assert client.get(HOME).status_code == 404


def test_what_stands_above_each_page_leads_somewhere_and_signs_out_for_good(client, superuser):
    page = client.get(PEOPLE).text

    assert "/back/logout/" not in page
    assert "/back/password_change/" not in page
    leaves = re.search(r'id="logout-form" method="post" action="([^"]+)"', page)[1]
    assert client.post(leaves).status_code == 302
    assert client.get(HOME).status_code == 404


def test_the_way_in_is_given_and_taken_away_on_the_command_line_and_noted(client, superuser):
    call_command("back_door", superuser.email)
    call_command("back_door", superuser.email, shut=True)

    assert client.get(HOME).status_code == 404
    assert not Person.objects.get(pk=superuser.pk).is_staff
    assert list(Event.objects.filter(kind__startswith="superuser").values_list("kind")) == [
        ("superuser_named",),
        ("superuser_ended",),
    ]
    with pytest.raises(CommandError):
        call_command("back_door", "nobody@example.org")


@pytest.mark.parametrize("value", ["Admin", "a/b", "<x>", "../x", "-x"])
def test_an_address_that_makes_no_sense_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("ADMIN_PATH", value)

    with pytest.raises(Unsafe):
        path("ADMIN_PATH")


def test_being_a_superuser_gives_no_role(client, superuser):
    assert client.get(reverse("payments")).status_code == 403
