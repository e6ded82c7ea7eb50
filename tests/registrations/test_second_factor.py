"""The second step: who needs it, what sleeps without it, and taking it (reliability B3)."""

import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from registrations.models import Event, Person
from tests import factories as make
from tests.registrations.signing_in import (
    APP,
    CODE,
    CODES,
    ENTER_CODE,
    FORGOTTEN,
    STEP,
    app_code,
    code,
    last_mail,
    link,
    one_step_only,
    set_up_app,
    sign_in,
    signed_in,
    someone,
)

pytestmark = pytest.mark.django_db

OVERVIEW = "/en/account/second-step/"
ROLES = {
    "representative": lambda who: make.appoint(who, "representative", "MLA"),
    "steering": lambda who: make.appoint(who, "steering"),
    "administrator": lambda who: make.appoint(who, "administrator"),
    "organisation": lambda who: make.appoint(who, "organisation", organisation=make.organisation()),
}


def staff(role: str = "administrator", **known: str) -> Person:
    """Somebody with a role and a password who set no second step up yet."""
    who = someone(**known)
    ROLES[role](who)
    Authenticator.objects.filter(user=who).delete()
    return who


@pytest.fixture
def with_app(client):
    """An administrator with an app, signed out again; the fixture is the app's secret."""
    staff()
    sign_in(client)
    secret = set_up_app(client)
    client.post("/en/account/sign-out/")
    return secret


PAGES = {
    "representative": ["desk", "queue", "roster_home", "handover"],
    "steering": ["desk", "queue", "appointments", "notices", "work"],
    "administrator": ["payments", "issuing", "appointments", "rules_home", "mail_texts"],
    "organisation": ["organisations"],
}


@pytest.mark.parametrize(("role", "page"), [(role, page) for role in PAGES for page in PAGES[role]])
def test_without_a_second_step_every_staff_page_leads_to_setting_one_up(client, role, page):
    staff(role)
    sign_in(client)

    answer = client.get(reverse(page), follow=True)

    assert answer.redirect_chain[-1][0] == OVERVIEW
    assert "Set up a second step to go on" in answer.text


