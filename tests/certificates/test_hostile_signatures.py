"""Signatures of ours that a stranger stuffed, in the part that no signature covers."""

import hashlib
import time
from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import NameOID
from django.utils import timezone
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates import signing
from certificates.signing.key import SigningKey
from tests.certificates import keys
from tests.certificates.test_signing import PRINTED, REASON

pytestmark = pytest.mark.django_db

CROWD = 8  # in 40,320 orders
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "X")])


def by_x(public, private, number):
    """A certificate of X by X: any of them may have issued any other."""
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder(NAME, NAME, public, number)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    hashed = None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return translate_pyca_cryptography_cert_to_asn1(certificate.sign(private, hashed))


def crowd():
    strangers = [ed25519.Ed25519PrivateKey.generate() for _ in range(CROWD)]
    return [by_x(each.public_key(), each, 10 + n) for n, each in enumerate(strangers)]


def stamp(data):
    """A time stamp by X, with a crowd of X that may vouch for it."""
    clock = keys.private("rsa-2048")
    store = SimpleCertificateStore()
    store.register_multiple(crowd())
    stamper = DummyTimeStamper(
        by_x(clock.public_key(), clock, 1),
        translate_pyca_cryptography_key_to_asn1(clock),
        certs_to_embed=store,
    )
    signature = data["signer_infos"][0]["signature"].native
    imprint = {
        "hash_algorithm": {"algorithm": "sha256"},
        "hashed_message": hashlib.sha256(signature).digest(),
    }
    asked = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
    token = stamper.request_tsa_response(asked)["time_stamp_token"]
    attribute = {"type": "signature_time_stamp_token", "values": [token]}
    data["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute(attribute)])


def test_a_crowd_of_certificates_in_a_genuine_signature_is_not_followed():
    private = keys.private("p-256")
    above = [keys.certified(keys.private("rsa-3072"), f"Authority {n}") for n in range(3)]
    own = keys.certified(private)
    key = SigningKey(private=private, certificate=own, chain=tuple(above))
    signing.recorded(key)
    content = signing.sign(PRINTED, key, reason=REASON)
    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    room = signature.pkcs7_content
    message = cms.ContentInfo.load(room)
    message["content"]["certificates"] = cms.CertificateSet(
        [translate_pyca_cryptography_cert_to_asn1(own)]  # those above it make room
    )
    stamp(message["content"])
    new = message.dump(force=True)
    changed = content.replace(_digits(room), _digits(new).ljust(2 * len(room), b"0"))
    assert len(changed) == len(content)
    assert changed != content

    begun = time.perf_counter()
    found = signing.check(changed)

    assert time.perf_counter() - begun < 2
    assert found.ours


def _digits(content):
    return content.hex().upper().encode()
