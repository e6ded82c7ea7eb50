"""What a provider tells afterwards: twice, late, in any order, about mails that nobody knows."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import path

from cec import bounces, provider, provider_events, urls
from cec.bounces import FailingAddress
from cec.outbox import OutgoingMail
from tests.cec.mails import again, written
from tests.cec.providers import WEBHOOK_SECRET

Answer = OutgoingMail.Answer
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)

urlpatterns = [
    path("postmark/", provider.webhook("postmark")),
    path("brevo/", provider.webhook("brevo")),
    *urls.urlpatterns,
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def _set_up(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": WEBHOOK_SECRET}


def tell(name, event, *, secret=WEBHOOK_SECRET):
    """Post an event as the provider does, and return the status of the answer."""
    words = base64.b64encode(secret.encode()).decode()
    return (
        Client(enforce_csrf_checks=True)
        .post(
            f"/{name}/",
            json.dumps(event),
            content_type="application/json",
            headers={"authorization": f"Basic {words}"},
        )
        .status_code
    )


def bounce(mail, *, kind="HardBounce", at=NOON, **more):
    """Postmark's event, as its documentation shows it."""
    return {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "Type": kind,
        "MessageID": "theirs",
        "Metadata": {provider.OURS: mail.message_id},
        "Description": "The server was unable to deliver your message",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist",
        "Email": mail.to,
        "BouncedAt": at.isoformat(),
        **more,
    }


def delivered(mail, *, at=NOON):
    return {
        "RecordType": "Delivery",
        "MessageID": "theirs",
        "Metadata": {provider.OURS: mail.message_id},
        "Recipient": mail.to,
        "DeliveredAt": at.isoformat(),
    }


def failing():
    return list(FailingAddress.objects.values_list("address", "why"))


def test_an_address_that_doesnt_exist_is_noted_beside_the_mail_and_by_itself():
    (mail,) = written(state="sent")

    assert tell("postmark", bounce(mail)) == 200

    assert (again(mail).state, mail.answer, mail.answered_at) == ("sent", Answer.RETURNED, NOON)
    assert "does not exist" in mail.answer_words
    assert failing() == [("reader0@example.org", Answer.RETURNED)]


def test_an_event_that_comes_twice_changes_nothing_the_second_time():
    (mail,) = written(state="sent")
    tell("postmark", bounce(mail))
    bounces.works(mail.to)

    assert tell("postmark", bounce(mail, at=NOON + timedelta(hours=1))) == 200

    assert again(mail).answered_at == NOON
    assert failing() == []


def test_a_mail_is_found_by_the_providers_name_for_it_where_ours_doesnt_come_back():
    (mail,) = written(state="sent", provider_id="theirs")

    tell("postmark", {**bounce(mail), "Metadata": {}})

    assert again(mail).answer == Answer.RETURNED


@pytest.mark.parametrize(
    "change", [{"Metadata": {provider.OURS: "<x>"}}, {"Metadata": {}}, {"Metadata": {"a": "b"}}]
)
def test_an_event_of_a_mail_that_nobody_knows_is_passed_over(change):
    (mail,) = written(state="sent")

    assert tell("postmark", {**bounce(mail), "MessageID": "", **change}) == 200

    assert again(mail).answer == ""


@pytest.mark.parametrize(
    ("kind", "details", "answer"),
    [
        ("HardBounce", "", Answer.RETURNED),
        ("HardBounce", "550 5.1.1 unknown", Answer.RETURNED),
        ("HardBounce", "550 5.7.1 we don't like you", Answer.REFUSED),
        ("SoftBounce", "452 4.2.2 mailbox full", Answer.REFUSED),
        ("BadEmailAddress", "", Answer.RETURNED),
        ("Blocked", "", Answer.REFUSED),
        ("VirusNotification", "", Answer.REFUSED),
        ("SpamComplaint", "", Answer.COMPLAINED),
        ("Unsubscribe", "", Answer.UNSUBSCRIBED),
        ("Transient", "", ""),
        ("AutoResponder", "", ""),
        ("SomethingNew", "", Answer.REFUSED),
    ],
)
def test_what_each_kind_of_event_means(kind, details, answer):
    (mail,) = written(state="sent")

    tell("postmark", bounce(mail, kind=kind, Details=details))

    assert again(mail).answer == answer
    fails = answer in (Answer.RETURNED, Answer.COMPLAINED)
    assert failing() == ([(mail.to, answer)] if fails else [])


def test_a_soft_bounce_of_brevo_is_no_bad_address():
    hard, soft = written(2, state="sent")
    events = [(hard, "hard_bounce"), (soft, "soft_bounce")]

    for mail, kind in events:
        said = {provider.OURS: mail.message_id}
        tell("brevo", {"event": kind, "email": mail.to, "X-Mailin-custom": json.dumps(said)})

    assert [again(mail).answer for mail in (hard, soft)] == [Answer.RETURNED, Answer.REFUSED]


@pytest.mark.parametrize("turned", [False, True])
def test_an_address_that_a_later_mail_reached_works_in_whatever_order_that_is_told(turned):
    first, second = written(2, state="sent")
    OutgoingMail.objects.update(to="Reader@Example.org")
    events = [bounce(again(first)), delivered(again(second), at=NOON + timedelta(hours=1))]

    for event in reversed(events) if turned else events:
        tell("postmark", event)

    assert failing() == []
    assert again(first).answer == Answer.RETURNED
    assert again(second).delivered_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize("turned", [False, True])
def test_a_mail_that_arrived_earlier_says_nothing_for_the_address(turned):
    first, second = written(2, state="sent")
    OutgoingMail.objects.update(to="reader@example.org")
    events = [bounce(again(first)), delivered(again(second), at=NOON - timedelta(hours=1))]

    for event in reversed(events) if turned else events:
        tell("postmark", event)

    assert failing() == [("reader@example.org", Answer.RETURNED)]


def test_a_complaint_outweighs_a_bounce_and_isnt_outweighed():
    (mail,) = written(state="sent")

    for kind in ("HardBounce", "SpamComplaint", "HardBounce", "SoftBounce"):
        tell("postmark", bounce(mail, kind=kind))

    assert again(mail).answer == Answer.COMPLAINED


def test_a_time_that_is_yet_to_come_is_now():
    (mail,) = written(state="sent")

    tell("postmark", bounce(mail, at=NOON + timedelta(days=9_999)))

    assert again(mail).answered_at < NOON + timedelta(days=9_999)


def test_hostile_words_are_kept_short_and_in_one_line():
    (mail,) = written(state="sent")

    status = tell("postmark", bounce(mail, Details="550 a\0b\r\nBcc: x " + "long " * 1_000))

    assert status == 200
    assert again(mail).answer_words.startswith("550 ab Bcc: x long")
    assert len(mail.answer_words) <= 500


@pytest.mark.parametrize("secret", ["", "cec:wrong", "cec:", "other:sixteen-letters-at-least"])
def test_whoever_doesnt_know_the_secret_is_refused(secret):
    (mail,) = written(state="sent")

    assert tell("postmark", bounce(mail), secret=secret) == 400

    assert again(mail).answer == ""


def test_a_page_has_nothing_to_read_there():
    assert Client().get("/postmark/").status_code == 405


def test_the_webhook_exists_with_a_provider_only(settings):
    settings.MAIL_PROVIDER = ""
    assert provider.addresses() == []

    settings.MAIL_PROVIDER = "postmark"
    (entry,) = provider.addresses()

    assert entry.name == "mail_events"
    assert provider_events.told
