"""What a registration's certificate says: taken from the rows once, then frozen as JSON (F4, F7).

The paper speaks both languages side by side, so its texts come from the program's published wording
in both and never from the catalogue of the page's language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from activities import points
from cec import mail
from certificates import wordings
from certificates.completion import day_of_completion, required_total
from certificates.models import Certificate, Signatory, SignaturePicture
from certificates.printing import paper
from certificates.printing.lettering import clean
from registrations.models import Association, Registration

MOST_SIGNATORIES = 2
DAYS = ("starts_on", "ends_on", "issued_on", "edition_on")
# What a later edition keeps even where it takes the texts of its day: what was awarded, and when.
AWARDED = (
    *("points", "starts_on", "ends_on", "issued_on", "rules_version", "points_needed"),
    *("name", "association_en", "association_fr"),
)
# What is each edition's own, and no difference between two.
OF_AN_EDITION = ("serial", "verify_url", "verify_short", "edition", "edition_on")
VERSION = "wording_version"  # kept, and never printed


def facts_of(
    registration: Registration, *, serial: str, public_id: str, issued_on: date
) -> paper.CertificateFacts:
    """Collect what the certificate of this registration says if it is issued on that day.

    The learning ends with the cycle, or with the turning in of a record that was completed early.
    """
    program, association = registration.program, registration.association
    association_en, association_fr = association_names(association)
    wording = wordings.kept(program)
    assert registration.starts_on is not None
    assert registration.ends_on is not None
    return paper.CertificateFacts(
        name=clean(registration.person.name),
        **wording.texts,
        wording_version=wording.version,
        points=points.standing(registration).counted,
        unit_en=program.text("unit", "en"),
        unit_fr=program.text("unit", "fr"),
        starts_on=registration.starts_on,
        ends_on=min(registration.ends_on, day_of_completion(registration)),
        association_en=association_en,
        association_fr=association_fr,
        serial=serial,
        issued_on=issued_on,
        **_addresses(public_id),
        signatories=signatures_of(Signatory.objects.signing(registration, issued_on)),
        french_first=registration.person.language == "fr"
        or bool(association and association.french_first),
    )


def association_names(association: Association | None) -> tuple[str, str]:
    """Return how an association is printed, in English and in French."""
    if association is None:
        return "", ""
    return association.name_en, association.name_fr or association.name_en


def _addresses(public_id: str) -> dict[str, Any]:
    """Where a certificate is checked: in the QR code, and short to be typed."""
    return {
        "verify_url": mail.absolute_url("verify_id", public_id),
        "verify_short": short_address(),
    }


def short_address() -> str:
    """Return where certificates are checked by hand, as short as it is printed."""
    return f"{urlsplit(settings.SITE_URL).netloc}/v"


def signatures_of(rows: QuerySet[Signatory]) -> tuple[paper.Signatory, ...]:
    """Return those who are printed of the people who sign, in their order, with their pictures."""
    return tuple(
        paper.Signatory(
            name=row.name,
            title_en=row.title_en,
            title_fr=row.title_fr,
            image=bytes(row.picture.png) if row.picture else None,
        )
        for row in rows.select_related("picture")[:MOST_SIGNATORIES]
    )


def frozen(facts: paper.CertificateFacts, registration: Registration) -> dict[str, Any]:
    """Return the facts as JSON, with the versions of rules and layout and the total asked for.

    A signature's picture stands there by its hash: `SignaturePicture` keeps it.
    """
    total = required_total(registration)
    return asdict(facts) | {
        **{name: day.isoformat() if (day := getattr(facts, name)) else None for name in DAYS},
        "points": f"{facts.points:f}",
        "signatories": [
            {
                "name": row.name,
                "title_en": row.title_en,
                "title_fr": row.title_fr,
                "picture": sha256(row.image).hexdigest() if row.image else None,
            }
            for row in facts.signatories
        ],
        "rules_version": registration.rules.version,
        "template_version": paper.TEMPLATE_VERSION,
        "points_needed": f"{total.points:f}" if total else None,
    }


def thawed(frozen_facts: dict[str, Any]) -> paper.CertificateFacts:
    """Return the facts that were frozen, ready to be printed."""
    known = {field.name for field in fields(paper.CertificateFacts)}
    values = {key: value for key, value in frozen_facts.items() if key in known}
    exact = {
        **{name: date.fromisoformat(day) for name in DAYS if (day := values.get(name))},
        "points": Decimal(values["points"]),
        "signatories": _thawed_signatories(values["signatories"]),
    }
    return paper.CertificateFacts(**(values | exact))


def corrected(
    certificate: Certificate,
    *,
    day: date,
    name: str,
    association: tuple[str, str] | None = None,
    renewed: bool = False,
) -> dict[str, Any]:
    """Return what the next edition says, frozen, but for its serial and its address.

    `association` is how it is printed in English and in French; None leaves it. A `renewed` one
    has the program's texts and signatories of that day. Points, days and the version of the rules
    are never others.
    """
    edition = {
        "name": clean(name),
        "edition": certificate.edition + 1,
        "edition_on": day.isoformat(),
        "template_version": paper.TEMPLATE_VERSION,
    }
    if association is not None:
        edition |= dict(zip(("association_en", "association_fr"), association, strict=True))
    texts = _of_the_day(certificate, day) if renewed else {}
    return {**certificate.facts, **texts, **edition}


def _of_the_day(certificate: Certificate, day: date) -> dict[str, Any]:
    registration = certificate.registration
    taken = facts_of(
        registration, serial=certificate.serial, public_id=certificate.public_id, issued_on=day
    )
    return {
        key: value
        for key, value in frozen(taken, registration).items()
        if key not in AWARDED and key not in OF_AN_EDITION
    }


def numbered(frozen_facts: dict[str, Any], *, serial: str, public_id: str) -> dict[str, Any]:
    """Return frozen facts with the serial and the addresses of their own edition."""
    return frozen_facts | _addresses(public_id) | {"serial": serial}


def differ(former: dict[str, Any], later: dict[str, Any]) -> bool:
    """Say whether two editions differ in anything that is printed, but for what is each one's own.

    Both are frozen.
    """
    one, other = thawed(former), thawed(later)
    printed = {field.name for field in fields(paper.CertificateFacts)} - {*OF_AN_EDITION, VERSION}
    return any(getattr(one, name) != getattr(other, name) for name in printed)


def _thawed_signatories(rows: Iterable[Mapping[str, Any]]) -> tuple[paper.Signatory, ...]:
    """Those who signed, with their pictures; certificates of earlier versions name none."""
    wanted = [row["picture"] for row in rows if row.get("picture")]
    kept = SignaturePicture.objects.in_bulk(wanted, field_name="sha256")
    return tuple(
        paper.Signatory(
            name=row["name"],
            title_en=row["title_en"],
            title_fr=row["title_fr"],
            image=bytes(kept[row["picture"]].png) if row.get("picture") else None,
        )
        for row in rows
    )


def points_needed(frozen_facts: dict[str, Any]) -> Decimal | None:
    """Return the total that the rules asked for when the certificate was issued."""
    needed = frozen_facts.get("points_needed")
    return Decimal(needed) if needed else None
