"""Assigning: the representative asks a mentor, who accepts or declines; each side may end it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import mail
from cec.problems import Problem, Refused
from registrations import consents
from registrations.committee import caretakers
from registrations.mentoring import locks
from registrations.models import MentorOffer, Mentorship, MentorWish, Person, Registration
from registrations.models.history import write_event
from registrations.permissions import may, require

State = Mentorship.State


def mentorship_of(registration: Registration) -> Mentorship | None:
    """Return the mentoring that is asked for or goes on, if there is one."""
    return registration.mentorships.live().select_related("mentor", "offer").first()


@transaction.atomic
def propose(registration: Registration, offer: MentorOffer, *, by: Person) -> Mentorship:
    """Ask a mentor to take this participant; the mentor's place is kept until they answer.

    The places of an offer are counted under its lock, so two representatives at once never fill
    more than there are (G7). Raises `Refused` with what stands in the way; a second click gets
    the mentorship of the first.
    """
    mentor = locks.offer(offer.pk)
    locked = locks.registration(registration.pk)
    require(by, "assign_mentor", locked)
    standing = mentorship_of(locked)
    if standing and (standing.offer_id, standing.assigned_by_id) == (mentor.pk, by.pk):
        return standing
    require_open(locked)
    if standing:
        raise Refused(has_mentor(locked))
    _refuse(mentor, locked)
    mentorship = Mentorship.objects.create(
        registration=locked,
        mentor=mentor.person,
        offer=mentor,
        kind=Mentorship.Kind.VOLUNTEER,
        assigned_by=by,
    )
    write_event("mentor_proposed", by=by, registration=locked, person=mentor.person)
    mail.post(
        "mentor_asked",
        mentorship,
        to=mentor.person,
        key=f"mentor_asked:{mentorship.pk}",
        about=locked,
    )
    return mentorship


@transaction.atomic
def replace(
    registration: Registration,
    offer: MentorOffer,
    *,
    by: Person,
    reason: str,
    seen: str | None = None,
) -> Mentorship:
    """End what is and ask another mentor, both or neither.

    `seen` is the `token` of the mentoring that the form was filled in beside: whom a colleague has
    asked meanwhile isn't sent away unseen.
    """
    if not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    locks.offer(offer.pk)  # before the registration, whichever of the two verbs comes first
    locked = locks.registration(registration.pk)
    require(by, "assign_mentor", locked)
    standing = mentorship_of(locked)
    if standing and standing.offer_id != offer.pk:
        if seen is not None and seen != standing.token:
            raise Refused(has_mentor(locked))
        end(standing, by=by, reason=reason)
    return propose(registration, offer, by=by)


def _refuse(mentor: MentorOffer, registration: Registration) -> None:
    """Say why this mentor can't take this participant; both rows are locked."""
    name = mentor.person.name
    if mentor.person_id == registration.person_id:
        raise Refused(Problem("self", _("Nobody mentors themselves."), fixable=False))
    fits = mentor.program_id == registration.program_id and (
        mentor.anywhere or mentor.association_id == registration.association_id
    )
    if mentor.state != MentorOffer.State.CONFIRMED or not mentor.person.is_active or not fits:
        text = _("%(name)s takes no new mentees here now.") % {"name": name}
        raise Refused(Problem("not_available", text))
    if mentor.mentorships.live().count() >= mentor.capacity:
        text = _("%(name)s has no place left: somebody else was asked in the meantime.")
        raise Refused(Problem("full", text % {"name": name}))


@transaction.atomic
def accept(mentorship: Mentorship, *, by: Person) -> None:
    """The mentor says yes: sight of the record begins, and the participant meets them by mail."""
    locked = _locked(mentorship)
    if locked.mentor_id != by.pk:
        raise PermissionDenied
    if locked.state == State.ACTIVE:
        return
    _require_proposed(locked)
    if locked.registration.status not in Registration.IN_PROGRESS:
        raise Refused(_over())
    begin(locked, by=by)


