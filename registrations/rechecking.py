"""What the program does by itself about memberships, when a roster or a date says so (C4).

It records what is certain and hurts nobody, flags what isn't, and tells those whose membership has
run out. It declines nobody, and never overrules what a person found out later than the roster.
Each run looks at what is, so that a missed or a doubled one changes nothing.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from cec import stumbles, work
from registrations import membership, roster_matching
from registrations.calendar import today_in
from registrations.models import (
    MembershipCheck,
    MembershipDoubt,
    Registration,
    Roster,
    RosterMember,
)
from registrations.models.registration import RegistrationQuerySet

log = logging.getLogger(__name__)

RECHECK = "registrations.recheck_roster"
BATCH = 200  # registrations that are locked together, for a second at the most

Status = Registration.Status
Outcome = MembershipCheck.Outcome
Source = MembershipCheck.Source
Doubt = MembershipDoubt.Kind
LOOKED_AT = (Status.SUBMITTED, Status.ACTIVE, Status.TURNED_IN, Status.ACCEPTED)


def recheck(roster_id: int) -> int:
    """Look at everybody of an association in the light of its new roster.

    Returns how many were looked at. A run that is cut off is begun again by the sweeper; those who
    were looked at already stay as they are.
    """
    roster = Roster.objects.filter(pk=roster_id).first()
    looked_at = 0
    if roster is not None:
        _take_back_what_was_undone(roster.association_id)
    if roster is not None and roster.state == Roster.State.CURRENT:
        people = Registration.objects.filter(
            association=roster.association_id,
            status__in=LOOKED_AT,
            program__needs_membership=True,
        )
        for ids in _batches(list(people.order_by("pk").values_list("pk", flat=True))):
            looked_at += len(_settle(ids, roster))
    Roster.objects.filter(pk=roster_id, recheck_due=True).update(recheck_due=False)
    return looked_at


def recheck_due() -> int:
    """Look at the rosters that no hint came for, each five times at most (H4)."""
    due = Roster.objects.filter(recheck_due=True).exclude(pk__in=stumbles.given_up(RECHECK))
    looked_at = 0
    for roster in work.while_there_is_time(list(due.order_by("pk").values_list("pk", flat=True))):
        try:
            with stumbles.trying(RECHECK, roster):
                looked_at += recheck(roster)
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # one list must not keep the others waiting (H4)
            log.exception("The memberships of roster %s could not be looked at", roster)
    return looked_at


def _take_back_what_was_undone(association_id: int) -> None:
    """Let hold again what was known before a list that was undone since.

    What a record was judged by that is turned in stays.
    """
    undone = MembershipCheck.objects.filter(
        roster__association=association_id, roster__state=Roster.State.UNDONE, source=Source.ROSTER
    )
    people = Registration.objects.filter(
        pk__in=undone.values("registration"), status__in=(Status.SUBMITTED, Status.ACTIVE)
    ).with_membership()
    rest_on_it = people.filter(latest_check__in=undone.values("pk"))  # type: ignore[misc]
    MembershipDoubt.objects.filter(
        roster__association=association_id, roster__state=Roster.State.UNDONE
    ).delete()
    for pk in list(rest_on_it.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            latest = membership.lock(Registration(pk=pk)).membership_checks.first()
            if latest is not None and undone.filter(pk=latest.pk).exists():
                membership.without(latest)


@transaction.atomic
def look_up(registration: Registration) -> None:
    """Look for somebody who has just sent their registration, in the sending's transaction."""
    if registration.program.needs_membership:
        roster = roster_matching.list_of(registration)
        if roster is not None:
            _settle([registration.pk], roster)


def look_at_what_is_over() -> int:
    """Renew or flag the memberships whose day has passed; return how many were looked at."""
    in_time = _confirm_who_was_in_time()
    rows = over(timezone.localdate()).order_by("association_id", "pk")
    groups: dict[int | None, list[int]] = {}
    for row in rows.values("association_id", "pk"):
        groups.setdefault(row["association_id"], []).append(row["pk"])
    done = 0
    for association, ids in groups.items():
        roster = Roster.objects.current().filter(association=association).first()
        done += sum(len(_settle(batch, roster)) for batch in _batches(ids))
    return done + in_time


