"""Opening an account; every page and mail of allauth in our own dress (reliability B1, B8)."""

from pathlib import Path

import allauth.account.urls
import pytest
from django.conf import settings as django_settings
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cec import mail
from cec.outbox import OutgoingMail
from registrations import account_urls
from registrations.accounts import LETTERS
from registrations.models import Event, Person
from tests.races import at_once
from tests.registrations.signing_in import (
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    is_open,
    last_mail,
    link,
    sign_in,
    signed_in,
    someone,
)

pytestmark = pytest.mark.django_db

NEW = {"name": "Anaïs Ḵwa'la", "email": "Anais@Example.org", "password1": PASSWORD}


def test_who_opens_an_account_confirms_the_address_and_is_in(client):
    response = client.post(SIGN_UP, NEW)

    assert response["Location"] == "/en/account/e-mail/confirm/"
    person = Person.objects.get()
    assert (person.name, person.email, person.language) == (NEW["name"], "anais@example.org", "en")
    assert not signed_in(client)
    letter = last_mail()
    assert (letter.kind, letter.to, letter.person) == ("account_opened", person.email, person)

    opened = client.get(link(letter))
    assert b"Yes, confirm it" in opened.content
    assert not signed_in(client)

    confirmed = client.post(link(letter))
    assert confirmed["Location"] == "/en/start/"
    assert signed_in(client)


@pytest.mark.parametrize("has_account", [False, True])
def test_the_page_says_where_the_link_went_so_that_a_slip_is_seen(client, has_account):
    if has_account:
        someone(NEW["email"])

    page = client.post(SIGN_UP, NEW, follow=True).text

    assert "We’ve sent a link to <strong" in page
    assert ">Anais@Example.org</strong>" in page
    assert f'href="{SIGN_UP}"' in page


def test_it_names_the_address_of_the_latest_try(client):
    client.post(SIGN_UP, NEW)
    client.post(SIGN_UP, {**NEW, "email": "first@example.org"})

    sent = sign_in(client, NEW["email"])
    page = client.get(sent["Location"]).text

    assert ">anais@example.org</strong>" in page.lower()
    assert "first@example.org" not in page


def test_without_a_try_it_names_none(client):
    page = client.get("/en/account/e-mail/confirm/").text

    assert "We’ve sent you a link" in page


def test_the_profile_gets_the_language_of_the_page(client):
    with translation.override("fr"):
        url = reverse("account_signup")

    client.post(url, NEW)

    assert Person.objects.get().language == "fr"
    assert last_mail().language == "fr"
    assert "/fr/" in last_mail().text


def test_confirming_the_first_address_is_no_change_of_it(client):
    client.post(SIGN_UP, NEW)

    client.post(link(last_mail()))

    assert not Event.objects.filter(kind="email_changed").exists()


def test_a_link_that_is_only_looked_at_confirms_nothing(client):
    client.post(SIGN_UP, NEW)
    scanner = Client()

    for _visit in range(3):
        scanner.get(link(last_mail()))
        scanner.head(link(last_mail()))

    assert sign_in(client, NEW["email"])["Location"] == "/en/account/e-mail/confirm/"


def test_confirming_in_another_browser_signs_nobody_in(client):
    client.post(SIGN_UP, NEW)
    other = Client()

    response = other.post(link(last_mail()))

    assert response["Location"] == SIGN_IN
    assert not signed_in(other)
    assert is_open(sign_in(other, NEW["email"]))


def test_a_link_works_once(client):
    client.post(SIGN_UP, NEW)
    confirm = link(last_mail())
    client.post(confirm)
    other = Client()

    assert "This link doesn’t work any more" in other.get(confirm).content.decode()
    assert other.post(confirm).status_code == 404


def test_opening_somebodys_link_while_signed_in_as_another_changes_nothing(client):
    Client().post(SIGN_UP, NEW)
    confirm = link(last_mail())
    client.force_login(someone())

    client.get(confirm)

    assert signed_in(client)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Write your name."),
        ({"name": " \u200b\u202e "}, "Write your name."),
        ({"name": "12"}, "Write your name with letters."),
        ({"name": "R" * 151}, "at most 150 characters"),
        ({"email": "anais"}, "Enter a valid email address."),
        ({"password1": "short"}, "at least 12 characters"),
        ({"password1": "anais-2026-KWA"}, "easy to guess"),
        ({"password1": "x7Kq-" * 26}, "at most 128 characters"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_opens_nothing(client, changes, message):
    response = client.post(SIGN_UP, {**NEW, **changes})

    assert message in response.content.decode()
    assert not Person.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anaïs   Ḵwa'la ", "Anaïs Ḵwa'la"),
        ("Anai\u0308s X", "Anaïs X"),
        ("ᓇᑖᓕᐊ", "ᓇᑖᓕᐊ"),
        ("Bob\u202egnp.exe", "Bobgnp.exe"),
        ("Bob\r\nBcc: all", "Bob Bcc: all"),
        ("<b>Bob</b>", "<b>Bob</b>"),
    ],
)
def test_a_name_is_kept_as_it_is_written_without_letters_that_nobody_sees(client, typed, kept):
    client.post(SIGN_UP, {**NEW, "name": typed})

    assert Person.objects.get().name == kept


