"""Work that waits as rows: certificates to issue in batches, and their PDFs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import backlog, claims
from certificates import issuing
from certificates.models import BatchItem, Certificate
from certificates.models.certificate import MOST_TRIES, RETRY_AFTER
from registrations.models import Person


@backlog.register
class Documents(backlog.Kind):
    """PDFs of issued certificates. What fails is tried again after three minutes."""

    name = "documents"
    label = gettext_lazy("PDFs of certificates to make")
    since = "issued_at"
    advice = gettext_lazy(
        "The certificate is issued, and its holder has no PDF yet. Look at the certificate: a "
        "name or a text may not fit on the paper. Then try again."
    )

    def rows(self) -> QuerySet[Certificate]:
        return Certificate.objects.without_document().select_related("registration")

    def states(self, now: datetime) -> backlog.States:
        lately = Q(tried_at__gt=now - RETRY_AFTER)
        running = lately & Q(error="", tries__gt=0)
        failed = Q(tries__gte=MOST_TRIES) & ~running
        return backlog.States(waiting=~running & ~failed, running=running, failed=failed)

    def title(self, row: Certificate) -> str:
        return _("%(serial)s, %(name)s") % {"serial": row.serial, "name": row.holder}

    def address(self, row: Certificate) -> str:
        return reverse("desk_certificate", args=[row.pk])

    def error(self, row: Certificate) -> str:
        return row.error

    def about(self, rows: Sequence[Certificate], *, by: Person) -> list[dict[str, Any]]:
        return [issuing.about_retry(row) for row in rows]

    def again(self, failed: QuerySet[Certificate]) -> int:
        return Certificate.objects.filter(pk__in=failed.values("pk")).update(
            tries=0, tried_at=None, error=""
        )


@backlog.register
class Batches(backlog.Kind):
    """Certificates that were confirmed together. Trying again is a deed of the batch's own page."""

    name = "batches"
    label = gettext_lazy("Certificates to issue in batches")
    since = "batch__confirmed_at"
    retries = False
    advice = gettext_lazy("The batch says what stood in the way. There you can try again.")

    def rows(self) -> QuerySet[BatchItem]:
        return BatchItem.objects.select_related("batch")

    def states(self, now: datetime) -> backlog.States:
        under_way = Q(state=BatchItem.State.WAITING, batch__stopped_at__isnull=True)
        return backlog.States(
            waiting=under_way & claims.free(now),
            running=under_way & ~claims.free(now),
            failed=Q(
                state=BatchItem.State.FAILED,
                tries__gte=claims.MOST_TRIES,  # the others were refused, with a reason
                batch__confirmed_at__gt=now - backlog.FAILED_FOR,
            ),
        )

    def title(self, row: BatchItem) -> str:
        return row.name

    def address(self, row: BatchItem) -> str:
        return reverse("batch", args=[row.batch_id])

    def error(self, row: BatchItem) -> str:
        return row.why
