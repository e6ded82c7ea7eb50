"""What mentor and participant write to each other, and the participant's goals of a year."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import mail
from cec.outbox import OutgoingMail
from cec.problems import Problem, Refused
from registrations.mentoring import locks
from registrations.models import LearningGoal, MentorNote, Mentorship, Person, Registration

QUIET = timedelta(hours=1)
MOST_GOALS = 20  # in a program year


@transaction.atomic
def write_note(
    mentorship: Mentorship, *, by: Person, text: str, form_key: UUID | None = None
) -> MentorNote | None:
    """Write to the other one; a form that arrives twice makes one note, the second returns None.

    Raises `Refused` with code "over" once the mentoring has ended.
    """
    registration = locks.registration(mentorship.registration_id)
    row = Mentorship.objects.select_related("mentor").get(pk=mentorship.pk)
    row.registration = registration
    if by.pk not in (row.mentor_id, registration.person_id):
        raise PermissionDenied
    if not (row.is_active and registration.status in Registration.IN_PROGRESS):
        raise Refused(Problem("over", _("This mentoring is over."), fixable=False))
    if form_key and row.notes.filter(form_key=form_key).exists():
        return None
    note = MentorNote.objects.create(mentorship=row, author=by, text=text, form_key=form_key)
    tell(row, text, by=by)
    return note


def tell(mentorship: Mentorship, text: str, *, by: Person) -> None:
    """Mail what somebody wrote to the other one, unless they got such a mail within the hour.

    Whoever writes five notes in a row sends one mail: it leads to the page with all of them. Call
    it with the registration locked.
    """
    registration = mentorship.registration
    reader = mentorship.mentor if by.pk == registration.person_id else registration.person
    lately = OutgoingMail.objects.about(registration).filter(
        kind="mentor_note", person=reader, created_at__gt=timezone.now() - QUIET
    )
    if not lately.exists():
        mail.post("mentor_note", mentorship, text, by, to=reader, about=registration)


def notes_for(registration: Registration) -> QuerySet[MentorNote]:
    """All notes of the participant's mentorings, the newest first, as the participant reads them.

    A mentor reads those of their own mentoring, `mentorship.notes`, and nobody else's (A7).
    """
    return MentorNote.objects.filter(mentorship__registration=registration).select_related("author")


@transaction.atomic
def set_goal(
    registration: Registration, *, by: Person, text: str, year: int, form_key: UUID | None = None
) -> LearningGoal | None:
    """Set a goal for a program year, once however often the form arrives."""
    locked = _open_and_own(registration, by)
    if form_key and locked.goals.filter(form_key=form_key).exists():
        return None
    if locked.goals.filter(year=year).count() >= MOST_GOALS:
        raise Refused(Problem("too_many", _("That’s enough goals for a year. Remove one first.")))
    return LearningGoal.objects.create(registration=locked, text=text, year=year, form_key=form_key)


@transaction.atomic
def mark_goal(goal: LearningGoal, *, by: Person, met: bool) -> None:
    """Say that a goal is met, or not yet after all."""
    locked = _open_and_own(goal.registration, by)
    rows = locked.goals.filter(pk=goal.pk, met_at__isnull=met)
    rows.update(met_at=timezone.now() if met else None)


@transaction.atomic
def drop_goal(goal: LearningGoal, *, by: Person) -> None:
    """Remove a goal."""
    _open_and_own(goal.registration, by).goals.filter(pk=goal.pk).delete()


def _open_and_own(registration: Registration, by: Person) -> Registration:
    if registration.person_id != by.pk:
        raise PermissionDenied
    locked = locks.registration(registration.pk)
    if locked.status != Registration.Status.ACTIVE:
        text = _("This registration isn’t active, so its goals stay as they are.")
        raise Refused(Problem("not_active", text, fixable=False))
    return locked
