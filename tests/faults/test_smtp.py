"""Outages of the mail server, through whole hours of a clock that is moved (reliability H6, H7)."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from cec import delivery
from cec.outbox import OutgoingMail
from tests import factories as make
from tests.cec.mails import written
from tests.faults.outages import OUTAGES, at
from tests.races import at_once

State = OutgoingMail.State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outbox")]


def minutes_pass(count=1):
    """Let so many minutes have passed since all that was written and tried."""
    fields = ("created_at", "due_at", "claimed_at", "sent_at")
    OutgoingMail.objects.update(**{name: F(name) - timedelta(minutes=count) for name in fields})


def minutes_until_all_is_sent(*, most):
    for minute in range(most):
        delivery.deliver_due()
        if not OutgoingMail.objects.waiting().exists():
            return minute
        minutes_pass()
    return most


QUICK = {"connection refused", "certificate nobody vouches for"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else pytest.mark.faults) for name in OUTAGES],
)
def test_an_hour_without_a_mail_server_loses_and_doubles_nothing(name, mailbox, settings, tmp_path):
    settings.MAIL_PER_MINUTE, settings.EMAIL_TIMEOUT = 60, 0.05
    with OUTAGES[name](tmp_path) as server:
        settings.MAIL_SERVER = server
        for minute in range(60):
            written(3 if minute % 6 == 0 else 0)
            delivery.deliver_due()
            minutes_pass()
        tried = OutgoingMail.objects.filter(attempts__gt=0).count()
        lost = OutgoingMail.objects.exclude(state=State.QUEUED).count()
    settings.MAIL_SERVER, settings.EMAIL_TIMEOUT = mailbox.server, 5

    took = minutes_until_all_is_sent(most=30)

    assert tried > 5
    assert lost == 0
    assert took <= 15
    assert Counter(mailbox.subjects()) == Counter(f"Subject {number}" for number in range(30))


@pytest.mark.faults
def test_three_days_without_a_mail_server_lose_nothing(mailbox, settings):
    written(20)
    port, settings.MAIL_SERVER = mailbox.port, at(1)
    for _hour in range(71 * 2):
        delivery.deliver_due()
        minutes_pass(30)
    settings.MAIL_SERVER = at(port)

    took = minutes_until_all_is_sent(most=30)

    assert took <= 15
    assert sorted(mailbox.subjects()) == sorted(f"Subject {number}" for number in range(20))


@pytest.mark.parametrize("ends", ["cut", "silence"])
def test_a_server_that_takes_mail_and_never_says_so_gets_a_copy_a_try(ends, mailbox, settings):
    """Whether a mail arrived is unknown then; the reader’s program knows the copies by their id."""
    (mail,) = written()
    mailbox.cut_after_data, mailbox.seconds = (3, 0) if ends == "cut" else (0, 1)
    settings.EMAIL_TIMEOUT = 0.2

    for _try in range(3):
        delivery.deliver_due()
        minutes_pass(20)
    mailbox.cut_after_data, mailbox.seconds = 0, 0
    settings.EMAIL_TIMEOUT = 5
    minutes_pass(60)
    delivery.deliver_due()

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.SENT, 4)
    assert {got["Message-ID"] for got in mailbox.mails} == {mail.message_id}
    assert len(mailbox.mails) <= mail.attempts


def test_a_page_that_writes_mail_is_as_quick_while_the_mail_server_hangs(
    settings, hanging_port, client
):
    settings.MAIL_SERVER, settings.EMAIL_TIMEOUT = at(hanging_port), 1
    people = [make.confirmed_address(make.person()) for _number in range(6)]
    usual = max(_seconds_to_ask_for_a_code(client, who) for who in people[:3])
    over = threading.Event()

    def send():
        while not over.is_set():
            delivery.deliver_due()

    sender = threading.Thread(target=at_once, args=([send, send],))
    sender.start()
    try:
        hanging = max(_seconds_to_ask_for_a_code(client, who) for who in people[3:])
    finally:
        over.set()
        sender.join()

    assert hanging <= usual + 0.5
    assert OutgoingMail.objects.filter(urgent=True).count() == 6


def _seconds_to_ask_for_a_code(client, who):
    began = time.monotonic()
    answer = client.post(reverse("account_request_login_code"), {"email": who.email})
    took = time.monotonic() - began
    assert answer.status_code == 302
    client.cookies.clear()
    return took
