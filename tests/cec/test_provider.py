"""Giving mail to a provider that takes it, refuses it or breaks down, as to a mail server (H6)."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from cec import delivery, health
from cec import environment as env
from cec import provider as providing
from cec.bounces import FailingAddress
from cec.outbox import Attachment, OutgoingMail
from tests.cec.mails import again, aged, written
from tests.cec.providers import KEY, SECOND, TAKEN, WEBHOOK_SECRET, provider

State, Trouble, Answer = OutgoingMail.State, OutgoingMail.Trouble, OutgoingMail.Answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


@pytest.fixture
def name():
    return "postmark"


@pytest.fixture
def post(name, settings, monkeypatch):
    """A provider that the product is set up for, by the environment as a site would be."""
    with provider(name) as told:
        for variable, value in {
            "MAIL_PROVIDER_KEY": KEY,
            "MAIL_PROVIDER_SECRET": SECOND,
            "MAIL_PROVIDER_URL": told.url,
            "MAIL_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }.items():
            monkeypatch.setenv(variable, value)
        settings.MAIL_SERVER, settings.MAIL_PROVIDER = None, name
        settings.ANYMAIL = env.mail_provider(name)
        settings.DEFAULT_FROM_EMAIL = "The Partnership <cec@example.org>"
        settings.MAIL_PER_MINUTE, settings.EMAIL_TIMEOUT = 1_000, 5
        yield told


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_every_provider_gets_the_mail_that_a_server_would_get(post, name):
    (mail,) = written(language="fr", unsubscribe="https://cec.example.org/u/abc")
    Attachment.objects.create(mail=mail, name="a.pdf", content_type="application/pdf", content=b"%")

    assert delivery.deliver_due() == 1

    body = post.body()
    for said in (
        *("reader0@example.org", "Subject 0", "<p>HTML</p>", "a.pdf", "auto-generated"),
        *("Message-ID", "<0@example.org>", "https://cec.example.org/u/abc"),
        *("List-Unsubscribe=One-Click", "cec@example.org"),
    ):
        assert said.lower() in body.lower(), said
    addresses = {word for word in body.replace('"', " ").replace("\\", " ").split() if "@" in word}
    assert {each.strip("<>,\r\n") for each in addresses} <= {
        "reader0@example.org",
        "cec@example.org",
        "0@example.org",
    }
    assert (again(mail).state, mail.attempts, mail.last_error) == (State.SENT, 1, "")
    assert mail.provider_id in ("theirs", "77", f"<theirs@{name}>")


def test_nobody_counts_who_opens_a_mail_or_follows_a_link(post):
    written()

    delivery.deliver_due()

    assert '"TrackOpens": false' in post.body()
    assert '"TrackLinks": "None"' in post.body()


def test_a_provider_that_takes_longer_than_the_time_limit_is_asked_again(post, monkeypatch):
    (mail,) = written()

    def crawls(*_arguments):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr("anymail.backends.postmark.EmailBackend.send_messages", crawls)

    with pytest.raises(SoftTimeLimitExceeded):
        delivery.deliver_due()

    assert (again(mail).state, mail.trouble) == (State.QUEUED, Trouble.SERVER)


def test_the_message_id_stays_the_same_when_the_answer_was_lost(post):
    (mail,) = written()
    post.cuts = True
    delivery.deliver_due()
    assert (again(mail).state, mail.trouble) == (State.QUEUED, Trouble.SERVER)

    post.cuts = False
    aged(mail, due_at=0)
    delivery.deliver_due()

    assert [b"<0@example.org>" in body for _path, _headers, body in post.requests] == [True] * 2
    assert b"X-PM-KeepID" in post.requests[0][2]


@pytest.mark.parametrize(
    ("status", "answer", "state", "trouble"),
    [
        (401, {"ErrorCode": 10, "Message": "Wrong token"}, State.QUEUED, Trouble.SERVER),
        (429, {}, State.QUEUED, Trouble.SERVER),
        (500, {}, State.QUEUED, Trouble.SERVER),
        (503, {}, State.QUEUED, Trouble.SERVER),
        (422, {"ErrorCode": 400, "Message": "Sender"}, State.QUEUED, Trouble.RECIPIENT),
        (400, {}, State.QUEUED, Trouble.RECIPIENT),
        (413, {}, State.FAILED, Trouble.NONE),
    ],
)
def test_what_the_provider_says_decides(post, status, answer, state, trouble):
    first, second = written(2)
    post.status, post.answer = status, answer

    delivery.deliver_due()

    assert (again(first).state, first.trouble) == (state, trouble)
    tried_the_next = again(second).attempts == 1
    assert tried_the_next == (trouble != Trouble.SERVER)
    assert KEY not in first.last_error
    assert not FailingAddress.objects.exists()


@pytest.mark.parametrize("answer", ["nonsense", {}, [1], None])
def test_a_yes_that_nobody_understands_is_a_yes(post, answer):
    (mail,) = written()
    post.answer = answer

    delivery.deliver_due()

    assert (again(mail).state, mail.provider_id) == (State.SENT, "")


def test_a_reader_whom_the_provider_refuses_is_an_address_that_fails(post):
    (mail,) = written()
    post.status = 422
    post.answer = {
        "ErrorCode": 406,
        "Message": "Found inactive addresses: reader0@example.org. Inactive recipients are ones",
    }

    delivery.deliver_due()

    assert (again(mail).state, mail.answer) == (State.FAILED, Answer.RETURNED)
    assert "Found inactive addresses" in mail.last_error
    assert FailingAddress.objects.get().address == "reader0@example.org"


def test_a_provider_that_hangs_costs_one_timeout(post, settings):
    settings.EMAIL_TIMEOUT = 0.3
    post.hangs.clear()
    first, second = written(2)

    delivery.deliver_due()

    assert (again(first).state, first.trouble) == (State.QUEUED, Trouble.SERVER)
    assert again(second).attempts == 0


def test_a_mail_that_cannot_be_built_fails_and_holds_nobody_up(post):
    broken, fine = written(2)
    OutgoingMail.objects.filter(pk=broken.pk).update(to="no address")

    delivery.deliver_due()

    assert again(broken).state == State.FAILED
    assert again(fine).state == State.SENT


def test_a_setting_that_is_missing_holds_all_mail_and_loses_none(post, settings):
    settings.ANYMAIL = {}
    (mail,) = written()

    delivery.deliver_due()

    assert (again(mail).state, mail.trouble) == (State.QUEUED, Trouble.SERVER)


def test_what_is_urgent_goes_first_and_no_more_go_than_the_setting_says(post, settings):
    settings.MAIL_PER_MINUTE = 10
    written(20)
    codes = written(3, urgent=True)

    delivery.deliver_due()
    more = written(3, urgent=True)
    delivery.deliver_due()

    assert post.subjects()[:3] == [mail.subject for mail in codes]
    assert post.subjects()[8:] == [mail.subject for mail in more[:2]]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_provider_is_spoken_to(post, monkeypatch):
    written()
    seen = []
    real = providing.hand_over
    monkeypatch.setattr(
        delivery.provider,
        "hand_over",
        lambda *given: seen.append(transaction.get_connection().in_atomic_block) or real(*given),
    )

    delivery.deliver_due()

    assert seen == [False]


def test_a_site_with_a_provider_is_ready(post):
    assert health.CHECKS["mail"]()
