"""Making the PDF of an issued certificate: the worker's part (F2, H1 to H4).

Apart from `issuing` because it brings WeasyPrint along, which no web process needs.
"""

import hashlib
import logging
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from cec import work
from certificates import facts, sending, signing
from certificates.models import Certificate, Document
from certificates.printing import pdf
from certificates.public import badge

log = logging.getLogger(__name__)

REASON = "Certificate / Certificat {serial}"  # in the signature, for everybody to read
AT_ONCE = 200  # PDFs that one sweep makes at most; the next one is a minute away


def make_document(certificate_id: int) -> bool:
    """Make the PDF of a certificate and send it; say whether this call was the one that did.

    Any number of calls, at once or later, make one document and one mail (H3).
    """
    certificate = _claim(certificate_id, now=timezone.now())
    if certificate is None:
        return False
    try:
        key = signing.key_in_use()
        content = pdf.render(facts.thawed(certificate.facts))
        signed = signing.sign(content, key, reason=REASON.format(serial=certificate.serial))
        return _store(certificate, signed, key)
    except (signing.NoSigningKey, signing.NoTimestamp) as error:
        # Nothing is wrong with this certificate: that is no try, and it waits until it is mended.
        log.warning("%s waits: %s", certificate.serial, error)
        # Not below nothing: the button may have set the tries to zero meanwhile.
        Certificate.objects.filter(pk=certificate.pk).update(
            tries=Greatest(F("tries") - 1, 0), error=str(error)[:500]
        )
        return False
    except Exception as error:  # whatever it is, an administrator must see it (F2)
        log.exception("The PDF of %s could not be made", certificate.serial)
        reason = f"{type(error).__name__}: {error}"[:500]
        Certificate.objects.filter(pk=certificate.pk).update(error=reason)
        if isinstance(error, SoftTimeLimitExceeded):
            raise
        return False


def make_waiting() -> int:
    """Make the PDFs that no message came for and those that failed; return how many it made."""
    waiting = Certificate.objects.to_make(timezone.now()).order_by("tries", "id")
    turns = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    return sum(make_document(pk) for pk in work.while_there_is_time(turns))


def _claim(certificate_id: int, *, now: datetime) -> Certificate | None:
    """Take a certificate whose turn it is, by one conditional UPDATE; None when it isn't."""
    turn = Certificate.objects.to_make(now).filter(pk=certificate_id)
    if not turn.update(tries=F("tries") + 1, tried_at=now):
        return None
    return Certificate.objects.get(pk=certificate_id)


@transaction.atomic
def _store(certificate: Certificate, content: bytes, key: signing.SigningKey) -> bool:
    """Keep the bytes and send them, once: the mail is a row of the same transaction.

    One that was replaced or revoked while its PDF was being made gets neither.
    """
    locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if not locked.is_valid or Document.objects.filter(certificate=locked).exists():
        return False
    Document.objects.create(
        certificate=locked,
        pdf=content,
        sha256=hashlib.sha256(content).hexdigest(),
        signed_with=signing.recorded(key),
        badge=badge.signed(locked, key),
    )
    Certificate.objects.filter(pk=locked.pk).update(error="")
    sending.send(locked, content)
    return True
