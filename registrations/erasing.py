"""Erasing a person: asked for, waited for, done (reliability K2, docs/privacy.md).

What becomes of each row stands in the apps' `personal_data.py`. The account remains as a number
without a name, as figures, money and decisions hang on it.
"""

import logging
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import claims, erasure, mail, personal, work
from cec.jobs import said
from cec.problems import Problem, Refused
from registrations.models import Appointment, Erasure, Event, Person, Registration
from registrations.models.history import write_event
from registrations.permissions import require

logger = logging.getLogger(__name__)


@transaction.atomic
def erase(
    person: Person, *, by: Person | None, reason: str, certificates_too: bool = False
) -> Erasure:
    """Erase what is personal of somebody, in every app, and write that it was done.

    `by` is None for what the program does by itself. Done again it takes away what came in since,
    and changes nothing else. An issued certificate keeps its holder's name unless
    `certificates_too`. Raises `Refused` for somebody who has a role.
    """
    locked = _locked(person.pk)
    if problems := hindrances(locked):
        raise Refused(*problems)
    _wait_for_registrations(locked)
    row = Erasure.objects.filter(person=locked, taken_back_at__isnull=True).first()
    first_time = row is None or row.is_open
    if row is None:
        row = Erasure(person=locked, asked_by=by, due_at=timezone.now())
    row.certificates_too |= certificates_too
    traces = personal.traces_of(locked.pk, papers_too=row.certificates_too)
    with erasure.erasing():
        erasure.erase_rows(traces)
    row.reason, row.error = "", ""
    row.done_at = row.done_at or timezone.now()
    row.save()
    if first_time:
        write_event(
            Event.Kind.ERASED,
            by=by,
            person=locked,
            reason=traces.mask(reason),
            details={"certificates_too": row.certificates_too},
        )
        # A backup that is restored brings the person back: the log says whom to erase once more.
        too = " with the name on certificates" if row.certificates_too else ""
        logger.info("Account %s is erased%s", locked.pk, too)
    return row


def _locked(pk: int) -> Person:
    """Lock a person against a second erasure, and not against rows that are tied to them.

    Whoever writes such a row holds its registration, which erasing waits for: they would block
    each other.
    """
    return Person.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _wait_for_registrations(person: Person) -> None:
    """Lock the person's registrations before any row that hangs on one, as everybody does.

    Whoever is at one of them finishes first, and what they wrote is taken; whoever comes later
    finds it ended. What hangs on no registration, and came in meanwhile, is for the second look.
    """
    rows = Registration.objects.select_for_update(of=("self",)).filter(person=person)
    list(rows.order_by("pk").values_list("pk"))


def hindrances(person: Person) -> list[Problem]:
    """Return what has to happen before somebody can be erased.

    Whoever has a role hands over first, so the last administrator has to name another one.
    """
    roles = Appointment.objects.not_over(timezone.localdate()).filter(person=person)
    if not roles.exists():
        return []
    text = _("There is a role that has to end first: hand it over, then have it ended.")
    return [Problem("has_role", text)]


def open_duties(person: Person) -> list[Registration]:
    """Return the registrations that would end, with their balance: said before, and no bar."""
    rows = Registration.objects.filter(person=person).open().with_balance()
    return list(rows.select_related("program").order_by("pk"))


@transaction.atomic
def ask(person: Person, *, by: Person, certificates_too: bool = False, reason: str = "") -> Erasure:
    """Ask for one's own data to be erased, or enter that somebody asked in writing.

    It is done `ERASURE_DAYS` later, and can be taken back until then; the person gets a mail about
    it. Asked twice is asked once. Raises `Refused` for somebody who has a role.
    """
    if by.pk != person.pk:
        require(by, "erase_people")
    locked = _locked(person.pk)
    if waiting := Erasure.objects.open().filter(person=locked).first():
        return waiting
    if not locked.is_active or locked.erasures.filter(done_at__isnull=False).exists():
        raise Refused(Problem("erased", _("This account is closed."), fixable=False))
    if problems := hindrances(locked):
        raise Refused(*problems)
    if by.pk != person.pk and not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    row = Erasure.objects.create(
        person=locked,
        certificates_too=certificates_too,
        reason=reason.strip(),
        asked_by=by,
        due_at=timezone.now() + timedelta(days=settings.ERASURE_DAYS),
    )
    write_event(Event.Kind.ERASURE_ASKED, by=by, person=locked, reason=row.reason)
    mail.post("erasure_asked", row, to=locked, key=f"erasure_asked:{row.pk}")
    return row


