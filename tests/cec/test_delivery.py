"""Sending mail to a server that takes it, refuses it or breaks down (reliability H6 to H8)."""

import socket
import threading
from datetime import timedelta

import pytest
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from cec import delivery
from cec.environment import MailServer
from cec.outbox import Attachment, OutgoingMail
from tests.cec.mails import again, aged, minutes_until_due, written
from tests.races import at_once

State, Trouble = OutgoingMail.State, OutgoingMail.Trouble

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outbox")]


def test_a_mail_arrives_with_both_parts_its_own_id_and_one_recipient(mailbox, settings):
    settings.DEFAULT_FROM_EMAIL = "Le Partenariat · The Partnership <cec@example.org>"
    (mail,) = written(language="fr")
    Attachment.objects.create(
        mail=mail, name="été.pdf", content_type="application/pdf", content=b"%PDF\r\n\n\x00\xff"
    )

    arrived = delivery.deliver_due()

    assert arrived == 1
    (got,) = mailbox.mails
    assert mailbox.recipients == [["reader0@example.org"]]
    assert got["From"] == "Le Partenariat · The Partnership <cec@example.org>"
    assert got["To"] == "reader0@example.org"
    assert got["Subject"] == "Subject 0"
    assert got["Message-ID"] == "<0@example.org>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Content-Language"] == "fr"
    assert got["Date"].datetime == mail.created_at.replace(microsecond=0)
    assert got.get_body(("plain",)).get_content().strip() == "Text"
    assert got.get_body(("html",)).get_content().strip() == "<p>HTML</p>"
    (file,) = got.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("été.pdf", "application/pdf")
    assert file.get_content() == b"%PDF\r\n\n\x00\xff"
    assert again(mail).state == State.SENT
    assert mail.sent_at is not None
    assert mail.attempts == 1


def test_a_mail_in_a_programs_name_comes_from_it_and_from_our_address(mailbox, settings):
    settings.DEFAULT_FROM_EMAIL = "Ours <cec@example.org>"
    written(sender="Crédits, 1er cours")

    delivery.deliver_due()

    (got,) = mailbox.mails
    assert got["From"] == '"Crédits, 1er cours" <cec@example.org>'


def test_many_senders_at_once_send_each_mail_once(mailbox):
    mails = written(30)

    counts = at_once([delivery.deliver_due] * 4)

    assert sum(counts) == 30
    assert sorted(mailbox.subjects()) == sorted(mail.subject for mail in mails)
    assert OutgoingMail.objects.filter(state=State.SENT, attempts=1).count() == 30


def test_a_hint_sends_its_own_mail_and_only_once(mailbox):
    first, second = written(2)

    answers = at_once([lambda: delivery.deliver(second.pk)] * 3)

    assert sorted(answers) == [False, False, True]
    assert mailbox.subjects() == [second.subject]
    assert again(first).state == State.QUEUED


def test_a_mail_that_its_deed_took_back_is_never_sent(mailbox):
    with transaction.atomic():
        send_mail("Subject", "Text", None, ["reader@example.org"])
        transaction.set_rollback(True)

    assert delivery.deliver_due() == 0
    assert mailbox.mails == []