def begin(mentorship: Mentorship, *, by: Person) -> None:
    """Let a mentoring begin whose registration is locked."""
    mentorship.state, mentorship.accepted_at = State.ACTIVE, timezone.now()
    mentorship.save()
    registration = mentorship.registration
    registration.note("mentor_accepted", by=by)
    mail.post(
        "mentor_found",
        mentorship,
        to=registration.person,
        key=f"mentor_found:{mentorship.pk}",
        about=registration,
    )


@transaction.atomic
def decline(mentorship: Mentorship, *, by: Person, reason: str = "") -> None:
    """The mentor says no, perhaps with a word that the representative reads."""
    locked = _locked(mentorship)
    if locked.mentor_id != by.pk:
        raise PermissionDenied
    if locked.state == State.DECLINED:
        return
    _require_proposed(locked)
    _close(locked, State.DECLINED, by=by, reason=reason)
    locked.registration.note("mentor_declined", by=by, reason=reason)
    _tell_who_asked(locked)


def _tell_who_asked(mentorship: Mentorship) -> None:
    """Write to who asked the mentor, if the participant is in their care still."""
    asker, registration = mentorship.assigned_by, mentorship.registration
    if not (asker.is_active and may(asker, "assign_mentor", registration)):
        tell_caretakers("mentor_declined", mentorship)
    elif asker.pk != mentorship.ended_by_id:
        mail.post(
            "mentor_declined",
            mentorship,
            to=asker,
            key=f"mentor_declined:{mentorship.pk}",
            about=registration,
        )


def recall(offer: MentorOffer, *, by: Person) -> None:
    """Ask the mentor of an offer that has just ended no more; the offer is locked by the caller.

    Whoever isn't in the list of mentors any more begins no mentoring by an older question.
    """
    asked = offer.mentorships.filter(state=State.PROPOSED)
    for mentorship in asked.order_by("registration_id"):
        locked = _locked(mentorship)
        if locked.state == State.PROPOSED:
            own = by.pk == locked.mentor_id
            _close(locked, State.DECLINED if own else State.ENDED, by=by, reason="")
            kind = "mentor_declined" if own else "mentor_recalled"
            write_event(kind, by=by, registration=locked.registration, person=locked.mentor)
            _tell_who_asked(locked)


def recall_from_elsewhere(registration: Registration) -> None:
    """After a move, ask a mentor no more who takes members of the former association alone.

    The registration is locked by the caller.
    """
    asked = registration.mentorships.filter(state=State.PROPOSED, offer__anywhere=False)
    for mentorship in asked.exclude(offer__association=registration.association_id):
        end(mentorship, by=None)


@transaction.atomic
def end(
    mentorship: Mentorship, *, by: Person | None, reason: str = "", seen: str | None = None
) -> None:
    """End a mentoring, or take back the asking; sight of the record is over with it (A5).

    The mentor, the participant or who assigns mentors may; `by` is None for what ends by itself.
    `seen` is the `token` that a page showed: a question isn't taken back once it was answered.
    """
    locked = _locked(mentorship)
    if by is not None:
        _require_part(locked, by)
    if seen is not None and locked.is_live and seen != locked.token:
        raise Refused(has_mentor(locked.registration))
    if not locked.is_live:
        if by is not None and locked.ended_by_id == by.pk:
            return  # a second click
        raise Refused(_over())
    was_active = locked.is_active
    if not was_active and by is not None and by.pk == locked.mentor_id:
        raise Refused(Problem("not_accepted", _("You haven’t accepted this yet: decline it.")))
    _close(locked, State.ENDED, by=by, reason=reason)
    kind = "mentor_ended" if was_active else "mentor_recalled"
    write_event(kind, by=by, registration=locked.registration, person=locked.mentor, reason=reason)
    _wait_again(locked)
    if by is not None and by.pk == locked.registration.person_id:
        consents.withdraw(by, consents.Kind.MENTOR, how=consents.How.PAGE)
    _tell_of_the_end(locked, was_active=was_active)