def test_a_part_of_a_staff_page_leads_there_with_the_whole_page(client):
    staff()
    sign_in(client)

    answer = client.get(reverse("payments"), headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == OVERVIEW


def test_without_a_second_step_nothing_is_done_for_others(client):
    row = make.registration(status="submitted", paid=True)
    staff()
    sign_in(client)

    answer = client.post(
        reverse("desk_pay", args=[row.pk]), {"amount": "5", "received_on": "2026-01-05"}
    )

    assert answer["Location"] == OVERVIEW
    assert row.payments.count() == 1


def test_without_a_second_step_ones_own_record_stays_open(client):
    who = staff("steering")
    row = make.registration(who)
    sign_in(client)

    own = client.get(reverse("record", args=[row.pk]))
    other = client.get(reverse("record", args=[make.registration().pk]))

    assert own.status_code == 200
    assert "/desk/" not in own.text
    assert other["Location"] == OVERVIEW  # which a role would let one see


def test_an_address_that_nothing_has_stays_one(client):
    staff()
    sign_in(client)

    assert client.get("/en/no-such-page/").status_code == 404


def test_a_person_without_a_role_is_not_led_anywhere(client):
    someone()
    sign_in(client)

    assert client.get(reverse("payments")).status_code == 403
    assert "offered" not in client.get(OVERVIEW).text


def test_where_it_is_only_offered_roles_work_without(client, settings):
    settings.STAFF_SECOND_FACTOR = "offered"
    staff()
    sign_in(client)

    assert client.get(reverse("payments")).status_code == 200
    assert "for trying things out" in client.get(OVERVIEW).text


def test_a_real_site_does_not_start_where_it_is_only_offered():
    environment = {
        "PATH": "/usr/bin:/bin",
        "SECRET_KEY": "".join(chr(33 + number) for number in range(60)),
        "ALLOWED_HOSTS": "cec.example.org",
        "SITE_URL": "https://cec.example.org",
        "DATABASE_URL": "postgresql://cec@localhost/cec",
        "REDIS_URL": "redis://localhost/0",
        "SIGNING_KEY_FILE": "key.pem",
        "STAFF_SECOND_FACTOR": "offered",
    }

    started = subprocess.run(
        [sys.executable, "-c", "import cec.settings"],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode != 0
    assert "STAFF_SECOND_FACTOR must be required, not 'offered'." in started.stderr


def test_setting_an_app_up_wakes_the_role_in_this_session_and_tells_the_owner(client):
    who = staff()
    sign_in(client)

    secret = set_up_app(client)

    assert client.get(reverse("payments")).status_code == 200
    assert last_mail().kind == "factor_added"
    event = Event.objects.get(kind="factor_added")
    assert (event.actor, event.person, event.details) == (who, who, {"factor": "totp"})
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept


def test_a_wrong_code_sets_nothing_up(client):
    staff()
    sign_in(client)
    client.get(APP)

    answer = client.post(APP, {"code": "000000"})

    assert "This isn’t the code." in answer.text
    assert not Authenticator.objects.exists()
    assert not Event.objects.filter(kind="factor_added").exists()


def test_the_picture_is_the_key_that_the_page_shows_and_comes_from_this_site(client):
    staff()
    sign_in(client)

    page = client.get(APP)
    picture = client.get("/en/account/second-step/app/picture/")

    assert page.context["secret"].replace(" ", "") == client.session["mfa.totp.secret"]
    assert page.context["secret"] in page.text
    assert "data:image" not in page.text
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture["Cache-Control"] == "no-store, private"
    assert b"<svg" in picture.content


def test_signing_in_takes_the_code_of_the_app(client, with_app):
    first = sign_in(client)
    assert first["Location"] == STEP
    assert not signed_in(client)

    client.post(STEP, {"code": app_code(with_app, steps=1)})

    assert client.get(reverse("payments")).status_code == 200


def test_a_mailed_code_does_not_skip_the_second_step(client, with_app):
    client.post(CODE, {"email": "robin@example.org"})
    answer = client.post(ENTER_CODE, {"code": code(last_mail("sign_in_code"))})

    assert answer["Location"] == STEP
    assert not signed_in(client)


def test_a_new_password_does_not_skip_the_second_step(client, with_app):
    client.post(FORGOTTEN, {"email": "robin@example.org"})
    form = client.get(link(last_mail("password_forgotten")))["Location"]
    client.post(form, {"password1": "kettle violin moss"})

    assert not signed_in(client)
    assert sign_in(client, password="kettle violin moss")["Location"] == STEP


def test_a_code_that_was_used_is_refused(client, with_app):
    now = app_code(with_app, steps=1)
    sign_in(client)
    client.post(STEP, {"code": now})
    other = Client()
    sign_in(other)

    answer = other.post(STEP, {"code": f"{now[:3]} {now[3:]}"})

    assert signed_in(client)
    assert "This isn’t the code." in answer.text
    assert not signed_in(other)


def test_after_five_wrong_codes_the_right_one_is_not_even_looked_at(client, with_app):
    sign_in(client)
    for _try in range(5):
        client.post(STEP, {"code": "000000"})

    answer = client.post(STEP, {"code": app_code(with_app, steps=1)})

    assert "Wait five minutes" in answer.text
    assert not signed_in(client)
    assert Event.objects.filter(kind="second_step_failed", actor=None).count() == 5


def test_a_recovery_code_gets_in_once(client, with_app):
    sign_in(client)
    client.post(STEP, {"code": app_code(with_app, steps=1)})
    shown = client.post(CODES).context["codes"]
    first, second = Client(), Client()
    for visitor in (first, second):
        sign_in(visitor)
        visitor.post(STEP, {"code": shown[0]})

    assert len(shown) == 10
    assert signed_in(first)
    assert not signed_in(second)


def test_recovery_codes_are_shown_once_and_only_to_whoever_asks_for_that(client, with_app):
    sign_in(client)
    client.post(STEP, {"code": app_code(with_app, steps=1)})
    asked = client.get(CODES)
    assert "codes" not in asked.context or not asked.context["codes"]

    shown = client.post(CODES).context["codes"]
    at_once = client.post(CODES).context["codes"]
    row = Authenticator.objects.get(type="recovery_codes")
    row.data["viewed_at"] -= 61
    row.save()
    later = client.post(CODES)

    assert len(shown) == 10
    assert at_once == shown  # a double click
    assert later.context["codes"] == []
    assert shown[0] not in later.text


def test_new_recovery_codes_take_the_place_of_the_old_ones(client, with_app):
    sign_in(client)
    client.post(STEP, {"code": app_code(with_app, steps=1)})
    old = client.post(CODES).context["codes"]

    client.post("/en/account/second-step/codes/new/")

    assert not set(old) & set(client.post(CODES).context["codes"])
    assert last_mail().kind == "codes_renewed"
    assert Event.objects.filter(kind="codes_renewed").count() == 1


def test_a_session_that_took_one_step_before_there_were_two_has_no_role(client):
    make.appoint(someone(), "administrator")
    client.force_login(Person.objects.get())
    one_step_only(client)

    answer = client.get(reverse("payments"))

    assert answer["Location"] == "/en/account/is-it-you/code/?next=%2Fen%2Fdesk%2Fpayments%2F"


def test_taking_the_second_step_there_leads_back(client, with_app):
    client.force_login(Person.objects.get())
    one_step_only(client)
    asked = client.get(reverse("payments"))["Location"]

    answer = client.post(asked, {"code": app_code(with_app, steps=1)})

    assert answer["Location"] == reverse("payments")
    assert client.get(reverse("payments")).status_code == 200


def test_whoever_removes_the_last_one_is_told_and_asked_for_another(client, with_app):
    sign_in(client)
    client.post(STEP, {"code": app_code(with_app, steps=1)})

    client.post("/en/account/second-step/app/remove/")

    assert not Authenticator.objects.exists()
    assert last_mail().kind == "factor_removed"
    assert Event.objects.filter(kind="factor_removed").count() == 1
    assert client.get(reverse("payments"))["Location"] == OVERVIEW


def test_somebody_elses_passkey_cannot_be_removed(client):
    other = Authenticator.objects.create(
        user=make.person(), type="webauthn", data={"name": "Phone", "credential": {}}
    )
    client.force_login(someone())

    answer = client.post(reverse("mfa_remove_webauthn", args=[other.pk]))

    assert answer.status_code == 404
    assert Authenticator.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("credential", ["", "{", "{}", "[]", '"x"', '{"id": "x"}', "null"])
def test_what_is_no_passkey_signs_nobody_in_and_adds_nothing(client, credential):
    signing_in = Client().post("/en/account/sign-in/passkey/", {"credential": credential})
    client.force_login(someone())
    client.get("/en/account/second-step/passkey/")
    adding = client.post("/en/account/second-step/passkey/", {"credential": credential})

    assert signing_in["Location"].startswith("/en/account/sign-in/")
    assert adding.status_code == 200
    assert not Authenticator.objects.exists()


def test_another_secret_key_makes_codes_worthless_and_the_old_one_beside_it_does_not(
    client, with_app, settings
):
    old = settings.SECRET_KEY
    row = Authenticator.objects.get(type="totp")

    settings.SECRET_KEY = "x" * 60
    assert not row.wrap().validate_code(app_code(with_app, steps=1))
    settings.SECRET_KEY_FALLBACKS = [old]
    assert row.wrap().validate_code(app_code(with_app, steps=1))
