"""Everything that is due, without worker, beat or broker (reliability I5)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from cec import health, work
from cec.celery import app
from cec.outbox import OutgoingMail
from certificates.models import Document
from registrations.models import Notice
from tests import factories as make
from tests.certificates import records
from tests.certificates.batching import confirmed, progress
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    """Nobody may as much as ask for one."""

    def refuse(*arguments, **options):
        raise AssertionError("A message was sent.")

    monkeypatch.setattr(work, "_offer", lambda *hint: None)
    monkeypatch.setattr(app, "send_task", refuse)


def run_due():
    said = StringIO()
    call_command("run_due", stdout=said)
    return said.getvalue()


def what_is_due():
    """A batch of certificates, notices, and mail that waits."""
    sent_on = timezone.localdate() - timedelta(days=14)
    for _number in range(5):
        make.registration(status="submitted", submitted_on=sent_on)
    rows = [records.accepted() for _number in range(3)]
    return confirmed(*rows, by=make.administrator())


@pytest.mark.parametrize("processes", [1, 2])
def test_run_due_does_everything_alone_and_two_at_once_do_it_once(processes, mailbox):
    batch = what_is_due()

    # A second time, for what the first one couldn't have known of: others were at it.
    for _run in range(2):
        answers = at_once([run_due] * processes)
        assert not [each for each in answers if isinstance(each, Exception)]

    assert Document.objects.count() == 3
    assert not progress(batch).goes_on
    fees = Notice.objects.filter(kind="fee_outstanding")
    assert [notice.state for notice in fees] == [Notice.State.WRITTEN] * 5
    assert not OutgoingMail.objects.waiting().exists()
    arrived = sorted(mail["Message-ID"] for mail in mailbox.mails)
    assert arrived == sorted(OutgoingMail.objects.values_list("message_id", flat=True))
    assert health.unswept() == []
