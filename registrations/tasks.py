"""The worker's part of registrations: lists are read, memberships looked at, history sealed."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from cec import work
from registrations import copying, erasing, fees, rechecking, seals, unused_accounts
from registrations.mentoring import assigning
from registrations.notices import deciding, writing
from registrations.roster import keeping, reading

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@shared_task(name=rechecking.RECHECK)
def recheck_roster(roster_id: int) -> None:
    rechecking.recheck(roster_id)


@work.sweeper(_("Look at members after a new list"))
def recheck_new_rosters() -> int:
    """Look at the rosters that no message came for."""
    return rechecking.recheck_due()


@work.sweeper(_("Look at memberships that ran out"), every=HOUR)
def look_at_memberships_that_are_over() -> int:
    """Once an hour: days pass one by one, and in every time zone at another moment."""
    return rechecking.look_at_what_is_over()


@work.sweeper(_("Compare who owes with the ledger"), every=HOUR)
def compare_the_ledger() -> int:
    """Once an hour: whether the list of who owes says what the ledger does."""
    return fees.mend_settled()


@work.sweeper(_("Seal the history"))
def seal_history() -> int:
    return seals.seal()


@shared_task(name=copying.MAKE)
def make_copy(copy_id: int) -> None:
    copying.make(copy_id)


@work.sweeper(_("Make copies of people’s own data"))
def make_waiting_copies() -> int:
    return copying.make_waiting()


@work.sweeper(_("Delete copies of people’s own data that are over"), every=HOUR)
def remove_old_copies() -> int:
    return copying.remove_old()


@work.sweeper(_("Erase the data of those who asked for it"))
def erase_people() -> int:
    return erasing.do_due()


@shared_task(name=keeping.READ)
def read_roster(roster_id: int) -> None:
    reading.read(roster_id)


@work.sweeper(_("Read uploaded lists of members"))
def read_waiting_rosters() -> int:
    return reading.read_waiting()


@work.sweeper(_("Forget old lists of members"))
def forget_old_rosters() -> int:
    return keeping.forget_old()


@work.sweeper(_("End mentoring that is over"))
def end_mentorings_that_are_over() -> int:
    """Write down the end of what was over with its registration or its mentor's account."""
    return assigning.end_what_is_over()


@work.sweeper(_("Write mails that are owed"))
def write_notices() -> int:
    return writing.write_due()


@work.sweeper(_("Tell of accounts that end unless they are used"), every=DAY)
def tell_of_unused_accounts() -> int:
    return unused_accounts.tell()


# Before writing: sweepers run from the last one to the first.
@work.sweeper(_("Decide which mails are owed"), every=HOUR)
def decide_notices() -> int:
    return deciding.decide_all()
