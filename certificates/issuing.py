"""Issuing certificates: once each, numbered without gaps, printed by the worker (C3, F3, F4)."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cec import work
from cec.problems import Problem, Refused
from certificates import facts, serial
from certificates.completion import check_completion, lock
from certificates.models import Certificate
from certificates.printing.paper import CertificateFacts
from certificates.public.verification import new_public_id
from certificates.wordings.fitting import why_not
from registrations.calendar import today_in
from registrations.models import Event, Person, Program, Registration
from registrations.models.history import write_event
from registrations.models.registration import already_moved
from registrations.permissions import require

MAKE_DOCUMENT = "certificates.make_document"


@transaction.atomic
def issue(registration: Registration, *, by: Person) -> Certificate:
    """Issue the certificate of an accepted record; a worker makes its PDF and sends it.

    Eligibility is computed anew under the registration's lock. Raises `Refused` with what is
    missing, or when somebody was first.
    """
    require(by, "issue_certificate", registration)
    locked = lock(registration)
    if not locked.can("certify"):
        raise Refused(already_moved(locked))
    problems = check_completion(locked)
    if problems:
        raise Refused(*problems)
    certificate = _write(locked, by=by)
    locked.move("certify", by=by, details={"serial": certificate.serial})
    work.hint_after_commit(MAKE_DOCUMENT, certificate.pk)
    return certificate


def _write(registration: Registration, *, by: Person) -> Certificate:
    program, today = registration.program, today_in(registration.program)
    sequence, printed = next_serial(program, today.year)
    public_id = new_public_id()
    paper = facts.facts_of(registration, serial=printed, public_id=public_id, issued_on=today)
    require_printable(paper)
    return Certificate.objects.create(
        registration=registration,
        program=program,
        year=today.year,
        sequence=sequence,
        serial=printed,
        public_id=public_id,
        holder=paper.name,
        facts=facts.frozen(paper, registration),
        issued_on=today,
        issued_by=by,
    )


def next_serial(program: Program, year: int) -> tuple[int, str]:
    """Return the next number of that year and the serial with it.

    The program's lock keeps them ours until the commit.
    """
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    last = Certificate.objects.filter(program=program, year=year).aggregate(last=Max("sequence"))
    sequence = (last["last"] or 0) + 1
    return sequence, _serial(program, year, sequence)


def _serial(program: Program, year: int, sequence: int) -> str:
    try:
        return serial.make(program.code, year, sequence)
    except ValueError as error:
        raise Refused(
            Problem(
                "program_code",
                _("Serial numbers start with the program’s code, up to eight letters: %(code)s.")
                % {"code": program.code},
            )
        ) from error


def require_printable(paper: CertificateFacts) -> None:
    """Refuse facts that the paper has no room or no letters for: once frozen they never change."""
    if why := why_not(paper):
        raise Refused(Problem("unprintable", _("It can’t be printed: %(why)s") % {"why": why}))


def try_again(certificate: Certificate, *, by: Person) -> None:
    """Let the worker try anew to make a PDF, after somebody mended what was in the way."""
    require(by, "issue_certificate", certificate.registration)
    with transaction.atomic():
        waits = Certificate.objects.without_document().filter(pk=certificate.pk)
        if waits.update(tries=0, tried_at=None, error=""):
            write_event(Event.Kind.WORK_RETRIED, by=by, **about_retry(certificate))
        work.hint_after_commit(MAKE_DOCUMENT, certificate.pk)


def about_retry(certificate: Certificate) -> dict[str, Any]:
    """Say what the line of the history holds when its PDF is tried again."""
    details = {"work": "documents", "serial": certificate.serial}
    return {"registration": certificate.registration, "details": details}
