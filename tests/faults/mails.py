"""Notices on their way: who is owed one, and what must be true when all have arrived."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from cec.outbox import OutgoingMail
from registrations.models import Notice
from tests import factories as make
from tests.faults.workers import POOL
from tests.mailserver import Mailbox

State = OutgoingMail.State
KIND = "fee_outstanding"


def who_hasnt_paid(count: int) -> None:
    """So many people who are owed a notice today."""
    sent_on = timezone.localdate() - timedelta(days=14)
    for _number in range(count):
        make.registration(status="submitted", submitted_on=sent_on)


def sends_to(mailbox: Mailbox) -> dict[str, str]:
    """The environment of a worker that sends to this server as fast as it can."""
    return {
        "SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}?tls=none",
        "MAIL_PER_MINUTE": "100000",
    }


def all_sent(count: int) -> Callable[[], bool]:
    return lambda: OutgoingMail.objects.filter(kind=KIND, state=State.SENT).count() == count


def copies_more(mailbox: Mailbox, count: int, *, faults: int) -> int:
    """Each notice is one row of mail, and each mail arrived; return how many came again (H7).

    A fault may cost a copy for each process of the pool; all copies have the id of their mail.
    """
    assert Notice.objects.filter(state=Notice.State.WRITTEN, kind=KIND).count() == count
    mails = OutgoingMail.objects.filter(kind=KIND)
    assert mails.count() == len(set(mails.values_list("to", flat=True))) == count
    ids = set(mails.values_list("message_id", flat=True))
    copies = Counter(got["Message-ID"] for got in list(mailbox.mails))
    assert ids <= set(copies)
    more = sum(copies[each] - 1 for each in ids)
    assert more <= faults * POOL
    return more
