"""What the holder of a certificate shows to strangers, and the ways to show it (F6)."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cec import mail
from cec.bilingual import in_language
from cec.problems import Problem, Refused
from certificates import facts
from certificates.completion import lock
from certificates.models import Certificate, Sharing
from registrations import consents
from registrations.models import Person, Registration

LINKEDIN = "https://www.linkedin.com/profile/add"


@transaction.atomic
def choose(
    registration: Registration, *, by: Person, seen: int | None = None, **switches: bool
) -> bool:
    """Keep what the holder shows; say whether that changed anything.

    `switches` are those of `Sharing.chosen`; one that isn't given stays. Nobody chooses for
    somebody else. `seen` is the edition that the holder looked at: one with a new name turns a
    switch off, which an older page mustn't turn on again. Raises `Refused` when there is another
    by now, and when there is no certificate to show.
    """
    if by.pk != registration.person_id:
        raise PermissionDenied
    lock(registration)
    newest = Certificate.objects.of(registration)
    if newest is None:
        raise Refused(Problem("no_certificate", _("There is no certificate to show yet.")))
    if seen is not None and seen != newest.edition:
        raise Refused(Problem("stale", _("Something changed meanwhile. Look at it as it is now.")))
    return _keep(registration, switches, by=by)


def keep_names_apart(registration: Registration, *, by: Person) -> None:
    """Let the page of a former name lead to the name of today no more, until the holder wants it.

    The paper with the former name may be in anybody's hands. The registration is locked already.
    """
    _keep(registration, {"newest_edition": False}, by=by)


def _keep(registration: Registration, switches: Mapping[str, bool], *, by: Person) -> bool:
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
    if by.pk == registration.person_id:
        agree = consents.give if _shows_something(by) else consents.withdraw
        agree(by, consents.Kind.SHARING, how=consents.How.PAGE)
    return True


def _shows_something(person: Person) -> bool:
    """Whether strangers see more of any of a person's certificates than what is printed."""
    shown = Q(points=True) | Q(transcript=True) | Q(badge=True)
    return Sharing.objects.filter(shown, registration__person=person).exists()


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