def test_while_the_server_refuses_connections_mail_waits_and_one_try_is_enough(mailbox, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    settings.MAIL_SERVER = MailServer("127.0.0.1", port, "", "", "none")
    first, second = written(2)

    delivery.deliver_due()

    assert (again(first).state, first.attempts, first.trouble) == (State.QUEUED, 1, Trouble.SERVER)
    assert "ConnectionRefusedError" in first.last_error
    assert 1 <= minutes_until_due(first) + 0.1 < 1.3
    assert (again(second).state, second.attempts) == (State.QUEUED, 0)

    settings.MAIL_SERVER = mailbox.server
    aged(first, due_at=0)

    assert delivery.deliver_due() == 2
    assert sorted(mailbox.subjects()) == [first.subject, second.subject]


def test_a_hanging_server_costs_one_timeout(settings, hanging_port):
    settings.MAIL_SERVER = MailServer("127.0.0.1", hanging_port, "", "", "none")
    settings.EMAIL_TIMEOUT = 0.3
    first, second = written(2)
    started = timezone.now()

    delivery.deliver_due()

    assert timezone.now() - started < timedelta(seconds=3)
    assert (again(first).state, first.trouble) == (State.QUEUED, Trouble.SERVER)
    assert again(second).attempts == 0


def test_mail_never_goes_in_the_clear_where_tls_is_wanted(mailbox, settings):
    settings.MAIL_SERVER = mailbox.server._replace(tls="starttls", user="cec", password="secret")
    (mail,) = written()

    delivery.deliver_due()

    assert mailbox.mails == []
    assert (again(mail).state, mail.trouble) == (State.QUEUED, Trouble.SERVER)
    assert "secret" not in mail.last_error


def test_a_reader_whose_mailbox_is_full_holds_nobody_up(mailbox):
    full, fine = written(2)
    mailbox.to_recipient[full.to] = "452 Mailbox full"

    arrived = delivery.deliver_due()

    assert arrived == 1
    assert mailbox.subjects() == [fine.subject]
    assert (again(full).state, full.trouble) == (State.QUEUED, Trouble.RECIPIENT)
    assert full.last_error == "452 Mailbox full"


def test_an_address_that_is_refused_for_good_fails_at_once(mailbox):
    unknown, fine = written(2)
    mailbox.to_recipient[unknown.to] = "550 No such user"

    delivery.deliver_due()

    assert (again(unknown).state, unknown.last_error) == (State.FAILED, "550 No such user")
    assert again(fine).state == State.SENT


@pytest.mark.parametrize("code", ["550 5.1.1", "450 4.2.1"])
def test_the_log_names_no_address_whatever_the_server_says(mailbox, caplog, code):
    (mail,) = written()
    mailbox.to_recipient[mail.to] = f"{code} <{mail.to}>: no such user"

    delivery.deliver_due()

    (said,) = [row.getMessage() for row in caplog.records if row.name == "cec.delivery"]
    assert f"Mail {mail.pk}" in said
    assert code in said
    assert mail.to not in said
    assert mail.to in again(mail).last_error


@pytest.mark.parametrize(
    ("answer", "state", "trouble"),
    [
        ("421 Going down", State.QUEUED, Trouble.SERVER),
        ("451 Try again", State.QUEUED, Trouble.RECIPIENT),
        ("554 Refused", State.FAILED, Trouble.NONE),
    ],
)
def test_what_the_server_says_to_the_content_decides(mailbox, answer, state, trouble):
    (mail,) = written()
    mailbox.to_data = answer

    delivery.deliver_due()

    assert (again(mail).state, mail.trouble) == (state, trouble)


def test_a_mail_that_cannot_be_built_fails_and_holds_nobody_up(mailbox):
    broken, fine = written(2)
    OutgoingMail.objects.filter(pk=broken.pk).update(subject="Two\nlines")

    delivery.deliver_due()

    assert again(broken).state == State.FAILED
    assert again(fine).state == State.SENT


def test_without_a_server_mail_is_kept_on_a_development_machine(settings):
    settings.MAIL_SERVER, settings.DEBUG = None, True
    (mail,) = written()

    assert delivery.deliver_due() == 1

    assert (again(mail).state, mail.last_error) == (State.SENT, "kept here")


def test_without_a_server_mail_waits_in_production(settings):
    settings.MAIL_SERVER, settings.DEBUG = None, False
    (mail,) = written()

    assert delivery.deliver_due() == 0

    assert (again(mail).state, mail.attempts) == (State.QUEUED, 0)


def test_no_transaction_is_open_while_the_server_is_spoken_to(mailbox, monkeypatch):
    written()
    seen = []
    real = delivery._connect
    monkeypatch.setattr(
        delivery,
        "_connect",
        lambda where: seen.append(transaction.get_connection().in_atomic_block) or real(where),
    )

    delivery.deliver_due()

    assert seen == [False]
    with pytest.raises(RuntimeError), transaction.atomic():
        delivery.deliver_due()


def test_nobody_waits_for_a_sender(settings, hanging_port):
    """A page writes its mail while a sender hangs in the middle of a conversation."""
    settings.MAIL_SERVER = MailServer("127.0.0.1", hanging_port, "", "", "none")
    settings.EMAIL_TIMEOUT = 2
    written()
    sender = threading.Thread(target=lambda: at_once([delivery.deliver_due]))
    sender.start()
    started = timezone.now()

    for number in range(20):
        send_mail(f"Subject {number}", "Text", None, ["reader@example.org"])

    assert timezone.now() - started < timedelta(seconds=1)
    assert OutgoingMail.objects.count() == 21
    sender.join()