def ask_for(person: Person, *, by: Person, certificates_too: bool, reason: str) -> Erasure:
    """Enter at the desk that somebody else asked in writing; one's own goes by one's account."""
    require(by, "erase_people")
    if by.pk == person.pk:
        text = _("Your own data you erase from your account, not from the desk.")
        raise Refused(Problem("own", text, fixable=False))
    return ask(person, by=by, certificates_too=certificates_too, reason=reason)


@transaction.atomic
def take_back(row: Erasure, *, by: Person | None) -> bool:
    """Keep the data after all; False when it is too late. `by` is None for the link in the mail."""
    if by is not None and by.pk != row.person_id:
        require(by, "erase_people")
    person = _locked(row.person_id)
    taken = Erasure.objects.open().filter(pk=row.pk)
    if not taken.update(taken_back_at=timezone.now(), taken_back_by=by, reason="", error=""):
        return False
    write_event(Event.Kind.ERASURE_TAKEN_BACK, by=by, person=person)
    mail.post("erasure_taken_back", row, to=person, key=f"erasure_taken_back:{row.pk}")
    return True


def do_due() -> int:
    """Erase those whose day has come, and look again at those of an hour ago; returns how many."""
    done = 0
    for row in work.while_there_is_time(Erasure.objects.due(timezone.now()).order_by("due_at")):
        if claims.claim(Erasure.objects.due(timezone.now()).filter(pk=row.pk)):
            done += _do(row)
    again = Erasure.objects.to_look_again(timezone.now()).order_by("done_at", "pk")
    for row in work.while_there_is_time(again.select_related("person")):
        _look_again(row)
    return done


def _look_again(row: Erasure) -> None:
    """Erase once more; what fails for one is shown, tried anew, and keeps none of the others."""
    try:
        erase(row.person, by=None, reason="")
        Erasure.objects.filter(pk=row.pk).update(looked_again_at=timezone.now())
    except Exception as error:
        logger.exception("The second look of erasing %s failed", row.pk)
        Erasure.objects.filter(pk=row.pk).update(error=said(error))
        if isinstance(error, SoftTimeLimitExceeded):
            raise


def _do(row: Erasure) -> bool:
    """Erase one; what stands in the way is kept for whoever looks after it."""
    try:
        with transaction.atomic():
            _locked(row.person_id)
            if not Erasure.objects.open().filter(pk=row.pk).exists():
                return False  # taken back just now
            erase(row.person, by=row.asked_by, reason="")  # what was written there goes too
    except Refused as refused:
        Erasure.objects.filter(pk=row.pk).update(error=str(refused), tries=claims.MOST_TRIES)
        return False
    except Exception as error:
        logger.exception("Erasing %s failed", row.pk)
        Erasure.objects.filter(pk=row.pk).update(error=said(error))
        if isinstance(error, SoftTimeLimitExceeded):
            raise
        return False
    return True


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt="registrations.erasing")


def token_of(row: Erasure) -> str:
    """Return the token of the link by which it is taken back, without signing in."""
    return _signer().sign(str(row.pk))


def by_token(token: str) -> Erasure | None:
    """Return the request of a link; None for one that we didn't make."""
    try:
        number = _signer().unsign(token)
    except signing.BadSignature:
        return None
    return Erasure.objects.select_related("person").filter(pk=int(number)).first()
