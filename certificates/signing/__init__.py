"""The digital signature of certificates (PAdES): which key signs, the signing, and the check of it.

The worker signs what it made; an upload is checked against every certificate that ever signed, so a
new key leaves old documents as they are. docs/certificates.md tells how keys are made and renewed.
"""

from certificates.signing.checking import Signed, check
from certificates.signing.key import NoSigningKey, SigningKey, key_in_use, recorded
from certificates.signing.pades import sign
from certificates.signing.timestamps import NoTimestamp

__all__ = [
    "NoSigningKey",
    "NoTimestamp",
    "Signed",
    "SigningKey",
    "check",
    "key_in_use",
    "recorded",
    "sign",
]