def test_only_what_the_form_asks_for_is_kept(client):
    client.post(
        SIGN_UP,
        {**NEW, "is_staff": "1", "is_superuser": "1", "id": "1", "language": "fr", "theme": "dark"},
    )

    person = Person.objects.get()
    assert (person.is_staff, person.is_superuser) == (False, False)
    assert (person.language, person.theme) == ("en", "auto")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_address_open_one_account():
    answers = at_once([lambda: Client().post(SIGN_UP, NEW)] * 4)

    assert [answer["Location"] for answer in answers] == ["/en/account/e-mail/confirm/"] * 4
    assert Person.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="account_opened").count() == 1


THEIRS = Path(allauth.account.__file__).parents[1] / "templates"


def test_every_page_of_allauth_that_can_be_reached_is_ours():
    not_reached = {
        "base_confirm_code", "base_entrance", "base_manage", "base_manage_email",
        "base_manage_password", "base_manage_phone", "base_reauthenticate",
        "confirm_email_verification_code",  # addresses are confirmed by a link
        "confirm_password_reset_code",  # and passwords reset by one
        "confirm_phone_verification_code", "phone_change",
        "email",  # one address each: email_change
        "signup_by_passkey",
        "verified_email_required",  # for a decorator that we don't use
        "sessions_logged_out",  # one of ours says it
        "trust",  # no browser is let off the second step
        "base", "generate",  # recovery codes are made on the page that shows them
        "authenticator_list", "signup_form",
    }  # fmt: skip
    ours = django_settings.BASE_DIR / "templates"

    pages = [
        path
        for folder in ("account", "mfa", "usersessions")
        for path in (*(THEIRS / folder).rglob("*.html"), *(THEIRS / folder / "messages").glob("*"))
        if path.stem not in not_reached
        and path.parent.name != "snippets"
        and not path.stem.startswith("phone")
    ]

    assert len(pages) > 30
    for path in pages:
        origin = get_template(str(path.relative_to(THEIRS))).origin.name
        assert Path(origin).is_relative_to(ours), path


def test_every_mail_of_allauth_is_a_letter_of_ours():
    theirs = THEIRS / "account" / "email"
    not_sent = {"email_confirm", "password_reset_code"}

    mails = {path.name.removesuffix("_subject.txt") for path in theirs.glob("*_subject.txt")}

    assert mails - not_sent == set(LETTERS)
    assert {kind for kind, _about in LETTERS.values()} <= set(mail.kinds())


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "name",
    [pattern.name for pattern in account_urls.urlpatterns if not pattern.pattern.converters],
)
def test_every_page_of_the_account_opens_in_both_languages(client, name, language):
    if name == "account_reset_password_from_key":
        name_and_words = {"uidb36": "1", "key": "none-such"}
    else:
        name_and_words = {}
    with translation.override(language):
        url = reverse(name, kwargs=name_and_words)
    client.force_login(someone())
    only_sent = ("data_copy_ask", "keep_data", "mfa_generate_recovery_codes")
    unfit = {405} if "end_" in name or name in only_sent else set()
    unfit |= {404} if name in ("mfa_totp_picture", "mfa_deactivate_totp") else set()
    unfit |= {404} if name == "mfa_view_recovery_codes" else set()

    for visitor in (Client(), client):
        response = visitor.get(url)
        while response.status_code == 302:
            assert response["Location"].startswith(f"/{language}/")
            if "/start" in response["Location"]:
                break
            response = visitor.get(response["Location"])
        if name == "mfa_login_webauthn" and visitor is not client:
            assert "challenge" in response.json()["options"]["publicKey"]
        elif response.status_code == 200:
            page = response.content.decode()
            assert f'<html lang="{language}"' in page
            assert page.count("<h1") == 1
            assert "style=" not in page
        else:
            assert response.status_code in {302} | unfit


def test_every_page_of_allauth_that_we_need_has_an_address():
    theirs = {pattern.name for pattern in allauth.account.urls.urlpatterns}
    names = {pattern.name for pattern in account_urls.urlpatterns}

    ours = {"account", "reminders", "account_go_on", "session_end", "sessions_end_others"}
    ours |= {"consents", "who_looked", "my_data", "data_copy_ask", "data_copy"}
    ours |= {"erase_data", "keep_data", "erasure_keep"}
    assert theirs <= names
    assert {name for name in names - theirs if not name.startswith("mfa_")} == {
        "usersessions_list",
        *ours,
    }
