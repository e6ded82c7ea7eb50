"""What the holder of a certificate shows to strangers, and the ways to show it (F6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from activities import points
from activities.models import Credit
from cec import mail
from cec.bilingual import in_language
from cec.problems import Problem, Refused
from certificates import facts
from certificates.completion import lock
from certificates.models import Certificate, Sharing
from registrations.models import Person, Registration

LINKEDIN = "https://www.linkedin.com/profile/add"


@dataclass(frozen=True)
class Counted:
    """An entry of the record that counted: its points after the caps."""

    completed_on: date
    title: str
    type: str
    points: Decimal


@transaction.atomic
def choose(registration: Registration, *, by: Person, **switches: bool) -> bool:
    """Keep what the holder shows; say whether that changed anything.

    `switches` are those of `Sharing.chosen`; one that isn't given stays. Nobody chooses for
    somebody else. Raises `Refused` when there is no certificate to show.
    """
    if by.pk != registration.person_id:
        raise PermissionDenied
    lock(registration)
    if not Certificate.objects.filter(registration=registration).exists():
        raise Refused(Problem("no_certificate", _("There is no certificate to show yet.")))
    row = Sharing.objects.filter(registration=registration).first() or Sharing.of(registration)
    before = row.chosen
    changed: dict[str, object] = {
        name: value for name, value in switches.items() if before[name] != value
    }
    if not changed:
        return False
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    registration.note("sharing", by=by, details=changed)
    return True


def transcript_of(registration: Registration) -> Sequence[Counted]:
    """Return what counted when the record was accepted, in order; parked entries are left out.

    A record is closed from its turning in on, so the ledger of today is the one of that day.
    """
    ledger = points.ledger(registration)
    credits = (
        Credit.objects.filter(registration=registration, activity_id__in=ledger)
        .select_related("activity", "activity_type")
        .order_by("completed_on", "activity_id")
    )
    return [
        Counted(
            completed_on=credit.completed_on,
            title=credit.activity.title,
            type=credit.activity_type.name,
            points=ledger[credit.activity_id].counted,
        )
        for credit in credits
        if ledger[credit.activity_id].counted
    ]


def linkedin_url(certificate: Certificate) -> str:
    """Return the address that opens LinkedIn's own form, filled with what is on the paper.

    Nothing is sent until the holder follows it, and then by their browser.
    """
    paper = facts.thawed(certificate.facts)
    return f"{LINKEDIN}?" + urlencode(
        {
            "startTask": "CERTIFICATION_NAME",
            "name": in_language(paper, "title"),
            "organizationName": in_language(paper, "issuer"),
            "issueYear": paper.issued_on.year,
            "issueMonth": paper.issued_on.month,
            "certUrl": mail.absolute_url("verify_id", certificate.public_id),
            "certId": certificate.serial,
        }
    )
