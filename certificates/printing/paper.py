"""What a certificate says, as plain values: the one thing that its printing is given."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# Which layout a certificate was issued under; it is frozen with the facts. Raise it when the same
# facts would make another page: a text elsewhere, another face, something added or left out.
TEMPLATE_VERSION = 1
SIGNATURE_FIELD = "Signature"  # where the digital signature goes; it isn't seen


@dataclass(frozen=True)
class Signatory:
    """Who signs, as printed under the line; `image` is a PNG or an SVG, or None for a bare line."""

    name: str
    title_en: str
    title_fr: str
    image: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """Everything that a certificate says. A text without its translation stands on both sides.

    `subject_en` and `subject_fr` continue the sentence after the unit, preposition included: "of
    continuing learning in library and information work". `association_*` may be empty. At most two
    people sign. `verify_url` is in the QR code, `verify_short` is printed below it. Where
    `french_first` is set, French is on the left and the language of the document. `issued_on` is
    the day of the award; an edition after the first says which it is, and its own day `edition_on`.
    `wording_version` says which version of the program's texts these are; it isn't printed.
    """

    name: str
    title_en: str
    title_fr: str
    issuer_en: str
    issuer_fr: str
    issuer_sentence_en: str
    issuer_sentence_fr: str
    points: Decimal
    unit_en: str
    unit_fr: str
    subject_en: str
    subject_fr: str
    starts_on: date
    ends_on: date
    not_a_diploma_en: str
    not_a_diploma_fr: str
    serial: str
    issued_on: date
    verify_url: str
    verify_short: str
    association_en: str = ""
    association_fr: str = ""
    signatories: tuple[Signatory, ...] = ()
    french_first: bool = False
    edition: int = 1
    edition_on: date | None = None
    wording_version: int | None = None
