"""The worker's part of registrations: lists are read, memberships looked at, history sealed."""

from datetime import timedelta

from celery import shared_task

from cec import work
from cec.health import Heartbeat
from registrations import fees, rechecking, seals
from registrations.mentoring import assigning
from registrations.roster import keeping, reading


@shared_task(name=rechecking.RECHECK)
def recheck_roster(roster_id: int) -> None:
    rechecking.recheck(roster_id)


@work.sweeper
def recheck_new_rosters() -> int:
    """Look at the rosters that no message came for."""
    return rechecking.recheck_due()


@work.sweeper
def look_at_memberships_that_are_over() -> int:
    """Once an hour: days pass one by one, and in every time zone at another moment."""
    if not Heartbeat.is_due("memberships", every=timedelta(hours=1)):
        return 0
    done = rechecking.look_at_what_is_over()
    Heartbeat.beat("memberships")
    return done


@work.sweeper
def compare_the_ledger() -> int:
    """Once an hour: whether the list of who owes says what the ledger does."""
    if not Heartbeat.is_due("ledger", every=timedelta(hours=1)):
        return 0
    mended = fees.mend_settled()
    Heartbeat.beat("ledger")
    return mended


@work.sweeper
def seal_history() -> int:
    return seals.seal()


@shared_task(name=keeping.READ)
def read_roster(roster_id: int) -> None:
    reading.read(roster_id)


@work.sweeper
def read_waiting_rosters() -> int:
    return reading.read_waiting()


@work.sweeper
def forget_old_rosters() -> int:
    return keeping.forget_old()


@work.sweeper
def end_mentorings_that_are_over() -> int:
    """Write down the end of what was over with its registration or its mentor's account."""
    return assigning.end_what_is_over()
