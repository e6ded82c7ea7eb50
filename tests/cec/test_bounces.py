"""Addresses that a mail server refuses, and mail that is called off."""

import pytest
from django.utils import timezone

from cec import bounces, delivery
from cec.bounces import FailingAddress
from cec.outbox import OutgoingMail
from tests.cec.mails import again, aged, written
from tests.races import at_once

State, Answer = OutgoingMail.State, OutgoingMail.Answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("550 No such user", Answer.RETURNED),
        ("550 5.1.1 No such user", Answer.RETURNED),
        ("553 Name not allowed", Answer.RETURNED),
        ("550 5.2.1 Mailbox disabled", Answer.RETURNED),
        ("552 5.2.2 Mailbox full", Answer.REFUSED),
        ("550 5.7.1 You are on our list", Answer.REFUSED),
        ("554 Not from you", Answer.REFUSED),
    ],
)
def test_what_a_server_says_to_the_reader_tells_whether_the_address_works(mailbox, said, answer):
    (mail,) = written()
    mailbox.to_recipient[mail.to] = said

    delivery.deliver_due()

    assert (again(mail).state, mail.answer, mail.answer_words) == (State.FAILED, answer, said)
    failing = FailingAddress.objects.filter(address=mail.to, refused_at_once=True)
    assert failing.exists() == (answer == Answer.RETURNED)


@pytest.mark.parametrize("said", ["452 4.2.2 Mailbox full", "421 Not now", "450 4.7.1 Greylisted"])
def test_what_may_work_later_says_nothing_of_the_address(mailbox, said):
    (mail,) = written()
    mailbox.to_recipient[mail.to] = said

    delivery.deliver_due()

    assert (again(mail).state, mail.answer) == (State.QUEUED, "")
    assert not FailingAddress.objects.exists()


def test_what_is_said_to_the_content_says_nothing_of_the_address(mailbox):
    (mail,) = written()
    mailbox.to_data = "550 5.1.1 No such user"

    delivery.deliver_due()

    assert (again(mail).state, mail.answer) == (State.FAILED, "")


def test_an_address_that_the_server_takes_again_works(mailbox):
    first, second = written(2)
    OutgoingMail.objects.update(to="reader@example.org")
    mailbox.to_recipient["reader@example.org"] = "550 No such user"
    delivery.deliver(first.pk)
    assert FailingAddress.objects.exists()

    mailbox.to_recipient.clear()
    delivery.deliver(second.pk)

    assert not FailingAddress.objects.exists()


def test_a_server_that_takes_everything_says_nothing_of_an_address_that_mail_came_back_from(
    mailbox,
):
    first, second = written(2)
    OutgoingMail.objects.update(to="reader@example.org")
    delivery.deliver(first.pk)
    bounces.hear(again(first), Answer.RETURNED)

    delivery.deliver(second.pk)

    assert FailingAddress.objects.exists()


def test_mail_comes_back_to_the_address_that_is_set_for_it(mailbox, settings):
    settings.MAIL_RETURN_TO = "returned@example.org"
    written()

    delivery.deliver_due()

    assert mailbox.senders == ["returned@example.org"]
    assert mailbox.mails[0]["From"] == settings.DEFAULT_FROM_EMAIL


def test_mail_that_waits_and_is_called_off_never_goes(mailbox):
    mail, other = written(2)

    assert OutgoingMail.objects.filter(pk=mail.pk).call_off() == 1
    delivery.deliver_due()

    assert mailbox.subjects() == [other.subject]
    assert (again(mail).state, mail.attempts) == (State.CALLED_OFF, 0)
    assert not OutgoingMail.objects.waiting().exists()


def test_mail_that_somebody_is_sending_may_arrive_and_isnt_tried_again(mailbox):
    arrives, fails = written(2)
    sending = [delivery.claim(mail.pk) for mail in (arrives, fails)]
    mailbox.to_recipient[fails.to] = "450 Not now"

    OutgoingMail.objects.call_off()
    for mail in sending:
        delivery.send(mail)

    assert (again(arrives).state, again(fails).state) == (State.SENT, State.CALLED_OFF)


def test_mail_whose_sender_died_before_it_was_called_off_never_goes(mailbox):
    (mail,) = written()
    delivery.claim(mail.pk)  # and then the process is killed
    OutgoingMail.objects.call_off()
    aged(mail, claimed_at=11)

    delivery.deliver_due()

    assert mailbox.mails == []
    assert again(mail).state == State.CALLED_OFF


def test_what_arrived_or_failed_cant_be_called_off():
    sent, failed = written(1, state=State.SENT) + written(1, state=State.FAILED)

    assert OutgoingMail.objects.call_off() == 0

    assert (again(sent).state, again(failed).state) == (State.SENT, State.FAILED)


def test_what_failed_and_was_called_off_isnt_tried_again(mailbox):
    (failed,) = written(state=State.FAILED)
    OutgoingMail.objects.call_off()

    assert OutgoingMail.objects.queue_again() == 0
    assert not OutgoingMail.objects.in_trouble().exists()
    delivery.deliver_due()

    assert mailbox.mails == []
    assert again(failed).state == State.FAILED


def test_what_was_called_off_is_no_trouble():
    written(state=State.CALLED_OFF, called_off_at=timezone.now())

    assert not OutgoingMail.objects.in_trouble().exists()
    assert OutgoingMail.objects.queue_again() == 0


@pytest.mark.django_db(transaction=True)
def test_mail_is_either_sent_or_called_off_whoever_is_first(mailbox):
    mails = written(20)

    answers = at_once([delivery.deliver_due, delivery.deliver_due, OutgoingMail.objects.call_off])

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    arrived = set(mailbox.subjects())
    assert len(arrived) == len(mailbox.mails)
    assert {mail.subject for mail in mails if again(mail).state == State.SENT} == arrived
    assert {mail.state for mail in mails} <= {State.SENT, State.CALLED_OFF}


@pytest.mark.django_db(transaction=True)
def test_a_bounce_and_an_arrival_at_once_leave_what_the_later_one_says(mailbox):
    first, second = written(2, state=State.SENT)
    OutgoingMail.objects.update(to="reader@example.org")

    at_once(
        [
            lambda: bounces.arrived(again(first)),
            lambda: bounces.hear(again(second), Answer.RETURNED),
            lambda: bounces.hear(again(second), Answer.RETURNED),
        ]
    )

    later = again(first).delivered_at > again(second).answered_at
    assert FailingAddress.objects.exists() == (not later)
