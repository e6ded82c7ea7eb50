"""The Open Badge of a certificate: an Open Badges 3.0 credential, signed as a JWT (VC-JWT).

It says what the paper says. The worker that signs the PDF signs it too, with the same key, for the
web has none; nobody sees it before its holder turns it on. Its signature is checked with the key at
`kid`, an address of ours; `credentialStatus` tells whether it still holds.
"""

from datetime import UTC, datetime
from typing import Any

import jwt
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cec import mail
from cec.bilingual import in_language
from cec.wording import amount
from certificates import facts
from certificates.models import Certificate
from certificates.printing.paper import CertificateFacts
from certificates.public import badge_key
from certificates.signing import SigningKey

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)


def signed(certificate: Certificate, key: SigningKey) -> str:
    """Return the badge as a compact JWS."""
    badge = credential(certificate)
    claims = {
        "iss": badge["issuer"]["id"],
        "jti": badge["id"],
        "sub": badge["credentialSubject"]["id"],
        "nbf": int(_issued_at(certificate).timestamp()),
    }
    kid = mail.absolute_url("badge_key", key.fingerprint)
    name = badge_key.algorithm(key.private.public_key())
    return jwt.encode(badge | claims, key.private, name, headers={"kid": kid})


def credential(certificate: Certificate) -> dict[str, Any]:
    """Return the credential, in the language that is first on the paper.

    The holder is named as on the paper. An e-mail address isn't on it, so there is none here, nor
    a hash of one: whoever guesses the address could confirm it.
    """
    paper = facts.thawed(certificate.facts)
    language = "fr" if paper.french_first else "en"
    with translation.override(language):
        page = mail.absolute_url("verify_id", certificate.public_id)
        issuer = {
            "id": f"{settings.SITE_URL}/",
            "type": ["Profile"],
            "name": in_language(paper, "issuer"),
            "url": f"{settings.SITE_URL}/",
        }
        return {
            "@context": list(CONTEXT),
            "id": page,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": in_language(paper, "title"),
            "issuer": issuer,
            "validFrom": f"{_issued_at(certificate):%Y-%m-%dT%H:%M:%SZ}",
            "credentialSubject": {
                "id": f"{page}#holder",
                "type": ["AchievementSubject"],
                "identifier": [_named(paper)],
                "licenseNumber": certificate.serial,
                "achievement": _achievement(certificate, paper) | {"inLanguage": language},
            },
            "credentialStatus": {
                "id": mail.absolute_url("badge_status", certificate.public_id),
                "type": "1EdTechRevocationList",
            },
        }


def revocations(certificate: Certificate) -> dict[str, Any]:
    """Return the revocation list that the badge points to: of this badge alone.

    One list of all would tell whose certificates were revoked. A replaced edition is on it too: it
    isn't valid any more, and where the newest one is, its page says, if the holder wants that.
    """
    ended = certificate.state != Certificate.State.VALID
    page = mail.absolute_url("verify_id", certificate.public_id)
    return {
        "id": mail.absolute_url("badge_status", certificate.public_id),
        "issuer": f"{settings.SITE_URL}/",
        "revokedCredential": [{"id": page, "revoked": True}] if ended else [],
    }


def _named(paper: CertificateFacts) -> dict[str, Any]:
    return {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": paper.name,
        "identityType": "name",
    }


def _achievement(certificate: Certificate, paper: CertificateFacts) -> dict[str, Any]:
    rules = mail.absolute_url("what_counts_in", program=certificate.program.slug)
    return {
        "id": rules,
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "name": in_language(paper, "title"),
        "description": in_language(paper, "not_a_diploma") or in_language(paper, "title"),
        "criteria": {"id": rules, "narrative": _narrative(certificate, paper)},
    }


def _narrative(certificate: Certificate, paper: CertificateFacts) -> str:
    needed = facts.points_needed(certificate.facts)
    if needed is None:
        return _(
            "The holder kept learning over the whole of a program, by the rules of that program."
        )
    return _("The holder earned at least %(amount)s in this program by learning.") % {
        "amount": amount(needed, in_language(paper, "unit"))
    }


def _issued_at(certificate: Certificate) -> datetime:
    return certificate.issued_at.astimezone(UTC).replace(microsecond=0)
