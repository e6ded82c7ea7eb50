"""Asking again who it is, before what matters (reliability B7)."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from cec.outbox import OutgoingMail
from certificates.models import Certificate
from registrations.models import Appointment, Person
from tests import factories as make
from tests.certificates import records
from tests.registrations.signing_in import (
    AGAIN,
    ENTER_CODE,
    PASSWORD,
    a_while_later,
    app_code,
    code,
    last_mail,
    set_up_app,
    sign_in,
    someone,
)

pytestmark = pytest.mark.django_db

GO_ON = "/en/account/is-it-you/go-on/"


@pytest.fixture
def office(client):
    """An administrator with a password, who signed in a while ago."""
    who = someone()
    make.appoint(who, "administrator")
    client.force_login(who)
    a_while_later(client)
    return who


def is_asked(answer) -> bool:
    return answer.status_code == 302 and urlsplit(answer["Location"]).path == AGAIN


def way_back(answer) -> str:
    return parse_qs(urlsplit(answer["Location"]).query)["next"][0]


ACCOUNT = (
    "account_email account_change_password account_set_password mfa_activate_totp"
    " mfa_totp_picture mfa_deactivate_totp mfa_add_webauthn mfa_view_recovery_codes"
)
DESK = "second_step_lost issue"


@pytest.mark.parametrize("name", [*ACCOUNT.split(), *DESK.split()])
def test_what_matters_is_asked_about_before_it_is_shown(client, office, name):
    answer = client.get(reverse(name), {"x": "1"})

    assert is_asked(answer)
    assert way_back(answer) == f"{reverse(name)}?x=1"


def test_what_matters_about_a_role_or_a_certificate_is_asked_about(client, office):
    row = make.appoint(make.person(), "steering")
    certificate = records.issued(make.person(), by=make.administrator())
    pages = [
        reverse("appointment", args=[row.pk]),
        reverse("certificate_correct", args=[certificate.pk]),
        reverse("certificate_revoke", args=[certificate.pk]),
    ]
    forms = [
        *pages,
        reverse("appointments"),
        reverse("appointment_end", args=[row.pk]),
        reverse("issue"),
        reverse("mfa_generate_recovery_codes"),
    ]

    assert [is_asked(client.get(page)) for page in pages] == [True] * 3
    assert [is_asked(client.post(form)) for form in forms] == [True] * 7
    assert Appointment.objects.get(pk=row.pk).ended_at is None
    assert Certificate.objects.get().state == "valid"


def test_the_page_of_roles_can_be_looked_at_without_being_asked(client, office):
    assert client.get(reverse("appointments")).status_code == 200


def test_the_password_leads_to_the_page_that_was_opened(client, office):
    asked = client.get(reverse("second_step_lost"))

    answer = client.post(asked["Location"], {"password": PASSWORD})

    assert answer["Location"] == reverse("second_step_lost")
    assert client.get(reverse("second_step_lost")).status_code == 200


def test_the_code_of_an_app_does_as_well(client):
    someone()
    sign_in(client)
    secret = set_up_app(client)
    a_while_later(client)
    asked = client.get("/en/account/password/")["Location"]

    page = client.get(asked)
    way = next(row for row in page.context["reauthentication_alternatives"])
    answer = client.post(way["url"], {"code": app_code(secret, steps=1)})

    assert way["id"] == "mfa_reauthenticate"
    assert "A code of your app" in page.text
    assert answer["Location"] == "/en/account/password/"
    assert client.get("/en/account/password/").status_code == 200


def test_a_password_that_was_sent_is_kept_nowhere(client, office):
    page = reverse("account_change_password")

    answer = client.post(page, {"oldpassword": PASSWORD, "password1": "seven new words in a row"})
    client.post(answer["Location"], {"password": PASSWORD})

    assert is_asked(answer)
    assert way_back(answer) == page
    assert PASSWORD not in str(dict(client.session))
    assert "seven new words" not in str(dict(client.session))
    assert client.get(GO_ON).status_code == 302


def test_a_wrong_password_opens_nothing(client, office):
    asked = client.get(reverse("second_step_lost"))

    answer = client.post(asked["Location"], {"password": "not the password"})

    assert "This isn’t your password." in answer.text
    assert is_asked(client.get(reverse("second_step_lost")))


def test_what_was_written_meanwhile_is_kept_and_sent_with_one_more_click(client, office):
    certificate = records.issued(make.person(), by=make.administrator())
    page = reverse("certificate_revoke", args=[certificate.pk])
    written = {"reason": "Issued to <b>somebody</b> else", "seen": ["1", "2"]}

    asked = client.post(page, written)
    assert way_back(asked) == GO_ON
    assert Certificate.objects.get().state == "valid"
    back = client.post(asked["Location"], {"password": PASSWORD})
    kept = client.get(back["Location"])

    assert kept.context["to"] == page
    assert kept.context["fields"] == [
        ("reason", "Issued to <b>somebody</b> else"),
        ("seen", "1"),
        ("seen", "2"),
    ]
    assert "<b>somebody" not in kept.text
    client.post(page, {**written, **_form_key(client, page)})
    assert client.get(GO_ON)["Location"] == "/en/start/"  # it is kept no longer


def _form_key(client: Client, page: str) -> dict[str, str]:
    form = client.get(page).context["form"]
    return {name: form.initial[name] for name in ("key", "form_key") if name in form.initial}


def test_a_part_of_a_page_that_asks_leads_there_with_the_whole_page(client, office):
    answer = client.get(
        reverse("second_step_lost"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/en/desk/people/"},
    )

    assert answer["HX-Redirect"] == f"{AGAIN}?next=%2Fen%2Fdesk%2Fpeople%2F"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_nobody_is_led_away_after_saying_who_they_are(client, office, target):
    answer = client.post(AGAIN, {"password": PASSWORD, "next": target})

    assert answer["Location"] == "/en/start/"


def test_who_has_no_password_signs_in_with_a_new_code_and_comes_back(client):
    someone(password=None)
    client.force_login(Person.objects.get())
    a_while_later(client)
    page = "/en/account/password/first/"

    asked = client.get(page)
    ways = client.get(asked["Location"])
    out = client.post("/en/account/sign-out/", {"next": ways.context["way_back"]})
    assert is_asked(asked)
    client.post(out["Location"], {"email": "robin@example.org", "next": page})
    answer = client.post(ENTER_CODE, {"code": code(last_mail()), "next": page})

    assert answer["Location"] == page
    assert client.get(page).status_code == 200


def test_signing_in_counts_for_five_minutes(client):
    someone()
    sign_in(client)

    assert client.get("/en/account/e-mail/").status_code == 200
    a_while_later(client)
    assert is_asked(client.get("/en/account/e-mail/"))


def test_changing_ones_name_or_language_asks_for_nothing(client, office):
    assert client.get("/en/account/").status_code == 200
    assert not OutgoingMail.objects.exists()