def _confirm_who_was_in_time() -> int:
    """Let a confirmation hold again that had run out before the money was written down (E4).

    The money itself had come in before its last day: whoever records late costs nobody a day.
    """
    ran_out = MembershipCheck.objects.filter(outcome=Outcome.LAPSED, source=Source.DATE)
    people = (
        Registration.objects.filter(pk__in=ran_out.values("registration"), status=Status.SUBMITTED)
        .with_balance()
        .with_done_on()
        .with_membership()
        .filter(membership=Outcome.LAPSED, balance__lte=0)  # type: ignore[misc]
    )
    confirmed = 0
    for row in people.order_by("pk"):
        with transaction.atomic():
            locked = membership.lock(row)
            checks = list(locked.membership_checks.all()[:2])
            in_time = (
                locked.status == Status.SUBMITTED
                and len(checks) == 2
                and (checks[0].outcome, checks[0].source) == (Outcome.LAPSED, Source.DATE)
                and checks[1].is_confirmed
                and not checks[1].is_over(membership.judged_on(locked))
            )
            if in_time:
                membership.without(checks[0])
                confirmed += 1
    return confirmed


def over(today: date) -> RegistrationQuerySet:
    """Return the registrations whose membership was confirmed until a day before today.

    Whoever waits for a decision and had done their part in time isn't among them: slow volunteers
    cost nobody a day (E4).
    """
    ended = MembershipCheck.objects.filter(outcome=Outcome.CONFIRMED, good_until__lt=today)
    in_time = Q(status=Status.SUBMITTED, balance__lte=0, done_on__lte=F("good_until"))
    return (
        Registration.objects.filter(
            pk__in=ended.values("registration"),
            status__in=(Status.SUBMITTED, Status.ACTIVE),
            program__needs_membership=True,
        )
        .with_balance()
        .with_done_on()
        .with_membership()
        .filter(membership=Outcome.CONFIRMED, good_until__lt=today)  # type: ignore[misc]
        .exclude(in_time)
    )


@dataclass(frozen=True)
class Case:
    """A registration with its latest check and the row of the roster that is certainly theirs."""

    registration: Registration
    latest: MembershipCheck | None
    member: RosterMember | None
    roster: Roster | None

    @property
    def day(self) -> date:
        """The day on which the membership has to hold; `membership.judged_on` by annotations."""
        row = self.registration
        if row.status == Status.SUBMITTED and row.balance <= 0:  # type: ignore[attr-defined]
            done_on: date = row.done_on  # type: ignore[attr-defined]
            return done_on
        return today_in(row.program)

    @property
    def good(self) -> bool:
        return self.member is not None and membership.holds(self.member, self.day)

    @property
    def over(self) -> bool:
        return self.latest is not None and self.latest.is_over(self.day)

    @property
    def person_knows_better(self) -> bool:
        """Whether somebody looked after the roster came."""
        if self.latest is None or self.latest.checked_by_id is None:
            return False
        came = self.roster.confirmed_at if self.roster else None
        return came is None or self.latest.checked_at >= came


def verdict(case: Case) -> MembershipCheck | str | None:
    """Return the check to record, the doubt to raise, or None to leave everything as it is."""
    latest = case.latest
    if case.good and _says_more(case):
        assert case.member is not None
        return membership.from_roster(case.registration, case.member, on=case.day, by=None)
    if latest is None or not latest.is_confirmed or case.good:
        return None
    if case.registration.status not in (Status.SUBMITTED, Status.ACTIVE):
        return None  # judged on the day on which the record was turned in
    if case.over:
        return _lapsed(case)
    if case.person_knows_better or case.roster is None:
        return None
    return _against(case, latest)


