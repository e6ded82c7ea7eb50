"""Keys and certificates made for tests of the signature, in the files that the settings name."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils import timezone

YEAR = timedelta(days=365)


@cache
def private(kind: str):
    """One key of each kind for all tests: making RSA keys takes time."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa-")))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"p-256": ec.SECP256R1, "p-384": ec.SECP384R1}[kind]())


def certified(
    key, name="The Partnership", *, ends: datetime | None = None, stamps=False, use=(True, True)
) -> x509.Certificate:
    """A certificate for a key by itself, good for a year or until `ends`."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = ends or timezone.now() + YEAR
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(ends - 2 * YEAR)
        .not_valid_after(ends)
        .add_extension(x509.KeyUsage(*use, *[not any(use)] + [False] * 6), critical=True)
    )
    if stamps:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        certificate = certificate.add_extension(purpose, critical=True)
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return certificate.sign(key, hashed)


def pem(key, passphrase: bytes | None = None) -> bytes:
    how = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def p12(key, certificate, passphrase: bytes | None = None) -> bytes:
    how = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"cec", key, certificate, None, how)


def use(settings, folder: Path, kind: str = "p-256", name: str = "The Partnership", **how) -> None:
    """Put a pair into a file and name it in the settings."""
    key = private(kind)
    path = folder / f"{name}-{kind}.pem"
    path.write_bytes(pem(key) + certified(key, name, **how).public_bytes(Encoding.PEM))
    settings.SIGNING_KEY_FILE = str(path)
