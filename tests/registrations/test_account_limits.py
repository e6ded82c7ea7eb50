"""Who tries again and again, and who asks who has an account (reliability B1, B4, B5, J3)."""

from collections import Counter

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client

from cec.outbox import OutgoingMail
from registrations.models import Person
from tests.races import at_once
from tests.registrations.signing_in import (
    CODE,
    ENTER_CODE,
    FORGOTTEN,
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    code,
    is_open,
    last_mail,
    link,
    says,
    sign_in,
    signed_in,
    someone,
)

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "kettle violin moss"


@pytest.fixture
def hashing(monkeypatch):
    """How often a password is hashed, which is what takes time."""
    count = Counter()

    def counted(real):
        def method(self, password, other):
            count["hashes"] += 1
            return real(self, password, other)

        return method

    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(Argon2PasswordHasher, name, counted(real))
    return count


WAYS = [
    (SIGN_IN, {"login": "{}", "password": "not the password"}),
    (SIGN_UP, {"email": "{}", "name": "Robin", "password1": PASSWORD}),
    (FORGOTTEN, {"email": "{}"}),
    (CODE, {"email": "{}"}),
]


@pytest.mark.parametrize(("path", "fields"), WAYS)
def test_nothing_tells_whether_an_address_has_an_account(path, fields, hashing):
    someone("known@example.org")
    answers = []

    for address in ("known@example.org", "other@example.org"):
        hashing.clear()
        client = Client()
        response = client.post(path, {key: text.format(address) for key, text in fields.items()})
        then = client.get(response["Location"]) if response.status_code == 302 else response
        answers.append(
            (
                response.status_code,
                response.get("Location"),
                says(response),
                says(then),
                sorted(response.cookies),
                hashing["hashes"],
            )
        )

    known, unknown = answers
    assert known == unknown


@pytest.mark.parametrize(
    ("path", "fields", "kinds"),
    [
        (*WAYS[1], ["account_exists", "account_opened"]),
        (*WAYS[2], ["password_forgotten", "account_unknown"]),
        (*WAYS[3], ["sign_in_code", "account_unknown"]),
    ],
)
def test_the_mailbox_tells_its_owner_what_the_page_does_not(path, fields, kinds):
    someone("known@example.org")

    for address in ("known@example.org", "other@example.org"):
        Client().post(path, {key: text.format(address) for key, text in fields.items()})

    mails = OutgoingMail.objects.order_by("id").values_list("to", "kind")
    assert list(mails) == [("known@example.org", kinds[0]), ("other@example.org", kinds[1])]
    for mail in OutgoingMail.objects.all():
        assert "Robin" not in mail.text  # nobody's words are carried into a stranger's mailbox


def test_the_sixth_wrong_password_in_five_minutes_is_not_even_looked_at(client):
    someone()
    for _try in range(5):
        sign_in(client, password="not the password")

    response = sign_in(client)

    assert not signed_in(client)
    assert "Wait five minutes" in response.content.decode()


def test_limits_hold_for_all_processes_because_they_are_in_the_database(client):
    someone()
    for _try in range(5):
        sign_in(client, password="not the password")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cec_cache")
        keys = [key for (key,) in cursor.fetchall() if "login_failed" in key]

    assert len(keys) == 2  # one for the visitor's address, one for the account


@pytest.mark.django_db(transaction=True)
def test_many_wrong_passwords_at_once_are_not_more_than_five():
    someone()

    answers = at_once([lambda: sign_in(Client(), password="not the password")] * 12)

    wrong = [says(answer).count("isn’t right") > 0 for answer in answers]
    assert sum(wrong) <= 5
    assert all(answer.status_code in (200, 429) for answer in answers)


def test_while_the_password_is_blocked_the_owner_gets_in_by_a_code(client):
    someone()
    for _try in range(6):
        sign_in(client, password="not the password")

    owner = Client()
    owner.post(CODE, {"email": "robin@example.org"})
    owner.post(ENTER_CODE, {"code": code(last_mail())})

    assert signed_in(owner)


def test_while_the_password_is_blocked_the_owner_gets_in_by_a_new_one(client):
    someone()
    for _try in range(6):
        sign_in(client, password="not the password")

    owner = Client()
    owner.post(FORGOTTEN, {"email": "robin@example.org"})
    form = owner.get(link(last_mail()))["Location"]
    owner.post(form, {"password1": NEW_PASSWORD})

    assert is_open(sign_in(owner, password=NEW_PASSWORD))


def test_one_address_tries_ten_wrong_passwords_a_minute_whatever_it_says_of_itself(client):
    answers = []

    for number in range(12):
        response = sign_in(
            client,
            f"person{number}@example.org",
            headers={
                "X-Forwarded-For": f"198.51.100.{number}",
                "X-Real-IP": f"198.51.100.{number}",
                "Forwarded": f"for=198.51.100.{number}",
                "CF-Connecting-IP": f"198.51.100.{number}",
            },
        )
        answers.append("isn’t right" in response.content.decode())

    assert answers == [True] * 10 + [False] * 2


def test_behind_one_proxy_two_visitors_are_counted_apart(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    someone()
    for number in range(11):
        sign_in(
            client,
            f"person{number}@example.org",
            headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.1"},
        )

    blocked = sign_in(Client(), headers={"X-Forwarded-For": "192.0.2.99, 198.51.100.1"})
    other = sign_in(Client(), headers={"X-Forwarded-For": "198.51.100.1, 198.51.100.2"})

    assert not is_open(blocked)
    assert is_open(other)


@pytest.mark.parametrize(
    ("path", "fields", "allowed"),
    [(FORGOTTEN, {"email": "robin@example.org"}, 5), (CODE, {"email": "robin@example.org"}, 3)],
)
def test_a_mailbox_gets_only_a_few_mails_a_minute(path, fields, allowed):
    someone()

    answers = [Client().post(path, fields) for _try in range(allowed + 2)]

    assert OutgoingMail.objects.count() == allowed
    assert all(answer.status_code in (200, 302, 429) for answer in answers)


def test_one_address_opens_twenty_accounts_a_minute_and_then_reads_why():
    for number in range(20):
        fields = {"email": f"p{number}@example.org", "name": "Robin", "password1": "short"}
        Client().post(SIGN_UP, fields)

    response = Client().post(
        SIGN_UP, {"email": "p@example.org", "name": "R", "password1": PASSWORD}
    )

    assert response.status_code == 429
    assert "Too many tries for now" in response.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "path",
    [SIGN_IN, SIGN_UP, CODE, FORGOTTEN, "/en/account/sign-out/", "/en/account/"],
)
def test_a_form_from_another_site_is_refused(path):
    someone()
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get())

    assert client.post(path, {"email": "robin@example.org"}).status_code == 403


def test_no_password_code_or_key_is_written_into_the_log(client, caplog):
    caplog.set_level("DEBUG")
    someone()
    sign_in(client, password="not the password")
    client.post(CODE, {"email": "robin@example.org"})
    secret = code(last_mail())
    client.post(ENTER_CODE, {"code": secret})
    Client().post(FORGOTTEN, {"email": "robin@example.org"})
    lines = [line for line in caplog.text.splitlines() if "django.db.backends" not in line]

    text = "\n".join(lines)

    assert "not the password" not in text
    assert PASSWORD not in text
    assert secret not in text
    assert link(last_mail()).split("-")[-1].strip("/") not in text
