"""The holder asks for a correction; the administrators make the next edition or say why not."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import mail
from cec.problems import Problem, Refused
from certificates.completion import check_name, lock
from certificates.models import Certificate, CorrectionRequest
from registrations.models import Event, Person, Registration
from registrations.permissions import require

State = CorrectionRequest.State


@transaction.atomic
def ask(registration: Registration, *, by: Person, name: str, reason: str) -> CorrectionRequest:
    """Ask for a correction of one's own certificate; `name` is what should be printed.

    The same request sent twice is one. Raises `Refused` without a reason, when the name can't be
    printed, and when another request waits or there is no certificate yet.
    """
    if registration.person_id != by.pk:
        raise PermissionDenied
    locked = lock(registration)
    certificate = Certificate.objects.of(locked)
    if certificate is None:
        raise Refused(Problem("no_certificate", _("There is no certificate yet."), fixable=False))
    waiting = waiting_for(locked)
    if waiting is not None:
        if (waiting.name, waiting.reason) == (name, reason):
            return waiting
        raise Refused(
            Problem("asked", _("You’ve asked already. You’ll get an answer to that first."))
        )
    require_reason(reason)
    if problems := check_name(name):
        raise Refused(*problems)
    locked.note(Event.Kind.CORRECTION_ASKED, by=by, details={"serial": certificate.serial})
    return CorrectionRequest.objects.create(
        registration=locked, certificate=certificate, name=name, reason=reason
    )


@transaction.atomic
def decline(request: CorrectionRequest, *, by: Person, answer: str) -> None:
    """Answer a request without a new edition, and tell the holder why.

    Raises `Refused` without an answer, and when the request is decided already.
    """
    require(by, "correct_certificate", request.registration)
    registration = lock(request.registration)
    require_reason(answer)
    text = answer.strip()
    if not settle(registration, State.DECLINED, by=by, answer=text, pk=request.pk):
        raise Refused(
            Problem("decided", _("Somebody has decided on this request already."), fixable=False)
        )
    registration.note(
        Event.Kind.CORRECTION_DECLINED,
        by=by,
        reason=text,
        details={"serial": request.certificate.serial},
    )
    mail.post(
        "correction_declined",
        request.certificate,
        text,
        to=registration.person,
        key=f"correction_declined:{request.pk}",
        about=registration,
    )


def waiting_for(registration: Registration) -> CorrectionRequest | None:
    """Return the request of this registration that waits for an answer, if there is one."""
    return registration.correction_requests.open().first()


def settle(
    registration: Registration, state: str, *, by: Person, answer: str = "", **which: int
) -> bool:
    """Decide the request that waits, if one does; say whether it did. The caller has the lock."""
    waiting = registration.correction_requests.open().filter(**which)
    return bool(
        waiting.update(state=state, answer=answer, decided_by=by, decided_at=timezone.now())
    )


def require_reason(reason: str) -> None:
    """Refuse what was to be said in words and wasn't."""
    if not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
