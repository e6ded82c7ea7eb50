"""Offering to mentor: the person offers, their association's representative confirms."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import mail
from cec.problems import Problem, Refused
from registrations.mentoring import assigning, locks
from registrations.models import Association, MentorOffer, Person, Program, SubjectArea
from registrations.models.committee import roles_of
from registrations.models.history import write_event
from registrations.permissions import may

State = MentorOffer.State


def programs() -> QuerySet[Program]:
    """Programs that have mentors: those whose members the associations know."""
    return Program.objects.filter(is_open=True, needs_membership=True, offers_mentors=True)


def offer_of(person: Person, program: Program) -> MentorOffer | None:
    """Return the person's standing offer in the program."""
    return (
        MentorOffer.objects.standing()
        .filter(person=person, program=program)
        .select_related("association", "program")
        .first()
    )


def in_care_of(person: Person) -> QuerySet[MentorOffer]:
    """Offers that this person confirms or ends: those of their association, or all."""
    offers = MentorOffer.objects.standing()
    if not may(person, "assign_mentor"):
        return offers.none()
    roles = roles_of(person)
    return offers if roles.sees_everything else offers.filter(association__in=roles.associations)


def to_confirm(person: Person) -> QuerySet[MentorOffer]:
    """Offers that wait for this person; one's own waits for somebody else."""
    return in_care_of(person).filter(state=State.OFFERED).exclude(person=person)


@transaction.atomic
def offer(
    person: Person,
    program: Program,
    *,
    association: Association,
    areas: Iterable[SubjectArea] = (),
    **answers: Any,
) -> MentorOffer:
    """Offer to mentor, or change what one offers.

    Another association confirms anew. A capacity below what is taken sends nobody away: there is
    no new mentee until there is room.
    """
    try:
        with transaction.atomic():
            row, first = MentorOffer.objects.standing().get_or_create(
                person=person, program=program, defaults={"association": association} | answers
            )
    except IntegrityError:  # the same form twice at once: the other one was first
        row, first = MentorOffer.objects.standing().get(person=person, program=program), False
    row = locks.offer(row.pk)
    if first or row.association_id != association.pk:
        row.state, row.confirmed_by, row.confirmed_at = State.OFFERED, None, None
        write_event("mentor_offered", by=person, person=person, association=association)
    row.association = association
    for field, value in answers.items():
        setattr(row, field, value)
    row.save()
    row.areas.set(areas)
    return row


@transaction.atomic
def confirm(row: MentorOffer, *, by: Person) -> None:
    """Take an offer into the list of mentors; once confirmed, confirming again does nothing."""
    locked = locks.offer(row.pk)
    _require_care(locked, by)
    if locked.state in (State.CONFIRMED, State.PAUSED):
        return
    if locked.state != State.OFFERED:
        raise Refused(_gone())
    locked.confirmed_by, locked.confirmed_at = by, timezone.now()
    _move(locked, State.CONFIRMED, "mentor_confirmed", by=by)
    mail.post(
        "mentor_confirmed", locked, to=locked.person, key=f"mentor_confirmed:{_occasion(locked)}"
    )


@transaction.atomic
def pause(row: MentorOffer, *, by: Person) -> None:
    """Take no new mentees for a while; those that are stay."""
    locked = _own(row, by)
    if locked.state == State.CONFIRMED:
        _move(locked, State.PAUSED, "mentor_paused", by=by)


@transaction.atomic
def resume(row: MentorOffer, *, by: Person) -> None:
    """Be in the list again; the confirmation still holds."""
    locked = _own(row, by)
    if locked.state == State.PAUSED:
        _move(locked, State.CONFIRMED, "mentor_resumed", by=by)


@transaction.atomic
def leave(row: MentorOffer, *, by: Person) -> None:
    """Take one's own offer back, and decline what one was asked under it.

    Mentorings that go on are ended one by one.
    """
    locked = _own(row, by)
    if locked.state != State.ENDED:
        _move(locked, State.ENDED, "mentor_left", by=by)
        assigning.recall(locked, by=by)


@transaction.atomic
def turn_down(row: MentorOffer, *, by: Person, reason: str) -> None:
    """End an offer on the association's side, with a reason that the person reads."""
    locked = locks.offer(row.pk)
    _require_care(locked, by)
    if not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    if locked.state == State.ENDED:
        raise Refused(_gone())
    _move(locked, State.ENDED, "mentor_left", by=by, reason=reason)
    assigning.recall(locked, by=by)
    mail.post(
        "mentor_turned_down",
        locked,
        reason,
        to=locked.person,
        key=f"mentor_turned_down:{locked.pk}",
    )


def _move(row: MentorOffer, state: str, kind: str, *, by: Person, reason: str = "") -> None:
    """Set the state of a locked offer, with its line of history."""
    row.state = state
    row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    write_event(kind, by=by, person=row.person, association=row.association, reason=reason)


def _occasion(row: MentorOffer) -> str:
    assert row.confirmed_at is not None
    return f"{row.pk}:{row.confirmed_at.isoformat()}"


def _own(row: MentorOffer, by: Person) -> MentorOffer:
    if row.person_id != by.pk:
        raise PermissionDenied
    return locks.offer(row.pk)


def _require_care(row: MentorOffer, by: Person) -> None:
    """Nobody confirms themselves, and a representative only their own association's (A6)."""
    roles = roles_of(by)
    cares = may(by, "assign_mentor") and (
        roles.sees_everything or row.association_id in roles.associations
    )
    if row.person_id == by.pk or not cares:
        raise PermissionDenied


def _gone() -> Problem:
    return Problem("offer_ended", _("This offer isn’t there any more."), fixable=False)
