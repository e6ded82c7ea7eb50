"""Putting a certificate right: the next edition, or its revocation. Nothing is ever deleted.

What was awarded never changes: points, days, version of the rules. Where those are wrong, the
certificate is revoked.
"""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cec import mail, work
from cec.problems import Problem, Refused
from certificates import correction_requests, facts, sending
from certificates.completion import check_name, lock
from certificates.correction_requests import require_reason
from certificates.issuing import MAKE_DOCUMENT, next_serial, require_printable
from certificates.models import Certificate, CorrectionRequest
from certificates.public import sharing
from certificates.public.verification import new_public_id
from registrations.calendar import today_in
from registrations.models import Event, Person, Registration
from registrations.permissions import require

State = Certificate.State


def propose(
    certificate: Certificate,
    *,
    name: str,
    association: tuple[str, str] | None = None,
    renewed: bool = False,
) -> dict[str, Any]:
    """Return the facts of the next edition as they would be frozen today, still without a number.

    For the arguments see `facts.corrected`. Raises `Refused` when the name or another text can't
    be printed, and when nothing would differ: only a revoked certificate is followed by one that
    says the same.
    """
    problems = check_name(name)
    if problems:
        raise Refused(*problems)
    proposed = facts.corrected(
        certificate,
        day=today_in(certificate.program),
        name=name,
        association=association,
        renewed=renewed,
    )
    if certificate.state != State.REVOKED and not facts.differ(certificate.facts, proposed):
        raise Refused(
            Problem("no_difference", _("The new edition would say the same as this one."))
        )
    require_printable(facts.thawed(proposed))
    return proposed


def digest_of(certificate: Certificate, proposed: dict[str, Any]) -> str:
    """Return what stands for a proposal, the state of the edition before it, and what was asked.

    What is confirmed is what was looked at: nobody follows a revocation that they don't know of,
    nor is a request of the holder done that nobody read.
    """
    asked = correction_requests.waiting_for(certificate.registration)
    shown = json.dumps([certificate.state, proposed, asked and asked.pk], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()


@transaction.atomic
def correct(
    certificate: Certificate,
    *,
    by: Person,
    name: str,
    reason: str,
    association: tuple[str, str] | None = None,
    renewed: bool = False,
    seen: str | None = None,
) -> Certificate:
    """Make the next edition; a worker makes its PDF and sends it.

    It has a serial and an id of its own and keeps the day of the award. A valid edition is
    replaced by it today, a revoked one stays revoked. `seen` is the `digest_of` the proposal that
    was looked at. An open request of the holder is done by it. Raises `Refused` as `propose` does,
    when somebody was first, and when the proposal is another one by now.
    """
    require(by, "correct_certificate", certificate.registration)
    registration = lock(certificate.registration)
    before = _newest(registration, certificate)
    require_reason(reason)
    proposed = propose(before, name=name, association=association, renewed=renewed)
    if seen is not None and seen != digest_of(before, proposed):
        raise Refused(Problem("stale", _("Something changed meanwhile. Look at it as it is now.")))
    _end(before, State.REPLACED)
    edition = _write(before, proposed, by=by)
    if edition.holder != before.holder:
        sharing.keep_names_apart(registration, by=by)
    correction_requests.settle(registration, CorrectionRequest.State.DONE, by=by)
    registration.note(
        Event.Kind.CERTIFICATE_CORRECTED,
        by=by,
        reason=reason.strip(),
        details={"serial": edition.serial, "former_serial": before.serial},
    )
    work.hint_after_commit(MAKE_DOCUMENT, edition.pk)
    return edition


@transaction.atomic
def revoke(certificate: Certificate, *, by: Person, reason: str) -> None:
    """Revoke the valid edition today and tell its holder why.

    The registration stays certified: its history is what happened, and the state of the
    certificate says what is true. Raises `Refused` without a reason, and when somebody was first.
    """
    require(by, "revoke_certificate", certificate.registration)
    registration = lock(certificate.registration)
    current = _newest(registration, certificate)
    require_reason(reason)
    if not _end(current, State.REVOKED):
        raise Refused(_already(registration))
    event = registration.note(
        Event.Kind.CERTIFICATE_REVOKED,
        by=by,
        reason=reason.strip(),
        details={"serial": current.serial},
    )
    mail.post(
        "certificate_revoked",
        current,
        reason.strip(),
        to=registration.person,
        key=f"certificate_revoked:{event.pk}",
        about=registration,
    )


def was_ended(certificate: Certificate, kind: str, *, by: Person) -> bool:
    """Say whether this person ended this edition in that way: a second click on a button."""
    former = "former_serial" if kind == Event.Kind.CERTIFICATE_CORRECTED else "serial"
    return certificate.registration.events.filter(
        kind=kind, actor=by, **{f"details__{former}": certificate.serial}
    ).exists()


def _newest(registration: Registration, certificate: Certificate) -> Certificate:
    """Return the edition as it is now. Refuse if it isn't the newest, or not what it was."""
    newest = Certificate.objects.of(registration)
    assert newest is not None
    if (newest.pk, newest.state) != (certificate.pk, certificate.state):
        raise Refused(_already(registration))
    newest.registration = registration
    return newest


def _already(registration: Registration) -> Problem:
    """Tell the slower of two people what the other one did (reliability G3)."""
    kinds = [Event.Kind.CERTIFICATE_CORRECTED, Event.Kind.CERTIFICATE_REVOKED]
    last = registration.events.filter(kind__in=kinds).select_related("actor").last()
    who = last.actor.name if last and last.actor else _("the program")
    what = last.get_kind_display() if last else ""
    return Problem(
        "already_ended",
        _("%(who)s was here first: %(what)s.") % {"who": who, "what": what},
        fixable=False,
    )


def _end(certificate: Certificate, state: str) -> bool:
    """End a valid edition today; say whether it was valid.

    A mail that is still to bring its PDF is called off.
    """
    day = {f"{state}_on": today_in(certificate.program)}
    valid = Certificate.objects.filter(pk=certificate.pk, state=State.VALID)
    ended = bool(valid.update(state=state, **day))
    if ended:
        sending.mails_of(certificate).call_off()
    return ended


def _write(before: Certificate, proposed: dict[str, Any], *, by: Person) -> Certificate:
    year = today_in(before.program).year
    sequence, serial = next_serial(before.program, year)
    public_id = new_public_id()
    return Certificate.objects.create(
        registration=before.registration,
        edition=before.edition + 1,
        replaces=before,
        program=before.program,
        year=year,
        sequence=sequence,
        serial=serial,
        public_id=public_id,
        holder=proposed["name"],
        facts=facts.numbered(proposed, serial=serial, public_id=public_id),
        issued_on=before.issued_on,
        issued_by=by,
    )
