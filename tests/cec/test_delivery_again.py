"""Trying again, in the right order and not too often (reliability H6 to H8)."""

import threading
import time
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.utils import timezone

from cec import delivery
from cec.outbox import MOST_LOST, OutgoingMail
from tests.cec.mails import again, aged, minutes_until_due, written
from tests.races import at_once

State, Trouble = OutgoingMail.State, OutgoingMail.Trouble

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outbox")]


def test_tries_come_after_1_5_15_and_30_minutes_then_each_hour_for_three_days(mailbox):
    (mail,) = written()
    mailbox.to_recipient[mail.to] = "450 Not now"
    waits = []

    for _attempt in range(6):
        aged(mail, due_at=0, claimed_at=60)
        delivery.deliver_due()
        waits.append(minutes_until_due(mail))

    for wait, minutes in zip(waits, [1, 5, 15, 30, 60, 60], strict=True):
        assert minutes - 0.1 <= wait <= minutes * 1.1
    aged(mail, due_at=0, created_at=72 * 60 + 1)
    delivery.deliver_due()
    assert again(mail).state == State.FAILED


def test_a_mail_whose_sender_died_is_sent_after_ten_minutes_with_the_same_id(mailbox):
    (mail,) = written()
    delivery.claim(mail.pk)  # and then the process is killed

    assert delivery.deliver_due() == 0

    aged(mail, claimed_at=11)
    assert delivery.deliver_due() == 1
    assert mailbox.mails[0]["Message-ID"] == mail.message_id


def test_a_mail_that_ends_its_sender_each_time_stops_after_five_tries_and_is_shown(mailbox):
    (deadly,) = written()
    for _try in range(MOST_LOST):
        assert delivery.claim() == deadly  # and then the process is killed
        aged(deadly, claimed_at=11)
    (other,) = written()

    delivery.deliver_due()

    assert mailbox.subjects() == [other.subject]
    assert (again(deadly).state, deadly.last_error) == (State.FAILED, delivery.LOST)
    assert OutgoingMail.objects.in_trouble().get() == deadly
    OutgoingMail.objects.filter(pk=deadly.pk).queue_again()
    assert delivery.deliver_due() == 1


def test_a_hint_doesnt_take_up_a_mail_that_ended_five_senders(mailbox):
    (deadly,) = written(lost=MOST_LOST - 1, state=State.IN_FLIGHT)
    aged(deadly, claimed_at=11)

    assert delivery.deliver(deadly.pk) is False

    assert mailbox.mails == []


def test_a_sender_that_ends_its_try_forgets_those_that_were_lost(mailbox):
    (mail,) = written(lost=MOST_LOST - 2, state=State.IN_FLIGHT)
    aged(mail, claimed_at=11)
    mailbox.to_recipient[mail.to] = "450 Not now"

    delivery.deliver_due()

    assert (again(mail).state, mail.lost) == (State.QUEUED, 0)


def test_called_off_mail_that_ended_five_senders_hasnt_failed(mailbox):
    (mail,) = written(lost=MOST_LOST - 1, state=State.IN_FLIGHT, called_off_at=timezone.now())
    aged(mail, claimed_at=11)

    delivery.deliver_due()

    assert again(mail).state == State.CALLED_OFF


def test_a_server_that_takes_longer_than_the_time_limit_is_in_trouble_not_the_mail(
    mailbox, monkeypatch
):
    (mail,) = written()

    def crawls(*_arguments):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(delivery, "_transmit", crawls)

    with pytest.raises(SoftTimeLimitExceeded):
        delivery.deliver_due()

    assert (again(mail).state, mail.trouble) == (State.QUEUED, Trouble.SERVER)
    assert (mail.attempts, mail.lost) == (1, 0)


def test_a_deed_that_holds_the_row_while_the_mail_is_sent_makes_no_second_copy(
    mailbox, monkeypatch
):
    (mail,) = written()
    held, deeds = threading.Event(), []

    def deed():
        with transaction.atomic():
            OutgoingMail.objects.call_off()
            held.set()
            time.sleep(0.5)
        connection.close()

    def sends(*arguments):
        transmit(*arguments)
        deeds.append(threading.Thread(target=deed))
        deeds[0].start()
        held.wait(10)

    transmit = delivery._transmit
    monkeypatch.setattr(delivery, "_transmit", sends)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")

    try:
        delivery.deliver_due()
    finally:
        deeds[0].join()
        connection.close()

    assert again(mail).state == State.SENT


def test_when_the_answer_is_lost_one_more_copy_comes_with_the_same_id(mailbox):
    (mail,) = written()
    mailbox.cut_after_data = 1

    delivery.deliver_due()
    assert again(mail).state == State.QUEUED
    aged(mail, due_at=0)
    delivery.deliver_due()
    delivery.deliver_due()

    assert [got["Message-ID"] for got in mailbox.mails] == [mail.message_id] * 2
    assert again(mail).state == State.SENT


def test_a_late_failure_does_not_undo_what_another_sender_did(mailbox):
    (mail,) = written()
    slow = delivery.claim(mail.pk)
    aged(mail, claimed_at=11)
    delivery.deliver_due()
    mailbox.to_recipient[mail.to] = "550 Twice"

    delivery.send(slow)

    assert again(mail).state == State.SENT


def test_the_end_of_an_outage_is_noticed_within_minutes(mailbox):
    waiting = written(3, attempts=5, trouble=Trouble.SERVER)
    for mail in waiting:
        aged(mail, due_at=-50, claimed_at=6)

    arrived = delivery.deliver_due()

    assert arrived == 3
    assert len(mailbox.mails) == 3


def test_a_server_in_trouble_is_asked_once_in_five_minutes(mailbox):
    just_tried, waiting = written(2, attempts=5, trouble=Trouble.SERVER)
    aged(just_tried, due_at=-50, claimed_at=2)
    aged(waiting, due_at=-50, claimed_at=9)

    assert delivery.deliver_due() == 0


def test_a_reader_who_is_refused_again_and_again_is_tried_by_the_hour(mailbox):
    (mail,) = written(attempts=delivery.MOST_PROBES, trouble=Trouble.RECIPIENT)
    aged(mail, due_at=-50, claimed_at=9)

    assert delivery.deliver_due() == 0


def test_no_more_mails_a_minute_than_the_setting_says(mailbox, settings):
    settings.MAIL_PER_MINUTE = 10
    written(20)

    at_once([delivery.deliver_due] * 4)

    assert len(mailbox.mails) == 8  # the last fifth is for what is urgent
    OutgoingMail.objects.filter(state=State.SENT).update(
        claimed_at=timezone.now() - timedelta(seconds=61)
    )
    delivery.deliver_due()
    assert len(mailbox.mails) == 16


def test_a_sign_in_code_goes_before_a_thousand_reminders(mailbox, settings):
    settings.MAIL_PER_MINUTE = 10
    written(20)
    codes = written(3, urgent=True)

    delivery.deliver_due()
    more = written(3, urgent=True)
    delivery.deliver_due()

    assert mailbox.subjects()[:3] == [mail.subject for mail in codes]
    assert mailbox.subjects()[8:] == [mail.subject for mail in more[:2]]
