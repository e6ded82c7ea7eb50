"""The key that signs certificates: read from its file once a process, and never written anywhere.

In development a pair is made on first use; its name says that it is worth nothing.
"""

import os
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

from certificates.models import SigningCertificate

SMALLEST_RSA = 2048  # bits
CURVES = (ec.SECP256R1, ec.SECP384R1)
DEVELOPMENT = "cec development: this signature is worth nothing"
DEVELOPMENT_YEARS = 10

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class NoSigningKey(Exception):
    """There is no key that could sign; the message is one line for whoever runs the site."""


@dataclass(frozen=True, eq=False)
class SigningKey:
    """A private key, its certificate, and the certificates of those who vouch for it."""

    private: PrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def require_in_time(self, now: datetime) -> None:
        """Raise NoSigningKey unless the certificate is valid at that moment."""
        first, last = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        if not first <= now <= last:
            raise NoSigningKey(
                f"The signing certificate is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d} only."
            )


def key_in_use() -> SigningKey:
    """Return the key of the settings. Raises NoSigningKey."""
    name = settings.SIGNING_KEY_FILE
    path = Path(name) if name else _development_pair(settings.VAR)
    return _load(path, settings.SIGNING_CERTIFICATE_FILE, settings.SIGNING_KEY_PASSPHRASE)


def recorded(key: SigningKey) -> SigningCertificate:
    """Return the record of the key's certificate, made when it signs for the first time."""
    certificate = key.certificate
    return SigningCertificate.objects.get_or_create(
        fingerprint=key.fingerprint,
        defaults={
            "der": certificate.public_bytes(Encoding.DER),
            "subject": certificate.subject.rfc4514_string()[:300],
            "starts_at": certificate.not_valid_before_utc,
            "ends_at": certificate.not_valid_after_utc,
        },
    )[0]


@lru_cache(maxsize=2)
def _load(path: Path, certificate_file: str, passphrase: str) -> SigningKey:
    content = _read(path, "SIGNING_KEY_FILE")
    private, certificates = _opened(content, passphrase.encode() or None)
    if certificate_file:
        certificates = _certificates(_read(Path(certificate_file), "SIGNING_CERTIFICATE_FILE"))
    if not certificates:
        raise NoSigningKey("Set SIGNING_CERTIFICATE_FILE: SIGNING_KEY_FILE has no certificate.")
    own = [each for each in certificates if each.public_key() == private.public_key()]
    if not own:
        raise NoSigningKey("The certificate doesn't belong to the key in SIGNING_KEY_FILE.")
    _require_use(own[0])
    others = tuple(each for each in certificates if each != own[0])
    return SigningKey(private=private, certificate=own[0], chain=others)


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NoSigningKey(f"{setting} can't be read: {error.strerror}.") from None


def _opened(
    content: bytes, passphrase: bytes | None
) -> tuple[PrivateKey, tuple[x509.Certificate, ...]]:
    """Take key and certificates out of a PEM or PKCS#12 file."""
    private: object
    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            private = load_pem_private_key(content, passphrase)
            found = _certificates(content)
        else:
            private, own, others = pkcs12.load_key_and_certificates(content, passphrase)
            found = tuple(filter(None, (own, *others)))
    except (TypeError, ValueError):
        # What the library says may quote the file: it isn't repeated.
        how = "with SIGNING_KEY_PASSPHRASE" if passphrase else "without SIGNING_KEY_PASSPHRASE"
        raise NoSigningKey(
            f"SIGNING_KEY_FILE can't be opened {how}; it must be PEM or PKCS#12."
        ) from None
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= SMALLEST_RSA:
        return private, found
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, CURVES):
        return private, found
    raise NoSigningKey(
        f"The key in SIGNING_KEY_FILE must be RSA of {SMALLEST_RSA} bits or more, P-256 or P-384."
    )


def _certificates(content: bytes) -> tuple[x509.Certificate, ...]:
    if b"-----BEGIN CERTIFICATE" not in content:
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(content))
    except ValueError:
        raise NoSigningKey("The signing certificate can't be read; it must be PEM.") from None


def _require_use(certificate: x509.Certificate) -> None:
    try:
        use = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (use.digital_signature or use.content_commitment):
        raise NoSigningKey("The signing certificate isn't meant for signatures (its key usage).")


def _development_pair(folder: Path) -> Path:
    """Return the file of the development pair; of several processes that make it, one wins."""
    path = folder / "signing-development.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)  # readable by its owner alone
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(development_pair())
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return path


def development_pair() -> bytes:
    """Make a key on P-256 and its own certificate, in PEM."""
    private = ec.generate_private_key(ec.SECP256R1())
    return private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ) + own_certificate(private).public_bytes(Encoding.PEM)


def own_certificate(private: PrivateKey) -> x509.Certificate:
    """Return a certificate of a key by itself, whose name says that it is worth nothing.

    It is valid from long ago on: demo data is signed in the past that it tells of.
    """
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEVELOPMENT)])
    now = timezone.now()
    return (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365 * DEVELOPMENT_YEARS))
        .not_valid_after(now + timedelta(days=365 * DEVELOPMENT_YEARS))
        .add_extension(_signatures_only(), critical=True)
        .sign(private, hashes.SHA256())
    )


def _signatures_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
