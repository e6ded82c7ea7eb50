"""The public keys that badges are checked with: of every certificate that ever signed."""

from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificates.models import SigningCertificate

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_OF_CURVE = {"secp256r1": "ES256", "secp384r1": "ES384"}


def as_jwk(fingerprint: str) -> dict[str, Any] | None:
    """Return the key of the certificate with this SHA-256 as a JSON Web Key, if it is one of ours.

    An old badge is checked with the key of its own day, whichever signs by now.
    """
    found = SigningCertificate.objects.filter(fingerprint=fingerprint.replace("\0", "")).first()
    if found is None:
        return None
    key = x509.load_der_x509_certificate(bytes(found.der)).public_key()
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    name = algorithm(key)
    jwk: dict[str, Any] = jwt.get_algorithm_by_name(name).to_jwk(key, as_dict=True)
    return jwk | {"alg": name, "use": "sig", "kid": found.fingerprint}


def algorithm(key: PublicKey) -> str:
    """Return the name of the signature's algorithm (RFC 7518); Open Badges prefers RSA's."""
    return "RS256" if isinstance(key, rsa.RSAPublicKey) else _OF_CURVE[key.curve.name]
