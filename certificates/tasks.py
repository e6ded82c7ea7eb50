"""The worker's part of issuing. A message is a hint; what waits stands in the database (H2)."""

from celery import shared_task

from cec import work
from certificates import making
from certificates.issuing import MAKE_DOCUMENT


@shared_task(name=MAKE_DOCUMENT)
def make_document(certificate_id: int) -> None:
    making.make_document(certificate_id)


@work.sweeper
def make_waiting_documents() -> int:
    """Make the PDFs that no message came for."""
    return making.make_waiting()
