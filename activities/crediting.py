"""Asking an organisation to approve credits, and its answer (K2, K3).

What an organisation approves is its own count, beside the program's: it never changes what an
entry counts in the record.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import log
from activities.checks import check_dates
from activities.models import Activity, Credit, CreditRequest
from cec import mail
from cec.problems import Problem, Refused
from registrations.models import (
    ActivityType,
    Appointment,
    Organisation,
    Part,
    Person,
    Program,
    Registration,
)
from registrations.models.mentoring import conflicts_of
from registrations.organisations import allocated
from registrations.permissions import may_for

State = CreditRequest.State


def takes_requests(program: Program) -> bool:
    """Say whether anybody can be asked in this program."""
    return Organisation.objects.asked_in(program).exists()


def askable(registration: Registration) -> QuerySet[Credit]:
    """Return the entries that credits can be asked for: done, and counting; the newest first."""
    return (
        Credit.objects.filter(registration=registration, state=Credit.State.COUNTS)
        .select_related("activity", "activity_type")
        .order_by("-completed_on", "-activity_id")
    )


def requests_of(registration: Registration, activity: Activity) -> QuerySet[CreditRequest]:
    """Return what organisations were asked about an entry in this record, the newest first."""
    return registration.credit_requests.filter(activity=activity).select_related("organisation")


def ask_for_entry(
    registration: Registration,
    activity: Activity,
    *,
    by: Person,
    organisation: Organisation,
    words: str = "",
    form_key: UUID | None = None,
) -> CreditRequest:
    """Ask to approve credits for an entry, as its participant.

    Raises `Refused` when the entry doesn't count now, or when the organisation has been asked.
    """

    def make() -> CreditRequest:
        credit = askable(registration).filter(activity=activity).first()
        if credit is None:
            raise Refused(Problem("not_done", _("Only what is done and counts can be approved.")))
        return CreditRequest(
            activity=activity,
            course=credit.activity_type,
            part=Part.PARTICIPANT,
            title=credit.activity.title,
            done_on=credit.completed_on,
        )

    return _ask(registration, make, organisation, by=by, words=words, form_key=form_key)


def ask_for_part(
    registration: Registration,
    *,
    by: Person,
    organisation: Organisation,
    course: ActivityType,
    part: str,
    done_on: date,
    words: str,
    form_key: UUID | None = None,
) -> CreditRequest:
    """Ask to approve credits for having given, facilitated, helped with or overseen a course.

    Raises `Refused` for a day that is outside the program or still ahead.
    """

    def make() -> CreditRequest:
        if problems := check_dates(registration, completed_on=done_on):
            raise Refused(*problems)
        return CreditRequest(course=course, part=part, done_on=done_on)

    return _ask(registration, make, organisation, by=by, words=words, form_key=form_key)


def _ask(
    registration: Registration,
    make: Callable[[], CreditRequest],
    organisation: Organisation,
    *,
    by: Person,
    words: str,
    form_key: UUID | None,
) -> CreditRequest:
    """Send a request once, however often its form arrives."""
    if registration.person_id != by.pk:
        raise PermissionDenied
    with transaction.atomic():
        log.require_open(registration)
        sent = CreditRequest.objects.filter(registration=registration, form_key=form_key)
        if form_key and (first := sent.first()):
            return first
        if not Organisation.objects.asked_in(registration.program).filter(pk=organisation.pk):
            raise Refused(Problem("no_requests", _("This organization takes no requests now.")))
        row = make()
        row.registration, row.organisation = registration, organisation
        row.words, row.form_key = words, form_key
        row.proposed = _allocated(row)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Refused(
                Problem("asked", _("You’ve asked this organization for the same already."))
            ) from None
        _note(row, "credits_asked", by=by)
        _tell_officers(row, "credits_asked")
    return row


@transaction.atomic
def approve(
    request: CreditRequest, *, by: Person, credits: Decimal, note: str = "", seen: str = ""
) -> None:
    """Approve a number of credits from 0 on; another one than the allocation's says why.

    `seen` is the allocation that the page showed. Raises `Refused` when it is another one now, and
    when the entry isn't what it was when the person asked.
    """
    locked = _to_decide(request, by)
    number = _allocated(locked)
    if locked.can("approve"):
        _check_entry(locked)
        if seen and seen != seen_of(number):
            raise Refused(
                Problem("stale", _("The number in your table has changed. Look at it once more."))
            )
        if number is not None and credits != number and not note:
            raise Refused(
                Problem("no_reason", _("Say why it is another number than in your table."))
            )
    locked.decide("approve", by=by, credits=credits, note=note, allocated=number)
    _note(locked, "credits_approved", by=by, reason=note, credits=str(credits))
    _tell(locked, "credits_approved")


@transaction.atomic
def decline(request: CreditRequest, *, by: Person, note: str) -> None:
    """Decline with a note, which the person is told."""
    locked = _to_decide(request, by)
    locked.decide("decline", by=by, note=note, allocated=_allocated(locked))
    _note(locked, "credits_declined", by=by, reason=note)
    _tell(locked, "credits_declined")


@transaction.atomic
def ask_back(request: CreditRequest, *, by: Person, question: str) -> None:
    """Ask the person something before deciding; the request stays open."""
    locked = _to_decide(request, by)
    locked.move("question", question=question, answer="")
    event = _note(locked, "credits_question", by=by, reason=question)
    _tell(locked, "credits_question", key=str(event))


@transaction.atomic
def answer(request: CreditRequest, *, by: Person, text: str) -> None:
    """Answer the organisation's question."""
    locked = _own(request, by)
    locked.move("answer", answer=text)
    event = _note(locked, "credits_answer", by=by, reason=text)
    _tell_officers(locked, "credits_answer", key=str(event))


