"""Signing a PDF: PAdES B-B, and B-T with a time stamp, in the field that the press left for it.

It is a certification that allows no change at all. What is added is as small as it can be: pyHanko
would also rewrite the metadata, in a form that PDF/A doesn't take, and raise the version for keys
on curves, which PAdES doesn't ask for.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.printing.paper import SIGNATURE_FIELD
from certificates.signing.key import SigningKey
from certificates.signing.timestamps import server

DIGEST = "sha256"
MOST_ROUNDS = 4
ROOM = 2_000  # bytes of a signature beside its certificates


def sign(content: bytes, key: SigningKey, *, reason: str) -> bytes:
    """Return the PDF with its signature; `reason` stands in it for everybody to read.

    Raises NoSigningKey when the certificate is out of its time, and NoTimestamp.
    """
    key.require_in_time(timezone.now())
    signed = b""
    for spaces in range(MOST_ROUNDS):
        signed = _signed(content, key, reason + " " * spaces)
        # See printing.conformance: this is the same for the one stream that pyHanko adds.
        if b"\r\nendstream" not in signed[len(content) :]:
            break
    return signed


def _signed(content: bytes, key: SigningKey, reason: str) -> bytes:
    stamps = server()
    signature = PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
    )
    signer = PdfSigner(signature, _signer(key), timestamper=stamps)
    # A stamp's size is known only by asking for one.
    room = None if stamps else 2 * (ROOM + _size(key))
    signed: BytesIO = _run(
        signer.async_sign_pdf(
            Addition(BytesIO(content)), existing_fields_only=True, bytes_reserved=room
        )
    )
    return signed.getvalue()


def _run(signing: Coroutine[Any, Any, BytesIO]) -> BytesIO:
    """Run what pyHanko writes as a coroutine, in a thread of its own.

    An event loop can't be started where one runs already.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, signing).result()


def _size(key: SigningKey) -> int:
    return sum(
        len(certificate.public_bytes(Encoding.DER)) for certificate in (key.certificate, *key.chain)
    )


class Addition(IncrementalPdfFileWriter):
    """What is appended to a PDF by signing it, and nothing but that."""

    def _update_meta(self) -> None:
        """Leave title, dates and claims as they were printed."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Leave the version at 1.7, which PDF/A-2 is made of."""

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Name the extension of PAdES, but none of PDF 2.0."""
        if ext.base_version == "/1.7":
            super().register_extension(ext)


class Signer(SimpleSigner):
    """Signs with the key as it was loaded; pyHanko's own would read an RSA key anew each time."""

    def __init__(self, key: SigningKey) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(map(translate_pyca_cryptography_cert_to_asn1, key.chain))
        super().__init__(
            signing_cert=translate_pyca_cryptography_cert_to_asn1(key.certificate),
            signing_key=translate_pyca_cryptography_key_to_asn1(key.private),
            cert_registry=registry,
        )
        self.private = key.private

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """See SimpleSigner."""
        assert digest_algorithm == DIGEST
        return _sign(self.private, data)


def _sign(private: Any, data: bytes) -> bytes:
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(data, PKCS1v15(), hashes.SHA256())
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private.sign(data, ec.ECDSA(hashes.SHA256()))


@lru_cache(maxsize=2)
def _signer(key: SigningKey) -> Signer:
    return Signer(key)
