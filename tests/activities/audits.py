"""Audits for tests, as rows: a record in review that was drawn."""

from uuid import uuid4

from django.utils import timezone

from activities import log
from activities.models import Audit, AuditDraw
from registrations.models import Registration
from tests import factories as make


def made(**fields) -> AuditDraw:
    """A draw as a row alone."""
    return AuditDraw.objects.create(
        **{
            "program": make.program(),
            "percent": 10,
            "evidence_until": timezone.localdate() + timezone.timedelta(days=30),
            "exempt_years": 3,
            "seed": uuid4().hex,
            "drawn_by": make.steering(),
        }
        | fields
    )


def drawn(row: Registration, **fields) -> Audit:
    """Let a record have been drawn."""
    return Audit.objects.create(draw=made(**fields), registration=row, place=1, state="asked")


def asked(**fields) -> Audit:
    """An audit of a record with two entries that count, a planned one and a deleted one."""
    row = make.registration(**fields)
    for title in ("First talk", "Second talk"):
        make.activity(row, title=title, hours="3")
    make.activity(row, title="Planned talk", planned=True)
    log.delete(row, make.activity(row, title="Deleted talk"), by=row.person)
    Registration.objects.filter(pk=row.pk).update(status="turned_in")
    row.refresh_from_db()
    return drawn(row)


def open_again(found: Audit) -> None:
    """Put the record back into its owner's hands."""
    Registration.objects.filter(pk=found.registration_id).update(status="active")
    found.registration.refresh_from_db()
