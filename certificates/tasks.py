"""The worker's part of issuing. A message is a hint; what waits stands in the database (H2)."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from cec import work
from certificates import batches, making
from certificates.issuing import MAKE_DOCUMENT


@shared_task(name=MAKE_DOCUMENT)
def make_document(certificate_id: int) -> None:
    making.make_document(certificate_id)


@shared_task(name=batches.ISSUE_BATCH)
def issue_batch(batch_id: int) -> None:
    batches.issue_chunk(batch_id)


@work.sweeper(_("Make the PDFs of certificates"), queue="certificates")
def make_waiting_documents() -> int:
    """Make the PDFs that no message came for."""
    return making.make_waiting()


@work.sweeper(_("Issue certificates together"), queue="certificates")
def issue_waiting_batches() -> int:
    """Go on with the batches that no message came for."""
    return batches.issue_waiting()
