"""The moves of a record from its owner to the committee and back (C1, C2)."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from activities import audit, points, questions
from activities.models import Comment
from cec import mail
from cec.problems import Problem, Refused
from certificates.completion.days import last_event, turn_in_until
from certificates.completion.findings import required_total
from certificates.completion.problems import check_completion, check_turn_in
from registrations.models import Event, Person, Registration
from registrations.permissions import require


@transaction.atomic
def turn_in(registration: Registration, *, by: Person) -> None:
    """Send the record to the committee. Its owner may, in time, once nothing is missing (C1)."""
    if registration.person_id != by.pk:
        raise PermissionDenied
    locked = lock(registration)
    if locked.can("turn_in"):
        problems = check_turn_in(locked)
        if problems:
            raise Refused(*problems)
    event = locked.move("turn_in", by=by)
    mail.post(
        "record_received",
        locked,
        to=locked.person,
        key=f"record_received:{event.pk}",
        about=locked,
    )


@transaction.atomic
def accept(registration: Registration, *, by: Person, seen: int | None = None) -> None:
    """Accept a record for its certificate (C2).

    `seen` is the event by which the record that the reviewer looked at was turned in. Raises
    `Refused` with what is missing by now, and when somebody was first.
    """
    require(by, "review_record", registration)
    locked = lock(registration)
    if locked.can("accept"):
        _refuse_stale(locked, seen)
        audit.finish(locked, by=by)
        problems = check_accept(locked)
        if problems:
            raise Refused(*problems)
    event = locked.move("accept", by=by, details=_figures(locked))
    mail.post(
        "record_accepted",
        locked,
        to=locked.person,
        key=f"record_accepted:{event.pk}",
        about=locked,
    )


def check_accept(registration: Registration) -> list[Problem]:
    """Say what keeps the committee from accepting it: the rules, a question, an audit (C2)."""
    return [
        *check_completion(registration),
        *questions.check_settled(registration),
        *audit.check_over(registration),
    ]


def _figures(registration: Registration) -> dict[str, object]:
    """What an acceptance is taken on, kept with it: the points, the total, the rules' version."""
    total = required_total(registration)
    return {
        "counted": str(points.standing(registration).counted),
        "needed": str(total.points) if total else "",
        "rules": registration.rules.version,
    }


@transaction.atomic
def return_with_questions(
    registration: Registration,
    *,
    by: Person,
    reason: str = "",
    comments: Mapping[int, str] | None = None,
    seen: int | None = None,
) -> None:
    """Send a record back with a reason, with questions on entries, or with both (C2).

    `comments` are questions by activity id; empty ones are left out.
    """
    require(by, "review_record", registration)
    locked = lock(registration)
    texts = {key: text.strip() for key, text in (comments or {}).items() if text.strip()}
    if not reason.strip() and not texts:
        raise Refused(
            Problem("no_question", _("Ask about an entry, or say why you send the record back."))
        )
    if locked.can("return"):
        _refuse_stale(locked, seen)
    written = _write(locked, texts, by=by)
    event = locked.move(
        "return", by=by, reason=reason.strip(), details={"comments": [row.pk for row in written]}
    )
    mail.post(
        "record_returned",
        locked,
        reason.strip(),
        [(row.activity.title, row.text) for row in written],
        turn_in_until(locked),
        to=locked.person,
        key=f"record_returned:{event.pk}",
        about=locked,
    )


def _write(registration: Registration, texts: Mapping[int, str], *, by: Person) -> list[Comment]:
    known = questions.entries(registration, texts)
    return Comment.objects.bulk_create(
        Comment(registration=registration, activity=known[key], author=by, text=text)
        for key, text in texts.items()
    )


def questions_of(event: Event) -> list[Comment]:
    """Return the questions that were sent with a `return`, in the order of their entries."""
    return list(
        Comment.objects.filter(pk__in=event.details.get("comments", []))
        .select_related("activity", "author")
        .order_by("activity__completed_on", "pk")
    )


def _refuse_stale(registration: Registration, seen: int | None) -> None:
    sent = last_event(registration, Event.Kind.TURN_IN)
    if seen is not None and sent is not None and sent.pk != seen:
        raise Refused(
            Problem("stale", _("This record was sent again meanwhile. Look at it as it is now."))
        )


def lock(registration: Registration) -> Registration:
    """Return the registration as it is now, locked until the transaction ends.

    The rules aren't joined: after a wait they may be others by now, and PostgreSQL would find
    no row.
    """
    return (
        Registration.objects.select_for_update(of=("self",))
        .select_related("program", "person", "association")
        .get(pk=registration.pk)
    )
