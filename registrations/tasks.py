"""The worker's part: lists of members are read, and forgotten when their time is over."""

from celery import shared_task

from cec import work
from registrations.roster import keeping, reading


@shared_task(name=keeping.READ)
def read_roster(roster_id: int) -> None:
    reading.read(roster_id)


@work.sweeper
def read_waiting_rosters() -> int:
    return reading.read_waiting()


@work.sweeper
def forget_old_rosters() -> int:
    return keeping.forget_old()
