"""Sending a certificate to its holder: once when its PDF is made, and again when asked to."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cec import mail
from cec.outbox import OutgoingMail, OutgoingMailQuerySet
from cec.problems import Problem, Refused
from certificates.completion import lock
from certificates.models import Certificate, Document
from registrations.models import Event, Person
from registrations.permissions import require

LETTERS = ("certificate_issued", "certificate_corrected")


def send(certificate: Certificate, content: bytes, *, once: str = "") -> OutgoingMail | None:
    """Post the PDF to the holder; None if it was posted already on this occasion."""
    kind = LETTERS[certificate.edition > 1]
    return mail.post(
        kind,
        certificate,
        to=certificate.registration.person,
        key=":".join(filter(None, (kind, str(certificate.pk), once))),
        about=certificate.registration,
        attachments=[(certificate.file_name, "application/pdf", content)],
    )


@transaction.atomic
def send_again(certificate: Certificate, *, by: Person, form_key: UUID) -> None:
    """Post the PDF once more, to the address that the holder has now.

    A form that arrives twice posts one mail. Raises `Refused` unless the certificate is valid and
    its PDF is made.
    """
    require(by, "issue_certificate", certificate.registration)
    registration = lock(certificate.registration)  # first, as whoever corrects or revokes does
    locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    document = Document.objects.filter(certificate=locked).first()
    if document is None or not locked.is_valid:
        raise Refused(Problem("no_document", _("There is no valid PDF to send."), fixable=False))
    if send(locked, bytes(document.pdf), once=str(form_key)) is not None:
        registration.note(Event.Kind.CERTIFICATE_MAILED, by=by, details={"serial": locked.serial})


def mails_of(certificate: Certificate) -> OutgoingMailQuerySet:
    """Return the mails that take this edition to its holder, the newest first."""
    keys = [f"{kind}:{certificate.pk}" for kind in LETTERS]
    again = Q()
    for key in keys:
        again |= Q(key__startswith=f"{key}:")
    rows = OutgoingMail.objects.filter(Q(key__in=keys) | again)
    return rows.defer("text", "html").order_by("-id")
