"""Fees that are asked for by themselves: one is held back, one didn't reach its reader."""

from cec.models import OutgoingMail
from registrations import notices
from registrations.models import Notice, Person
from registrations.notices import by_hand, deciding, writing

ANSWER = "550 5.1.1 The mailbox is unknown here"


def write(*, by: Person) -> None:
    """Decide who is asked today, hold one of them back and write the others."""
    deciding.decide(notices.kinds()["fee_outstanding"])
    by_hand.hold(Notice.objects.earliest("pk"), by=by)
    writing.write_due()


def refuse() -> None:
    """Let a mail server have refused the latest."""
    latest = Notice.objects.filter(mail__isnull=False).latest("pk")
    OutgoingMail.objects.filter(pk=latest.mail_id).update(
        state=OutgoingMail.State.FAILED, sent_at=None, last_error=ANSWER
    )
