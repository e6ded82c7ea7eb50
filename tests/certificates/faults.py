"""What must be true of a batch, however often its workers were killed."""

from cec.models import Attachment, OutgoingMail
from certificates.models import Batch, Certificate, Document
from registrations.models import Event


def made() -> int:
    return Document.objects.count()


def check_each_exactly_once(batch: Batch, count: int) -> None:
    """So many certificates, numbers, files, mails and lines of history: none lost or double."""
    numbers = sorted(Certificate.objects.values_list("sequence", flat=True))
    registrations = set(batch.items.values_list("registration", flat=True))
    mails = OutgoingMail.objects.filter(kind="certificate_issued")
    events = Event.objects.filter(kind="certify")
    assert numbers == list(range(1, count + 1))
    assert len(set(Certificate.objects.values_list("serial", flat=True))) == count
    assert set(Certificate.objects.values_list("registration", flat=True)) == registrations
    assert Document.objects.count() == count
    assert len(set(Document.objects.values_list("sha256", flat=True))) == count
    assert mails.count() == len(set(mails.values_list("to", flat=True))) == count
    assert Attachment.objects.filter(mail__in=mails).count() == count
    assert set(events.values_list("registration", flat=True)) == registrations
    assert events.count() == count
    assert set(batch.items.values_list("state", flat=True)) == {"issued"}
