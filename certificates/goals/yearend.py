"""Closing a whole year of everybody and deciding the mails of it, against SQL by hand.

By hand are the sums alone: nothing is stored and nobody told. Both ways look at the same entries.
Each turn closes the same years, checks of the constraints included, and takes it back.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction

from activities.yearend import closing
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared, in_turns
from certificates.goals.standing import BY_HAND, fetched
from registrations import notices
from registrations.calendar import today_in
from registrations.models import ProgramYear
from registrations.notices import deciding

MOST_SECONDS = 10


def measure(filled: Filled) -> Iterator[Result]:
    with transaction.atomic():
        _let_the_second_year_end(filled)
        assert whole() == (filled.participants, filled.participants), "somebody is left out"

        ours, by_hand = in_turns(whole, lambda: fetched(BY_HAND), seconds=20)
        yield compared("Year-end of everyone", ours, most=2, than=by_hand, what="its sums by hand")
        yield at_most("Year-end of everyone, seconds", ours, most=MOST_SECONDS, unit="s")
        transaction.set_rollback(True)


def _let_the_second_year_end(filled: Filled) -> None:
    """Close everybody's first year, and let their second one have ended yesterday."""
    today = today_in(filled.registration.program)
    ProgramYear.objects.filter(number=3).update(starts_on=today)
    second = ProgramYear.objects.filter(number=2)
    second.update(ends_on=today)
    closing.close_due()
    second.update(ends_on=today - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit would check is timed too
        cursor.execute("ANALYZE activities_yearresult, registrations_programyear")


def whole() -> tuple[int, int]:
    """Close what is over and decide its mails; return how many of each, and take both back."""
    with transaction.atomic():
        closed = closing.close_due()
        told = deciding.decide(notices.kinds()["year_result"])
        transaction.set_rollback(True)
    return closed, told