def _close(mentorship: Mentorship, state: str, *, by: Person | None, reason: str) -> None:
    mentorship.state, mentorship.reason = state, reason
    mentorship.ended_at, mentorship.ended_by = timezone.now(), by
    mentorship.save()


def _wait_again(mentorship: Mentorship) -> None:
    """Put a participant who still wants a mentor at the end of the line, from today."""
    registration = mentorship.registration
    if mentorship.accepted_at and registration.wants_mentor:
        if mentorship.ended_by_id == registration.person_id:
            Registration.objects.filter(pk=registration.pk).update(wants_mentor=False)
        else:
            MentorWish.objects.update_or_create(
                registration=registration, defaults={"asked_at": timezone.now()}
            )


def _tell_of_the_end(mentorship: Mentorship, *, was_active: bool) -> None:
    """Write to those whom it concerns and who didn't do it themselves."""
    registration = mentorship.registration
    readers = {"mentor_thanked": mentorship.mentor}
    if was_active:
        readers["mentoring_ended"] = registration.person
    for kind, reader in readers.items():
        if reader.pk != mentorship.ended_by_id and reader.is_active:
            mail.post(
                kind, mentorship, to=reader, key=f"{kind}:{mentorship.pk}", about=registration
            )
    by_mentor = was_active and mentorship.ended_by_id in (None, mentorship.mentor_id)
    if by_mentor and registration.wants_mentor and registration.is_open:
        tell_caretakers("mentor_needed_again", mentorship)


def tell_caretakers(kind: str, mentorship: Mentorship) -> None:
    """Write to those who look after the participant, but not to the two themselves."""
    registration = mentorship.registration
    for reader in caretakers(registration.association):
        if reader.pk not in (registration.person_id, mentorship.mentor_id, mentorship.ended_by_id):
            mail.post(
                kind,
                mentorship,
                to=reader,
                key=f"{kind}:{mentorship.pk}:{reader.pk}",
                about=registration,
            )


def end_what_is_over() -> int:
    """End mentorings whose registration is over or whose mentor's account is closed.

    The sight was gone with the fact itself; this writes it down and frees the mentor's place.
    """
    ended = 0
    over = Mentorship.objects.live().filter(
        ~Q(registration__status__in=Registration.IN_PROGRESS) | Q(mentor__is_active=False)
    )
    for mentorship in over.order_by("pk")[:200]:
        try:
            end(mentorship, by=None)
            ended += 1
        except Refused:
            continue  # somebody ended it just now
    return ended


def require_open(registration: Registration) -> None:
    """Raise `Refused` unless the registration's record is open for changes."""
    if registration.status != Registration.Status.ACTIVE:
        text = _("This registration isn’t active, so there is nothing to mentor.")
        raise Refused(Problem("not_active", text, fixable=False))


def has_mentor(registration: Registration) -> Problem:
    """Tell the slower of two that somebody is asked, or mentors, already (G3)."""
    standing = mentorship_of(registration)
    name = standing.mentor.name if standing else ""
    return Problem(
        "has_mentor", _("%(name)s was asked already, or is the mentor.") % {"name": name}
    )


def _locked(mentorship: Mentorship) -> Mentorship:
    """Lock the registration, then read the mentorship anew: all its changes pass here."""
    registration = locks.registration(mentorship.registration_id)
    row = Mentorship.objects.select_related("mentor", "assigned_by", "offer").get(pk=mentorship.pk)
    row.registration = registration
    return row


def _require_part(mentorship: Mentorship, by: Person) -> None:
    own = by.pk in (mentorship.mentor_id, mentorship.registration.person_id)
    if not own and not may(by, "assign_mentor", mentorship.registration):
        raise PermissionDenied


def _require_proposed(mentorship: Mentorship) -> None:
    if mentorship.state != State.PROPOSED:
        raise Refused(_over())


def _over() -> Problem:
    return Problem("over", _("This mentoring is over."), fixable=False)
