"""Reading reports of mail servers, as they come and as somebody builds them to do harm."""

import io
import sys
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from cec import returned_mail
from cec.outbox import OutgoingMail
from tests.cec.mails import again, written

Answer = OutgoingMail.Answer

pytestmark = pytest.mark.django_db

REPORT = """\
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
To: cec@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={type}; boundary="cut"

--cut
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--cut
Content-Type: message/{type}

{said}
--cut
Content-Type: {returned}

From: The Partnership <cec@example.org>
Message-ID: {message_id}
Subject: Subject 0

Text
--cut--
"""
FIELDS = """\
Reporting-MTA: dns; mail.example.org
X-Postfix-Queue-ID: 4Tx

Final-Recipient: rfc822; reader0@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}
"""
COMPLAINT = """\
Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
"""


def report(
    *, action="failed", status="5.1.1", words="550 5.1.1 No such user", returned="message/rfc822"
):
    return REPORT.format(
        type="delivery-status",
        said=FIELDS.format(action=action, status=status, words=words),
        returned=returned,
        message_id="<0@example.org>",
    ).encode()


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_is_noted_beside_the_mail_that_it_returns(returned):
    (mail,) = written(state="sent")

    noted = returned_mail.note(report(returned=returned))

    assert noted == mail
    assert (again(mail).answer, mail.answer_words) == (Answer.RETURNED, "550 5.1.1 No such user")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"status": "5.1.1", "words": ""}, Answer.RETURNED),
        ({"status": "5.0.0", "words": "550 No such user"}, Answer.RETURNED),
        ({"status": "5.0.0", "words": "550 5.7.1 Blocked"}, Answer.REFUSED),
        ({"status": "5.2.2", "words": "552 Mailbox full"}, Answer.REFUSED),
        ({"status": "4.4.7", "words": "450 For five days"}, Answer.REFUSED),
        ({"status": "5.4.4", "words": "Host not found"}, Answer.RETURNED),
        ({"action": "delayed", "status": "4.4.1"}, ""),
        ({"action": "relayed", "status": "2.0.0"}, ""),
    ],
)
def test_what_a_report_means(said, answer):
    (mail,) = written(state="sent")

    returned_mail.note(report(**said))

    assert again(mail).answer == answer


@pytest.mark.parametrize(
    ("kind", "answer"), [("abuse", Answer.COMPLAINED), ("not-spam", ""), ("", "")]
)
def test_a_readers_complaint_is_noted(kind, answer):
    (mail,) = written(state="sent")
    content = REPORT.format(
        type="feedback-report",
        said=COMPLAINT.format(kind=kind),
        returned="message/rfc822",
        message_id=mail.message_id,
    )

    returned_mail.note(content.encode())

    assert again(mail).answer == answer


def test_a_report_that_comes_twice_is_noted_once():
    (mail,) = written(state="sent")
    returned_mail.note(report())
    first = again(mail).answered_at

    returned_mail.note(report(words="550 5.1.1 Something else"))

    assert (again(mail).answered_at, mail.answer_words) == (first, "550 5.1.1 No such user")


def test_whoever_doesnt_have_the_mail_cant_report_it():
    (mail,) = written(state="sent")

    noted = returned_mail.note(report().replace(b"<0@example.org>", b"<guessed@example.org>"))

    assert noted is None
    assert again(mail).answer == ""


NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (each, each)
    for each in range(5_000)
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5_000,
        b"\xff\xfe" * 1_000,
        b"Subject: I am away\n\nUntil Monday.",
        report().replace(b"multipart/report", b"multipart/mixed"),
        report().replace(b"message/delivery-status", b"text/plain"),
        report().replace(b"Message-ID: <0@example.org>", b"Message-ID: " + b"<" * 100_000),
        report().replace(b"Message-ID", b"X-Other"),
        report().replace(b"--cut--", NESTED + b"--cut--").replace(b"<0@example.org>", b""),
        b'Content-Type: multipart/report; boundary="x"\n\n' + b"--x\n\n" * 100_000,
        b"Content-Type: multipart/report; boundary=x\n\n--x\n" + NESTED,
        b"A: b\n" * 200_000,
    ],
    ids=range(12),
)
def test_what_is_no_report_or_built_to_do_harm_is_passed_over(content):
    (mail,) = written(state="sent")

    assert returned_mail.note(content) is None

    assert again(mail).answer == ""


@pytest.mark.parametrize("lines", [1, 100])
def test_a_field_built_to_keep_us_busy_takes_no_time(lines):
    endless = b"\r\n ".join([b";" * (40_000 // lines)] * lines)
    content = b'Content-Type: multipart/report; boundary=b; x="' + endless + b"\r\n\r\n--b--\r\n"
    started = time.process_time()

    assert returned_mail.note(content) is None

    assert time.process_time() - started < 0.5


def test_hostile_fields_of_a_true_report_are_kept_short_and_plain():
    (mail,) = written(state="sent")

    returned_mail.note(report(words="550 5.1.1 a\0b \x1b" + "x" * 5_000))

    assert again(mail).answer == Answer.RETURNED
    assert len(mail.answer_words) <= 500
    assert "\0" not in mail.answer_words


@pytest.fixture
def piped(monkeypatch):
    """The command, given this on its standard input."""

    def run(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        said = io.StringIO()
        call_command("read_bounce", stdout=said)
        return said.getvalue().strip()

    return run


def test_a_mail_server_hands_over_what_came_back(piped):
    (mail,) = written(state="sent")

    assert piped(report()) == f"mail {mail.pk}: returned"
    assert piped(b"Subject: Hello\n\n") == "not about a mail of ours"


def test_while_the_database_is_away_the_mail_server_keeps_it(piped, monkeypatch):
    def away(content):
        raise OperationalError

    monkeypatch.setattr(returned_mail, "note", away)

    with pytest.raises(CommandError) as error:
        piped(report())

    assert error.value.returncode == 75
