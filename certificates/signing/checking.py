"""Is this PDF one that we signed, and as we signed it? Made for files of strangers.

No hostile PDF is ever parsed. The signature is found by its bytes; only when it covers what stands
before it, and one of our keys made it, are these bytes ours, and pyHanko's validator reads them.
What fits no certificate in size or form is turned away before anything is decoded.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from asn1crypto import cms, x509  # type: ignore[import-untyped]
from django.db import DatabaseError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from certificates.models import SigningCertificate

log = logging.getLogger(__name__)

LARGEST = 1_000_000  # bytes; a certificate has fewer than a tenth
LARGEST_SIGNATURE = 64 * 1024
MOST_SIGNATURES = 4  # of ours there is one; a stranger may have added more
DIGESTS = ("sha256", "sha384")
_RANGE = re.compile(rb"/ByteRange\s*\[\s*0+\s+(\d{1,7})\s+(\d{1,7})\s+(\d{1,7})\s*\]")
_USE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)


@dataclass(frozen=True)
class Signed:
    """What a PDF's signature says.

    `ours`: one of our keys signed. `intact`: and since then not a byte was changed or added. Then
    `signed_at` is the time that the signature gives, and `signer` the subject of its certificate,
    as `fingerprint` is its SHA-256.

    A file can be ours and intact and yet none that is kept: if a key was stolen, or in the few
    bytes that wrap a signature and are covered by none. Whoever asks for the very file compares its
    hash with `Document.sha256` too.
    """

    ours: bool = False
    intact: bool = False
    signed_at: datetime | None = None
    signer: str = ""
    fingerprint: str = ""


NOT_OURS = Signed()


def check(content: bytes) -> Signed:
    """Return what is to be said of a PDF's signature; whatever the bytes are, it never raises.

    Only a database that doesn't answer is passed on, as a DatabaseError. The time is bounded: by
    the size, and since nothing is unpacked that we didn't make.
    """
    if len(content) > LARGEST or not content.startswith(b"%PDF-"):
        return NOT_OURS
    found = [NOT_OURS]
    for end, covered, signature in _signatures(content):
        try:
            found.append(_judge(content, end, covered, signature))
        except DatabaseError:
            raise  # nothing is known then, least of all that it isn't ours
        except Exception as error:  # a stranger's signature may be nonsense in any way
            log.info("A signature of an uploaded file can't be read: %s", type(error).__name__)
    return max(found, key=lambda each: (each.ours, each.intact, each.signed_at is not None))


def _signatures(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Find signatures by their form: where each ends, which bytes it covers, and itself (DER).

    What it covers is all from the first byte to its end but its own hexadecimal digits.
    """
    for number, place in enumerate(_RANGE.finditer(content)):
        if number == MOST_SIGNATURES:
            return
        start, after, length = map(int, place.groups())
        digits = content[start:after]
        if not 2 < len(digits) < 2 * LARGEST_SIGNATURE or after + length > len(content):
            continue
        if not re.fullmatch(rb"<[0-9A-F]+>", digits) or len(digits) % 2:
            continue
        end = after + length
        covered = content[:start] + content[after:end]
        yield end, covered, bytes.fromhex(digits[1:-1].decode())


def _judge(content: bytes, end: int, covered: bytes, signature: bytes) -> Signed:
    message = cms.ContentInfo.load(signature)
    data = message["content"]
    known = _known(data)
    if known is None:
        return NOT_OURS
    info = extract_signer_info(data)
    algorithm = info["digest_algorithm"]["algorithm"].native
    if algorithm not in DIGESTS:
        return NOT_OURS
    certificate = x509.Certificate.load(bytes(known.der))
    digest = hashlib.new(algorithm, covered).digest()
    same, authentic = validate_sig_integrity(info, certificate, "data", digest)
    if not authentic:
        return NOT_OURS
    found = Signed(ours=True, signer=known.subject, fingerprint=known.fingerprint)
    if not same or signature[len(message.dump()) :].strip(b"\0"):  # room that wasn't needed
        return found
    signed_at = _validated(content[:end], certificate)
    return replace(found, signed_at=signed_at, intact=signed_at is not None and end == len(content))


def _known(data: cms.SignedData) -> SigningCertificate | None:
    """Return the record of the certificate in a signature, if it is one of ours."""
    prints = [
        hashlib.sha256(choice.chosen.dump()).hexdigest()
        for choice in list(data["certificates"])[:10]
    ]
    return SigningCertificate.objects.filter(fingerprint__in=prints).first()


def _validated(revision: bytes, certificate: x509.Certificate) -> datetime | None:
    """Return when bytes that we made were signed, if pyHanko's validator finds all in order.

    The certificate is judged at that time, so that its end changes nothing for what it signed. No
    list of withdrawn certificates is asked for: we know our keys, and the network isn't needed.

    A time stamp stands in the part that the signature doesn't cover: a stranger may have put one
    there, with certificates that would be followed from one to the next in all their orders. It
    has no say here, so it is taken out before.
    """
    (signature,) = PdfFileReader(BytesIO(revision)).embedded_signatures
    signature.signer_info["unsigned_attrs"] = cms.CMSAttributes([])
    signed_at: datetime | None = signature.self_reported_timestamp
    context = ValidationContext(
        trust_roots=[certificate], moment=signed_at, best_signature_time=signed_at
    )
    status = validate_pdf_signature(
        signature, context, key_usage_settings=_USE, ts_validation_context=context
    )
    sound = status.intact and status.valid and status.trusted
    return signed_at if sound and status.coverage == SignatureCoverageLevel.ENTIRE_FILE else None
