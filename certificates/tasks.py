"""The worker's part of issuing. A message is a hint; what waits stands in the database (H2)."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from cec import work
from certificates import batches, lapsing, making
from certificates.issuing import MAKE_DOCUMENT

HOUR = timedelta(hours=1)


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


@work.sweeper(_("Lapse what was never turned in"), every=HOUR)
def lapse_what_is_over() -> int:
    """Once an hour: a day ends in every time zone at another moment."""
    return lapsing.lapse_what_is_over()
