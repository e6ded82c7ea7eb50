"""The committee's questions on entries: asked while a record is open or in review, answered once.

A question blocks nothing that the participant does; a record is only accepted once none waits.
"""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.checks import closed
from activities.models import Activity, Comment
from cec import mail
from cec.problems import Problem, Refused
from registrations.committee import caretakers
from registrations.models import Person, Registration
from registrations.permissions import may, require

# In these states a committee member may ask about an entry, and decide on it.
REVIEWABLE = (Registration.Status.ACTIVE, Registration.Status.TURNED_IN)


def may_ask(registration: Registration, person: Person) -> bool:
    """Say whether this person may ask about the entries of this record now."""
    return registration.status in REVIEWABLE and may(person, "review_record", registration)


@transaction.atomic
def ask(
    registration: Registration,
    activity: Activity,
    *,
    by: Person,
    text: str,
    form_key: UUID | None = None,
) -> Comment | None:
    """Ask about an entry, once however often the form arrives; the participant gets a mail.

    Returns None for a form that arrived before. Raises `Refused` when the record is closed.
    """
    locked = lock(registration, by=by)
    if form_key and activity.comments.filter(form_key=form_key).exists():
        return None
    question = Comment.objects.create(
        registration=locked, activity=activity, author=by, text=text, form_key=form_key
    )
    locked.note("question_asked", by=by, details={"activity": activity.pk})
    mail.post("question_asked", question, to=locked.person, about=locked)
    return question


@transaction.atomic
def answer(question: Comment, *, by: Person, text: str) -> None:
    """Answer a question on one's own entry; the first answer holds, and the asker gets a mail."""
    registration = Registration.objects.select_for_update(of=("self",)).get(
        pk=question.registration_id
    )
    if registration.person_id != by.pk:
        raise PermissionDenied
    if registration.status not in REVIEWABLE:
        raise Refused(closed(registration))
    unanswered = Comment.objects.filter(pk=question.pk, answered_at__isnull=True)
    if not unanswered.update(answer=text, answered_at=timezone.now()):
        raise Refused(Problem("answered", _("You’ve answered this already."), fixable=False))
    registration.note("question_answered", by=by, details={"activity": question.activity_id})
    question.refresh_from_db()
    for reader in _readers(question):
        mail.post("question_answered", question, to=reader, about=registration)


def _readers(question: Comment) -> list[Person]:
    """Return who reads an answer: the asker, or the colleagues once the asker may no longer."""
    registration, asker = question.registration, question.author
    if asker.is_active and may(asker, "review_record", registration):
        return [asker]
    people = caretakers(registration.association)
    return [person for person in people if may(person, "review_record", registration)]


@transaction.atomic
def settle(question: Comment, *, by: Person) -> None:
    """Say that a question needs nothing more; the first one who says so is kept."""
    locked = lock(question.registration, by=by)
    unsettled = Comment.objects.filter(pk=question.pk, settled_at__isnull=True)
    if not unsettled.update(settled_at=timezone.now(), settled_by=by):
        raise Refused(Problem("settled", _("This question is settled already."), fixable=False))
    locked.note("question_settled", by=by, details={"activity": question.activity_id})


def lock(registration: Registration, *, by: Person) -> Registration:
    """Return the registration locked, for a committee member who asks about it or decides on it.

    Raises `PermissionDenied` unless they may, and `Refused` when the record is closed. The rules
    aren't joined: after a wait they may be others by now, and PostgreSQL would find no row.
    """
    locked = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("program", "person", "association")
        .get(pk=registration.pk)
    )
    require(by, "review_record", locked)
    if locked.status not in REVIEWABLE:
        raise Refused(closed(locked))
    return locked


def entries(registration: Registration, ids: Iterable[int]) -> dict[int, Activity]:
    """Return entries of a record by id; raises `Refused` when one of them isn't in it any more."""
    wanted = set(ids)
    found = Activity.objects.in_record(registration).in_bulk(list(wanted))
    if len(found) != len(wanted):
        raise Refused(
            Problem("foreign_entry", _("One of the entries isn’t in this record any more."))
        )
    return found


def check_settled(registration: Registration) -> list[Problem]:
    """Say how many questions still wait, for accepting a record (C2)."""
    count = Comment.objects.waiting().filter(registration=registration).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d question to the participant isn’t answered. Wait for it, or settle it.",
        "%(count)d questions to the participant aren’t answered. Wait for them, or settle them.",
        count,
    )
    return [Problem("question_open", text % {"count": count})]
