"""Asking for a mentor. Working without one is fine, so a wish can be taken back at any time."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cec.problems import Problem, Refused
from registrations import consents
from registrations.mentoring import assigning, locks, offers
from registrations.models import (
    Association,
    Mentorship,
    MentorWish,
    Person,
    Registration,
    SubjectArea,
)
from registrations.models.registration import RegistrationQuerySet


def waiting(person: Person) -> RegistrationQuerySet:
    """Who wants a mentor and has none, of those in this person's care, longest waiting first.

    `since` is when they asked, or when their registration was approved or sent.
    """
    has_one = Mentorship.objects.live().values("registration")
    return (
        Registration.objects.worked_on_by(person)
        .filter(status=Registration.Status.ACTIVE, wants_mentor=True)
        .exclude(pk__in=has_one)
        .exclude(person=person)
        .annotate(since=Coalesce("mentor_wish__asked_at", "submitted_at"))
        .order_by("since", "pk")
    )


def desk_count(person: Person, association: Association | None = None) -> int:
    """Return how many wait on this person's desk of mentors, wishes and offers, in one query.

    Those of one association, if it is given.
    """
    narrowed = {"association": association} if association else {}
    wishes = waiting(person).filter(**narrowed).order_by().values_list("pk")
    offered = offers.to_confirm(person).filter(**narrowed).order_by().values_list("pk")
    return wishes.union(offered, all=True).count()


@transaction.atomic
def ask(
    registration: Registration, *, by: Person, text: str = "", areas: Iterable[SubjectArea] = ()
) -> None:
    """Ask for a mentor, or say anew what one would like help with; the place in line stays."""
    locked = _own(registration, by)
    assigning.require_open(locked)
    if not locked.program.has_mentors:
        raise Refused(Problem("no_mentors", _("This program has no mentors."), fixable=False))
    if locked.mentorships.live().exists():
        raise Refused(assigning.has_mentor(locked))
    wish, first = MentorWish.objects.get_or_create(
        registration=locked, defaults={"text": text, "asked_at": timezone.now()}
    )
    if not first:
        wish.text = text
        if not locked.wants_mentor:
            wish.asked_at = timezone.now()
        wish.save()
    elif locked.wants_mentor and locked.submitted_at:
        wish.asked_at = locked.submitted_at  # they said so in the form
        wish.save()
    wish.areas.set(areas)
    if not locked.wants_mentor:
        _set(locked, wanted=True)
        locked.note("mentor_wanted", by=by)
    consents.give(by, consents.Kind.MENTOR, how=consents.How.PAGE)


@transaction.atomic
def take_back(registration: Registration, *, by: Person) -> None:
    """Want no mentor now; somebody who was asked and hasn't answered is told."""
    locked = _own(registration, by)
    proposed = locked.mentorships.filter(state=Mentorship.State.PROPOSED).first()
    if proposed:
        assigning.end(proposed, by=by)
    if locked.wants_mentor:
        _set(locked, wanted=False)
        locked.note("mentor_not_wanted", by=by)
    consents.withdraw(by, consents.Kind.MENTOR, how=consents.How.PAGE)


def _set(registration: Registration, *, wanted: bool) -> None:
    Registration.objects.filter(pk=registration.pk).update(wants_mentor=wanted)
    registration.wants_mentor = wanted


def _own(registration: Registration, by: Person) -> Registration:
    if registration.person_id != by.pk:
        raise PermissionDenied
    return locks.registration(registration.pk)