@transaction.atomic
def withdraw(request: CreditRequest, *, by: Person) -> None:
    """Take a request back while it is open."""
    locked = _own(request, by)
    locked.move("withdraw")
    _note(locked, "credits_withdrawn", by=by)


def may_decide(request: CreditRequest, person: Person) -> bool:
    """Say whether the person may answer: an officer, though not in their own or a mentee's case."""
    registration = request.registration
    return (
        may_for(person, "decide_request", request.organisation)
        and registration.person_id != person.pk
        and registration.pk not in conflicts_of(person)
    )


def seen_of(number: Decimal | None) -> str:
    """Stand for an allocation on a page that shows it."""
    return "none" if number is None else str(number.normalize())


def _to_decide(request: CreditRequest, by: Person) -> CreditRequest:
    locked = _lock(request)
    if not may_decide(locked, by):
        raise PermissionDenied
    if locked.registration.status in Registration.CLOSED:
        raise Refused(Problem("closed", _("This registration has ended."), fixable=False))
    return locked


def _own(request: CreditRequest, by: Person) -> CreditRequest:
    locked = _lock(request)
    if locked.registration.person_id != by.pk:
        raise PermissionDenied
    return locked


def _lock(request: CreditRequest) -> CreditRequest:
    """Lock the registration and then the request, in the order in which asking takes them.

    So the entry stays as it is while an officer decides on it.
    """
    Registration.objects.select_for_update(of=("self",)).get(pk=request.registration_id)
    return (
        CreditRequest.objects.select_for_update(of=("self",))
        .select_related("registration__person", "registration__program", "organisation", "course")
        .get(pk=request.pk)
    )


def _allocated(request: CreditRequest) -> Decimal | None:
    return allocated(
        request.organisation,
        request.registration.program,
        course=request.course.key,
        part=request.part,
    )


def _check_entry(request: CreditRequest) -> None:
    """Refuse when the entry isn't any more what the organisation reads in the request."""
    if request.activity_id is None:
        return
    same = askable(request.registration).filter(
        activity=request.activity_id,
        activity_type__key=request.course.key,
        completed_on=request.done_on,
    )
    if not same.exists():
        raise Refused(
            Problem(
                "entry_changed",
                _(
                    "The entry was changed or deleted after the request was sent. Ask the person, "
                    "or decline."
                ),
            )
        )


def _note(request: CreditRequest, kind: str, *, by: Person, reason: str = "", **known: str) -> int:
    """Write it into the history of the registration and return the event's number."""
    details: dict[str, object] = {"request": request.pk, "organisation": request.organisation_id}
    event = request.registration.note(kind, by=by, reason=reason, details=details | known)
    return event.pk


def _tell(request: CreditRequest, kind: str, key: str = "") -> None:
    mail.post(
        kind,
        request,
        to=request.registration.person,
        key=f"{kind}:{request.pk}:{key}",
        about=request.registration,
    )


def _tell_officers(request: CreditRequest, kind: str, key: str = "") -> None:
    """Write to each officer of today, though not to the person who asks."""
    rows = Appointment.objects.current(timezone.localdate()).filter(
        organisation=request.organisation, person__is_active=True
    )
    people = {row.person_id: row.person for row in rows.select_related("person")}
    people.pop(request.registration.person_id, None)
    for person in people.values():
        mail.post(kind, request, to=person, key=f"{kind}:{request.pk}:{key}:{person.pk}")
