"""The key that signs badges, and the public keys that they are checked with."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_OF_CURVE = {"secp256r1": "ES256", "secp384r1": "ES384"}


def in_use() -> PrivateKey | None:
    """Return the key of the settings, or None without one: then there are no badges."""
    return _load(settings.SIGNING_KEY_FILE) if settings.SIGNING_KEY_FILE else None


def public(wanted: str) -> PublicKey | None:
    """Return the public key with this fingerprint, if it is one of ours."""
    key = in_use()
    if key is None or fingerprint(key.public_key()) != wanted:
        return None
    return key.public_key()


def fingerprint(key: PublicKey) -> str:
    """Return the SHA-256 of the public key (SubjectPublicKeyInfo), in hexadecimal."""
    return hashlib.sha256(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def algorithm(key: PrivateKey | PublicKey) -> str:
    """Return the name of the signature's algorithm (RFC 7518); Open Badges prefers RSA's."""
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return "RS256"
    return _OF_CURVE[key.curve.name]


def as_jwk(key: PublicKey) -> dict[str, Any]:
    """Return the public key as a JSON Web Key."""
    name = algorithm(key)
    found: dict[str, Any] = jwt.get_algorithm_by_name(name).to_jwk(key, as_dict=True)
    return found | {"alg": name, "use": "sig", "kid": fingerprint(key)}


@lru_cache(maxsize=2)
def _load(path: str) -> PrivateKey:
    key = load_pem_private_key(Path(path).read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("SIGNING_KEY_FILE must be an RSA key, or one on P-256 or P-384")
    return key
