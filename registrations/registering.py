"""Registering: from the form to three program years, or to a reasoned no."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import mail
from cec.outbox import OutgoingMail
from cec.problems import Problem, Refused
from cec.wording import day as write_day
from registrations import consents, fees, rechecking
from registrations.calendar import make_years, today_in, year_bounds
from registrations.cycles import earliest_start
from registrations.membership import check_membership
from registrations.models import Person, Program, Registration
from registrations.notices import choices
from registrations.permissions import require
from registrations.program_keeping.opening import why_closed

EARLIEST_START = date(2000, 1, 1)


def open_draft(person: Person, program: Program, **answers: Any) -> Registration:
    """Return the person's draft for the program with these answers, made if there is none.

    Raises `Refused` with code "already_registered" when another registration is open.
    """
    with transaction.atomic():
        existing = (
            Registration.objects.open()
            .select_for_update(of=("self",))
            .filter(person=person, program=program)
            .first()
        )
        if existing is None:
            try:
                with transaction.atomic():
                    return Registration.objects.create(
                        person=person, program=program, rules=program.current_rules, **answers
                    )
            except IntegrityError:
                existing = Registration.objects.open().get(person=person, program=program)
        if existing.status != Registration.Status.DRAFT:
            raise Refused(_already_registered(existing))
        for field, value in answers.items():
            setattr(existing, field, value)
        if answers:
            existing.answered_at = timezone.now()
            existing.save(update_fields=[*answers, "answered_at"])
        return existing


@transaction.atomic
def send(registration: Registration, *, by: Person, reminders: bool | None = None) -> None:
    """Send the form: the fee falls due, and the queue of the association has one more.

    Whoever sends it agrees to the text beside the button; `reminders` says whether they want any,
    and is None where they weren't asked.
    """
    locked = _lock(registration)
    program = locked.program
    if closed := why_closed(program):
        raise Refused(closed)
    if program.needs_membership and locked.association is None:
        raise Refused(Problem("no_association", _("Choose your association.")))
    locked.move(
        "send",
        by=by,
        submitted_at=timezone.now(),
        submitted_on=today_in(program),
        fee=program.fee,
        rules=program.current_rules,
    )
    _keep_language(locked)
    _keep_consents(locked, reminders)
    rechecking.look_up(locked)
    mail.post(
        "registration_received",
        locked,
        to=locked.person,
        key=f"registration_received:{locked.pk}",
        about=locked,
    )


def _keep_language(registration: Registration) -> None:
    """The form asks in which language to write; mail and certificate read that of the person."""
    person = registration.person
    if person.language != registration.language:
        person.language = registration.language
        person.save(update_fields=["language"])


def _keep_consents(registration: Registration, reminders: bool | None) -> None:
    person, how = registration.person, consents.How.REGISTERING
    consents.give(person, consents.Kind.PROGRAM, how=how)
    if registration.wants_mentor:
        consents.give(person, consents.Kind.MENTOR, how=how)
    if reminders is not None:
        choose = choices.want_all if reminders else choices.want_none
        choose(person, by=person, how=how)


@dataclass(frozen=True)
class Readiness:
    """What an approver sees before deciding.

    `starts_on` is the enrolment date by rule E4, or None while a gate is open; `problems` are the
    open gates.
    """

    starts_on: date | None
    problems: tuple[Problem, ...]


def readiness(registration: Registration) -> Readiness:
    """Look at both gates; the start is the later of form and fee, in good standing then (E4).

    A second cycle starts after the first one's end at the earliest.
    """
    problems: list[Problem] = []
    settled = fees.settled_on(registration)
    if settled is None:
        problems.append(Problem("fee_owed", _("The fee isn’t settled yet.")))
    done_on = max(filter(None, [registration.submitted_on, settled]), default=None)
    problems += check_membership(registration, on=done_on or today_in(registration.program))
    start = max(filter(None, [done_on, earliest_start(registration)]), default=None)
    return Readiness(None if problems else start, tuple(problems))


@transaction.atomic
def approve(
    registration: Registration,
    *,
    by: Person,
    starts_on: date | None = None,
    reason: str = "",
    override: bool = False,
) -> None:
    """Approve, set the start of the cycle and write its program years (E3, E4, P10).

    Another start than rule E4's wants a reason; so does approving past an open gate, which is
    the steering group's (`override`). Raises `Refused` with what is missing.
    """
    locked = _lock(registration)
    require(by, "decide_registration", locked)
    ready = readiness(locked)
    if override and ready.problems:
        require(by, "override_gate", locked)
    today = today_in(locked.program)
    start = starts_on or ready.starts_on or (today if override else None)
    _refuse_approval(locked, ready, start, reason=reason, override=override)
    assert start is not None
    bounds = year_bounds(start, locked.program.cycle_years, begins=locked.rules.year_begins)
    details: dict[str, object] = {"starts_on": start.isoformat()}
    if ready.problems:
        details["overridden"] = [problem.code for problem in ready.problems]
    locked.move(
        "approve", by=by, reason=reason, details=details, starts_on=start, ends_on=bounds[-1][1]
    )
    make_years(locked)
    mail.post(
        "registration_approved",
        locked,
        to=locked.person,
        key=f"registration_approved:{locked.pk}",
        about=locked,
    )


def _refuse_approval(
    registration: Registration,
    ready: Readiness,
    start: date | None,
    *,
    reason: str,
    override: bool,
) -> None:
    if not registration.can("approve"):
        return  # the move itself says who was first
    if ready.problems and not override:
        raise Refused(*ready.problems)
    if start is None:
        raise Refused(Problem("no_start", _("Enter the day on which the program starts.")))
    if (override or start != ready.starts_on) and not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    _refuse_start(registration, start)


def _refuse_start(registration: Registration, start: date) -> None:
    """Refuse a day that is still ahead, long gone, or in an earlier cycle of the person."""
    earliest, today = earliest_start(registration), today_in(registration.program)
    if earliest and start < earliest:
        raise Refused(
            Problem(
                "overlap",
                _("An earlier cycle goes before this one, which can start on %(day)s.")
                % {"day": write_day(earliest)},
            )
        )
    if start > max(today, earliest or today):
        raise Refused(Problem("future_start", _("The start can’t be a day that is still ahead.")))
    if start < EARLIEST_START:
        raise Refused(
            Problem(
                "early_start",
                _("The start can’t be before %(day)s.") % {"day": write_day(EARLIEST_START)},
            )
        )


@transaction.atomic
def decline(registration: Registration, *, by: Person, reason: str) -> None:
    """Decline with a reason, which the person is told."""
    locked = _lock(registration)
    require(by, "decide_registration", locked)
    if not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    locked.move("decline", by=by, reason=reason)
    mail.post(
        "registration_declined",
        locked,
        reason,
        to=locked.person,
        key=f"registration_declined:{locked.pk}",
        about=locked,
    )


@transaction.atomic
def withdraw(registration: Registration, *, by: Person, reason: str = "") -> None:
    """End a registration; what was logged and paid stays in the history.

    The participant does it by themselves; somebody of the committee does it when they were asked
    to, with a reason. What was sent before gets a confirmation.
    """
    locked = _lock(registration)
    if locked.person_id != by.pk:
        require(by, "decide_registration", locked)
        if not reason.strip():
            raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    was_sent = locked.status != Registration.Status.DRAFT
    event = locked.move("withdraw", by=by, reason=reason)
    OutgoingMail.objects.about(locked).reminders().call_off()
    if was_sent:
        mail.post(
            "registration_withdrawn",
            locked,
            "" if by.pk == locked.person_id else reason,
            to=locked.person,
            key=f"registration_withdrawn:{event.pk}",
            about=locked,
        )


def _lock(registration: Registration) -> Registration:
    return (
        Registration.objects.select_for_update(of=("self",))
        .select_related("program", "person", "association")
        .get(pk=registration.pk)
    )


def _already_registered(registration: Registration) -> Problem:
    return Problem(
        "already_registered",
        _("You already have a registration in this program: %(reference)s.")
        % {"reference": registration.reference},
        fixable=False,
    )
