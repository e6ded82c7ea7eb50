"""A mentor's suggestions on entries: written by today's mentor, answered by the participant."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from activities.models import Activity, Suggestion
from cec.problems import Problem, Refused
from registrations.mentoring import locks, talking
from registrations.models import Mentorship, Person, Registration


def mentoring_of(registration: Registration, person: Person) -> Mentorship | None:
    """Return the mentoring by which this person sees the registration's record now, if any."""
    return Mentorship.objects.seen_by(person).filter(registration=registration).first()


def read_by(registration: Registration, activity: Activity, person: Person) -> QuerySet[Suggestion]:
    """Return the suggestions on an entry that this person reads.

    The participant reads all of them, a mentor their own (A7), and the committee none.
    """
    found = Suggestion.objects.filter(registration=registration, activity=activity)
    if person.pk != registration.person_id:
        found = found.filter(author=person)
    return found.select_related("author")


@transaction.atomic
def suggest(
    registration: Registration,
    activity: Activity,
    *,
    by: Person,
    text: str,
    form_key: UUID | None = None,
) -> Suggestion | None:
    """Suggest something on an entry, once however often the form arrives.

    Raises `PermissionDenied` unless `by` is the mentor now, under the registration's lock.
    """
    locked = locks.registration(registration.pk)
    mentorship = mentoring_of(locked, by)
    if mentorship is None:
        raise PermissionDenied
    if form_key and activity.suggestions.filter(form_key=form_key).exists():
        return None
    mentorship.registration = locked
    suggestion = Suggestion.objects.create(
        registration=locked, activity=activity, author=by, text=text, form_key=form_key
    )
    talking.tell(mentorship, f"{activity.title}\n{text}", by=by)
    return suggestion


@transaction.atomic
def answer(suggestion: Suggestion, *, by: Person, answer: str, reply: str = "") -> None:
    """Say that it is done, or that the entry stays as it is; the first answer holds."""
    if suggestion.registration.person_id != by.pk:
        raise PermissionDenied
    waiting = Suggestion.objects.filter(pk=suggestion.pk, answer="")
    if not waiting.update(answer=answer, reply=reply, answered_at=timezone.now()):
        raise Refused(Problem("answered", _("You’ve answered this already."), fixable=False))