def _says_more(case: Case) -> bool:
    """Whether a member in good standing on the roster is news."""
    latest, member = case.latest, case.member
    assert member is not None
    if latest is None:
        return True
    if case.person_knows_better and not case.over:
        return False
    if not latest.is_confirmed:
        return True
    end = membership.end_of(member)
    if case.over or latest.source == Source.ROSTER:
        return end != latest.good_until
    return end is None or (latest.good_until is not None and end > latest.good_until)


def _against(case: Case, latest: MembershipCheck) -> MembershipCheck | str | None:
    """What a roster says against a membership that is confirmed for longer."""
    if case.member is None:
        return Doubt.VANISHED if latest.source == Source.ROSTER else None
    if case.registration.status == Status.SUBMITTED or not _ended(case.member, case.day):
        return Doubt.DIFFERS
    if case.member.suspended or latest.source == Source.ROSTER:
        return _lapsed(case)
    return Doubt.DIFFERS  # a person confirmed it for longer than the list does


def _ended(member: RosterMember, on: date) -> bool:
    """Whether the roster says that it is over, and not only nothing."""
    return member.suspended or (member.good_until is not None and member.good_until < on)


def _lapsed(case: Case) -> MembershipCheck:
    """Make the check that flags a membership; who the person is on the list stays known."""
    latest = case.latest
    assert latest is not None
    check = MembershipCheck(
        registration=case.registration,
        outcome=Outcome.LAPSED,
        source=Source.DATE if case.over else Source.ROSTER,
        number_key=latest.number_key,
        email_key=latest.email_key,
    )
    if case.roster is not None and case.member is not None:
        check.roster, check.roster_row = case.roster, case.member.number
        check.number_key, check.email_key = case.member.number_key, case.member.email_key
    return check


@transaction.atomic
def _settle(ids: Sequence[int], roster: Roster | None) -> list[int]:
    """Lock some registrations in their order, and do for each what its case asks for.

    The checks are read once the lock is held: what a person has recorded meanwhile is seen. So are
    a move to another association, which the list says nothing about, and a list that was replaced.
    Returns those that were looked at.
    """
    found = Registration.objects.filter(pk__in=ids, status__in=LOOKED_AT)
    if roster is not None:
        found = found.filter(association=roster.association_id)
    rows = list(
        found.select_for_update(of=("self",))
        .select_related("program", "person", "association")
        .with_balance()
        .with_done_on()
        .order_by("pk")
    )
    if roster is not None and not Roster.objects.current().filter(pk=roster.pk).exists():
        return []  # the next list looks at everybody anew
    checks = MembershipCheck.objects.filter(registration__in=rows).order_by(
        "registration_id", "-id"
    )
    latest = {check.registration_id: check for check in checks.distinct("registration_id")}
    people = {row.pk: roster_matching.wanted(row, latest.get(row.pk)) for row in rows}
    members = roster_matching.certain(roster, people) if roster else {}
    verdicts = {
        row.pk: verdict(Case(row, latest.get(row.pk), members.get(row.pk), roster)) for row in rows
    }
    new = [found for found in verdicts.values() if isinstance(found, MembershipCheck)]
    if new:
        membership.append_all(new)
    if roster is not None:
        _keep_doubts({pk: str(v) for pk, v in verdicts.items() if isinstance(v, str)}, rows, roster)
    return [row.pk for row in rows]


def _keep_doubts(raised: dict[int, str], rows: list[Registration], roster: Roster) -> None:
    """Let exactly these doubts stand about these registrations."""
    MembershipDoubt.objects.filter(registration__in=rows).exclude(
        registration__in=list(raised)
    ).delete()
    MembershipDoubt.objects.bulk_create(
        [
            MembershipDoubt(registration_id=pk, kind=kind, roster=roster)
            for pk, kind in raised.items()
        ],
        update_conflicts=True,
        unique_fields=["registration"],
        update_fields=["kind", "roster"],
    )


def _batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
