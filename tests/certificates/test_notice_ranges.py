"""The days on which each mail is due, against the same ranges written to be read."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from activities import extending
from registrations.models import Notice
from registrations.notices import deciding
from tests import factories as make
from tests.owed import DAY, at, owed
from tests.races import at_once

pytestmark = pytest.mark.django_db

KINDS = ("pace", "year_end_coming", "cycle_ending", "grace_ending")
GRACE_DAYS = 60


def expected(years, leave, day):
    """What somebody without any points hears on a day: (kind, occasion)."""
    found = set()
    end = years[-1][1]
    grace_end = end + timedelta(days=GRACE_DAYS)
    for first, last in years:
        for months in (6, 9):
            mark = first + relativedelta(months=months)
            if leave and first <= leave[0] <= last and leave[0] < mark:
                mark += leave[1] - leave[0] + DAY
            in_range = mark <= day <= min(mark + timedelta(days=29), last - timedelta(days=68))
            with_the_cycle = last == end and mark >= last - timedelta(days=97)
            if in_range and not with_the_cycle and not (leave and leave[0] <= day <= leave[1]):
                found.add(("pace", f"{last}:{months}"))
        left = (last - day).days
        if 38 <= left <= 60:
            found.add(("year_end_coming", f"{last}:60"))
        elif last != end and 15 <= left <= 30:
            found.add(("year_end_coming", f"{last}:30"))
        elif last != end and 0 <= left <= 7:
            found.add(("year_end_coming", f"{last}:7"))
    left = (end - day).days
    if 68 <= left <= 90:
        found.add(("cycle_ending", f"{end}:90"))
    elif 15 <= left <= 30:
        found.add(("cycle_ending", f"{end}:30"))
    elif 0 <= left <= 7:
        found.add(("cycle_ending", f"{end}:7"))
    elif left < 0:
        left = (grace_end - day).days
        name = "start" if left >= 15 else "7" if left >= 0 else "late"
        if not 7 < left < 15:
            found.add(("grace_ending", f"{grace_end}:{name}"))
    return found


@given(
    starts_on=st.dates(date(2024, 1, 1), date(2029, 12, 31)),
    after=st.integers(0, 1400),
    leave=st.none() | st.tuples(st.integers(0, 1000), st.integers(1, 400)),
    hour=st.integers(0, 23),
)
@example(starts_on=date(2028, 2, 29), after=184, leave=None, hour=0)
@example(starts_on=date(2028, 2, 29), after=365, leave=None, hour=23)
@example(starts_on=date(2025, 3, 15), after=184, leave=(184, 30), hour=12)
@example(starts_on=date(2025, 3, 15), after=400, leave=(0, 90), hour=12)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_each_mail_is_due_on_its_days_and_on_no_other(starts_on, after, leave, hour):
    row = make.registration(starts_on=starts_on)
    if leave:
        first = starts_on + leave[0] * DAY
        leave = (first, first + (leave[1] - 1) * DAY)
        extending.give_leave(
            row, by=make.steering(), first_day=leave[0], last_day=leave[1], cause="parental"
        )
    years = list(row.years.order_by("number").values_list("starts_on", "ends_on"))
    day = starts_on + after * DAY

    found = {(kind, each) for kind in KINDS for each in owed(kind, row, at(day, hour))}

    assert found == expected(years, leave, day)


def heard(kind, days):
    """What somebody without points hears of a kind in a cycle that is decided on these days."""
    row = make.registration(starts_on=date(2025, 3, 15))
    return [each for day in days for each in owed(kind, row, date(2025, 3, 15) + day * DAY)]


@pytest.mark.parametrize("kind", KINDS)
def test_missed_nights_are_caught_up_and_no_mail_comes_twice(kind):
    nightly = heard(kind, range(150, 1160, 4))
    seldom = heard(kind, range(150, 1160, 27))

    assert len(nightly) == len(set(nightly))
    assert len(seldom) == len(set(seldom)) > 0
    assert set(seldom) <= set(nightly)


def test_a_sixty_day_mail_that_was_missed_isnt_sent_beside_the_next():
    assert heard("year_end_coming", [364 - 20]) == ["2026-03-14:30"]


@pytest.mark.parametrize(
    "first_night", [1003, 1005, 1010, 1027, 1028, 1035, 1036, 1057, 1066, 1080, 1081, 1088, 1095]
)
def test_nobody_is_told_of_the_same_thing_twice_in_a_week(first_night):
    """Also not where this is installed, or up again, in the middle of it; without any points."""
    row = make.registration(starts_on=date(2025, 3, 15))

    heard_on = {}
    for day in range(first_night, first_night + 8):
        for kind in ("pace", "year_end_coming", "cycle_ending"):
            for each in owed(kind, row, date(2025, 3, 15) + day * DAY):
                heard_on[kind, each] = day

    assert len(heard_on) <= 1


@pytest.mark.django_db(transaction=True)
def test_deciding_in_parallel_owes_each_mail_once():
    row = make.registration(starts_on=date(2025, 3, 15))
    make.registration(starts_on=date(2022, 3, 15))
    now = at("2025-09-16")

    found = at_once([lambda: deciding.decide_all(now=now)] * 4)

    assert sum(found) == Notice.objects.count() > 1
    assert row.notices.filter(kind="pace").count() == 1
