"""Batches for tests, confirmed as the proof sheet does."""

import uuid

from django.utils import timezone

from cec import claims
from certificates import batches, proofs
from certificates.models import Batch, BatchItem
from registrations.models import Person, Registration
from tests.certificates import records


def confirmed(*rows: Registration, by: Person, form_key: uuid.UUID | None = None) -> Batch:
    """A batch of these registrations that no worker has looked at yet."""
    chosen = Registration.objects.filter(pk__in=[row.pk for row in rows]).select_related(
        "person", "program", "association"
    )
    return batches.confirm(proofs.sheet(chosen, by=by), by=by, form_key=form_key or uuid.uuid4())


def unprintable() -> Registration:
    """An accepted record whose owner has a name by now that no font of ours covers."""
    row = records.accepted()
    row.person.name = "Mei 李"
    row.person.save()
    return row


def progress(batch: Batch) -> batches.Progress:
    return batches.Progress.of(Batch.objects.with_progress().get(pk=batch.pk))


def what_became(batch: Batch) -> dict[int, tuple[str, str]]:
    """State and reason of each item, by registration."""
    rows = BatchItem.objects.filter(batch=batch)
    return {row.registration_id: (row.state, row.why) for row in rows}


def as_if_killed(batch: Batch, *, tries: int = 1) -> None:
    """Let a worker have taken what waits, and have been lost some time ago."""
    batch.items.filter(state="waiting").update(
        tries=tries, claimed_at=timezone.now() - claims.LEASE * 2
    )
