"""Ends and next editions of a certificate, as rows, and what its holder asks for."""

from django.utils import timezone

from certificates import correction_requests
from certificates.models import Certificate, CorrectionRequest
from certificates.public.verification import new_public_id
from tests.certificates import records

SAME = ("registration", "program", "year", "holder", "facts", "issued_on", "issued_by")


def next_one(certificate: Certificate, **fields) -> Certificate:
    """The row of the edition after this one."""
    values = {field: getattr(certificate, field) for field in SAME} | {
        "edition": certificate.edition + 1,
        "replaces": certificate,
        "sequence": certificate.sequence + 1,
        "serial": f"{certificate.serial}-{certificate.edition + 1}",
        "public_id": new_public_id(),
    }
    return Certificate.objects.create(**(values | fields))


def replace(certificate: Certificate) -> None:
    _end(certificate, state="replaced", replaced_on=timezone.localdate())


def revoke(certificate: Certificate) -> None:
    _end(certificate, state="revoked", revoked_on=timezone.localdate())


def _end(certificate: Certificate, **fields) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(**fields)


def ask_for_another_name(certificate: Certificate | None = None) -> CorrectionRequest:
    """The holder's request to be Nadia Nowak on their certificate."""
    certificate = certificate or records.issued()
    return correction_requests.ask(
        certificate.registration,
        by=certificate.registration.person,
        name="Nadia Nowak",
        reason="I married.",
    )
