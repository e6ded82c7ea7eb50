"""What a registration's certificate says: taken from the rows once, then frozen as JSON (F4, F7).

The paper speaks both languages side by side, so its texts come from the program's rows in both and
never from the catalogue of the page's language.
"""

from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from activities import points
from cec import mail
from certificates import paper
from certificates.completion import day_of_completion, required_total
from certificates.lettering import clean
from certificates.models import Certificate, Signatory
from registrations.models import Program, Registration

MOST_SIGNATORIES = 2
LEARNING = {"en": "of continuing learning", "fr": "de formation continue"}
IN_A_FIELD = {"en": "of continuing learning in {field}", "fr": "de formation continue en {field}"}
DAYS = ("starts_on", "ends_on", "issued_on", "edition_on")
# What a later edition keeps even where it takes the texts of its day: what was awarded, and when.
AWARDED = (
    *("points", "starts_on", "ends_on", "issued_on", "rules_version", "points_needed"),
    *("name", "association_en", "association_fr"),
)
# What is each edition's own, and no difference between two.
OF_AN_EDITION = ("serial", "verify_url", "verify_short", "edition", "edition_on")


def facts_of(
    registration: Registration, *, serial: str, public_id: str, issued_on: date
) -> paper.CertificateFacts:
    """Collect what the certificate of this registration says if it is issued on that day.

    The learning ends with the cycle, or with the turning in of a record that was completed early.
    """
    program, association = registration.program, registration.association
    assert registration.starts_on is not None
    assert registration.ends_on is not None
    return paper.CertificateFacts(
        name=clean(registration.person.name),
        **_in_both("title", program, "certificate", "name"),
        **_in_both("issuer", program, "issuer"),
        **_in_both("issuer_sentence", program, "issuer_about"),
        points=points.standing(registration).counted,
        **_in_both("unit", program, "unit"),
        subject_en=_subject(program, "en"),
        subject_fr=_subject(program, "fr"),
        starts_on=registration.starts_on,
        ends_on=min(registration.ends_on, day_of_completion(registration)),
        association_en=association.name_en if association else "",
        association_fr=(association.name_fr or association.name_en) if association else "",
        serial=serial,
        issued_on=issued_on,
        **_addresses(public_id),
        signatories=_signatories(registration, issued_on),
        **_in_both("not_a_diploma", program, "disclaimer"),
        french_first=registration.person.language == "fr"
        or bool(association and association.french_first),
    )


def _addresses(public_id: str) -> dict[str, Any]:
    """Where a certificate is checked: in the QR code, and short to be typed."""
    return {
        "verify_url": mail.absolute_url("verify_id", public_id),
        "verify_short": f"{urlsplit(settings.SITE_URL).netloc}/v",
    }


def _in_both(fact: str, program: Program, *texts: str) -> dict[str, Any]:
    """Return a fact in both languages: the first of the program's texts that isn't empty."""
    return {
        f"{fact}_{code}": next(filter(None, (program.text(text, code) for text in texts)), "")
        for code in ("en", "fr")
    }


def _subject(program: Program, code: str) -> str:
    field = program.text("field", code)
    return IN_A_FIELD[code].format(field=field) if field else LEARNING[code]


def _signatories(registration: Registration, day: date) -> tuple[paper.Signatory, ...]:
    rows = Signatory.objects.signing(registration, day)[:MOST_SIGNATORIES]
    return tuple(
        paper.Signatory(name=row.name, title_en=row.title_en, title_fr=row.title_fr) for row in rows
    )


def frozen(facts: paper.CertificateFacts, registration: Registration) -> dict[str, Any]:
    """Return the facts as JSON, with the version of the rules and the total that they asked for."""
    total = required_total(registration)
    return asdict(facts) | {
        **{name: day.isoformat() if (day := getattr(facts, name)) else None for name in DAYS},
        "points": f"{facts.points:f}",
        "signatories": [
            {"name": row.name, "title_en": row.title_en, "title_fr": row.title_fr}
            for row in facts.signatories
        ],
        "rules_version": registration.rules.version,
        "points_needed": f"{total.points:f}" if total else None,
    }


def thawed(frozen_facts: dict[str, Any]) -> paper.CertificateFacts:
    """Return the facts that were frozen, ready to be printed."""
    known = {field.name for field in fields(paper.CertificateFacts)}
    values = {key: value for key, value in frozen_facts.items() if key in known}
    exact = {
        **{name: date.fromisoformat(day) for name in DAYS if (day := values.get(name))},
        "points": Decimal(values["points"]),
        "signatories": tuple(paper.Signatory(**row) for row in values["signatories"]),
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
    printed = {field.name for field in fields(paper.CertificateFacts)} - set(OF_AN_EDITION)
    return any(getattr(one, name) != getattr(other, name) for name in printed)


def points_needed(frozen_facts: dict[str, Any]) -> Decimal | None:
    """Return the total that the rules asked for when the certificate was issued."""
    needed = frozen_facts.get("points_needed")
    return Decimal(needed) if needed else None
