"""Doing one thing to several registrations: for whom it can be done, who is left out and why.

Each registration is decided by the same verb as alone, in a transaction of its own and under its
own lock: what is refused for one stops nobody else's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from cec.problems import Problem, Refused
from registrations import membership, queue, registering, roster_matching
from registrations.calendar import today_in
from registrations.models import MembershipCheck, Person, Registration, Roster, RosterMember
from registrations.permissions import may
from registrations.roster import words

Outcome = MembershipCheck.Outcome

MOST = 100  # registrations at a time
CONFIRM, PROOF, APPROVE = "confirm", "proof", "approve"
PERMISSIONS = {
    CONFIRM: "check_membership",
    PROOF: "check_membership",
    APPROVE: "decide_registration",
}


@dataclass(frozen=True)
class Choice:
    """A registration that somebody chose: why it is left out, if it is.

    `seen` is the latest membership check that they knew of, 0 for none. `listed` is what the
    association's list says of the membership, and `doubtful` that it is no reason to confirm it.
    """

    registration: Registration
    seen: int
    problem: str = ""
    listed: str = ""
    doubtful: bool = False

    @property
    def token(self) -> str:
        return f"{self.registration.pk}-{self.seen}"


@dataclass
class Done:
    """What became of those that were chosen: who has it, and who hasn't, with the reason."""

    people: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def read_tokens(tokens: Iterable[str]) -> dict[int, int | None]:
    """Read `1042` and `1042-77`: a registration and the latest check that was known of it.

    What is no such thing is left out; so is what goes beyond the most at a time.
    """
    seen: dict[int, int | None] = {}
    for token in tokens:
        number, dash, check = token.partition("-")
        parts = [number, check] if dash else [number]
        if all(part.isascii() and part.isdecimal() and len(part) < 18 for part in parts):
            seen.setdefault(int(number), int(check) if dash else None)
        if len(seen) == MOST:
            break
    return seen


def sort_out(person: Person, action: str, ids: Iterable[int]) -> list[Choice]:
    """Look at those in this person's care, longest waiting first; others' ids name nobody (A4)."""
    latest = MembershipCheck.objects.filter(registration=OuterRef("pk")).order_by("-pk")
    rows = (
        queue.rows(person)
        .filter(pk__in=list(ids)[:MOST])
        .annotate(seen=Subquery(latest.values("pk")[:1]))
        .select_related("person", "program", "association", "membership_doubt")
    )
    return [
        Choice(row, row.seen or 0, _problem(person, action, row))  # type: ignore[attr-defined]
        for row in queue.Asked().order.sort(rows)
    ]


def with_lists(choices: Iterable[Choice]) -> list[Choice]:
    """Say beside each what the list of their association says; one query for each list."""
    choices = list(choices)
    associations = {choice.registration.association_id for choice in choices}
    rosters = Roster.objects.current().filter(association__in=associations - {None})
    for roster in rosters:
        people = {
            choice.registration.pk: roster_matching.wanted(choice.registration, None)
            for choice in choices
            if choice.registration.association_id == roster.association_id
        }
        found = roster_matching.certain(roster, people)
        choices = [
            _listed(choice, found.get(choice.registration.pk))
            if choice.registration.pk in people
            else choice
            for choice in choices
        ]
    return choices


def _listed(choice: Choice, member: RosterMember | None) -> Choice:
    if member is None:
        return replace(choice, listed=_("not found for certain"), doubtful=True)
    row: Any = choice.registration
    waits = row.status == Registration.Status.SUBMITTED
    on = row.done_on if waits and row.done_on else today_in(row.program)  # as when judged alone
    good = membership.holds(member, on)
    return replace(choice, listed=words.standing(member) or _("no date"), doubtful=not good)


def _problem(person: Person, action: str, row: Registration) -> str:
    """Say why it can't be done to this one, or nothing."""
    if conflict := queue.conflict(person, row):
        return conflict
    if not may(person, PERMISSIONS[action], row):
        return _("That isn’t yours to decide.")
    if not row.is_open or (action == APPROVE and not row.can("approve")):
        return _("It is now: %(status)s.") % {"status": row.get_status_display()}
    return _not_ready(row) if action == APPROVE else _no_check(row, action)


def _no_check(row: Registration, action: str) -> str:
    if not row.program.needs_membership:
        return _("This program asks for no membership.")
    if action == PROOF and row.membership == Outcome.PROOF:  # type: ignore[attr-defined]
        return _("We asked for proof of the membership.")
    return ""


def _not_ready(row: Any) -> str:
    """The open gates of a row of the queue; the approval itself looks at them again."""
    if row.fee > 0 and not row.settled:
        return _("The fee isn’t settled yet.")
    problems = (
        membership.problems_of(row.membership, row.good_until, on=row.done_on)
        if row.program.needs_membership
        else []
    )
    return " ".join(str(problem.message) for problem in problems)


def do(
    person: Person,
    action: str,
    seen: Mapping[int, int | None],
    *,
    form_key: UUID | None,
    good_until: date | None = None,
    note: str = "",
) -> Done:
    """Do it to each that was chosen. The same form twice does nothing twice."""
    verbs: dict[str, Callable[[Registration], object]] = {
        CONFIRM: lambda row: membership.record_check(
            row,
            by=person,
            outcome=Outcome.CONFIRMED,
            good_until=good_until,
            form_key=form_key,
            seen=seen[row.pk],
        ),
        PROOF: lambda row: membership.record_check(
            row,
            by=person,
            outcome=Outcome.PROOF,
            note=note,
            form_key=form_key,
            seen=seen[row.pk],
        ),
        APPROVE: lambda row: registering.approve(row, by=person),
    }
    done = Done()
    for choice in sort_out(person, action, seen):
        row = choice.registration
        try:
            with transaction.atomic():
                if not _done_before(row, action, by=person, form_key=form_key):
                    _refuse_if_left_out(choice)
                    verbs[action](row)
        except Refused as refused:
            done.left_out.append((row.person.name, str(refused)))
        except PermissionDenied:
            done.left_out.append((row.person.name, _("That isn’t yours to decide.")))
        else:
            done.people.append(row.person.name)
    return done


def _done_before(row: Registration, action: str, *, by: Person, form_key: UUID | None) -> bool:
    """Take the registration's lock, and say whether this form did it already: a second click."""
    locked = Registration.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if action == APPROVE:
        return locked.was_moved("approve", by=by)
    mine = locked.membership_checks.filter(form_key=form_key, checked_by=by)
    return form_key is not None and mine.exists()


def _refuse_if_left_out(choice: Choice) -> None:
    if choice.problem:
        raise Refused(Problem("left_out", choice.problem, fixable=False))


def take_back(person: Person, form_key: UUID) -> Done:
    """Take back the memberships that this person confirmed with one form, minutes ago."""
    since = timezone.now() - membership.UNDO
    checks = MembershipCheck.objects.filter(
        form_key=form_key, checked_by=person, checked_at__gte=since, outcome=Outcome.CONFIRMED
    ).select_related("registration__person", "registration__program")
    done = Done()
    for check in checks.order_by("registration__submitted_at", "pk"):
        name = check.registration.person.name
        try:
            membership.take_back(check, by=person)
        except Refused as refused:
            done.left_out.append((name, str(refused)))
        except PermissionDenied:  # such as for who moved to another association meanwhile
            done.left_out.append((name, _("That isn’t yours to decide.")))
        else:
            done.people.append(name)
    return done
