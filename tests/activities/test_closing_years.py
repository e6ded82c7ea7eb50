"""Program years that are over: closed once, with the standing of then (H5, G10)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from activities.models import YearResult
from activities.yearend import closing
from registrations.models import ProgramYear, Registration, Requirement
from tests import factories as make
from tests.activities.yearends import (
    AFTER_YEAR_1,
    START,
    at,
    closed,
    everything,
    keep_calendar,
    record,
)
from tests.races import at_once

BY_HAND = (
    ("PD-I", "18", "2025-05-01"),
    ("PD-F", "11", "2025-06-01"),
    ("LEAD", "20", "2025-07-01"),
    ("PUB-I", "3.5", "2025-08-01"),
    ("STUDY", "12", "2026-03-15"),
)


@pytest.mark.django_db
def test_a_year_that_is_over_is_closed_with_the_standing_of_then():
    result = closed(*BY_HAND)

    assert (result.number, result.first_day, result.last_day) == (1, START, date(2026, 3, 14))
    assert (result.raw, result.counted, result.parked) == (
        Decimal("63.5"),
        Decimal("61.5"),
        Decimal(2),
    )
    assert (result.needed, result.strictness, result.reached) == (30, "advised", True)
    assert (result.counted_so_far, result.cycle_needed, result.left) == (
        Decimal("61.5"),
        120,
        Decimal("58.5"),
    )
    assert result.rules_version == result.registration.rules.version
    assert {key: tuple(map(Decimal, pair)) for key, pair in result.types.items()} == {
        "pd-i": (18, 18),
        "pd-f": (22, 20),
        "lead": (20, 20),
        "pub-i": (Decimal("3.5"), Decimal("3.5")),
    }


@pytest.mark.django_db
def test_an_empty_year_is_closed_too():
    result = closed()

    assert (result.counted, result.reached, result.left, result.types) == (0, False, 120, {})


@pytest.mark.django_db
def test_a_later_year_knows_what_the_cycle_has_so_far_and_no_more():
    row = record(
        ("PD-I", "10", "2025-05-01"), ("PD-I", "7", "2026-05-01"), ("PD-I", "5", "2027-05-01")
    )

    closing.close_due(now=datetime(2027, 8, 1, tzinfo=UTC))

    results = row.year_results.order_by("number")
    assert [(r.number, r.counted, r.counted_so_far) for r in results] == [(1, 10, 10), (2, 7, 17)]


@pytest.mark.django_db
def test_what_is_carried_stands_in_both_years():
    row = record(("PD-I", "18", "2025-05-01"), ("PD-F", "9", "2025-06-01"))
    Requirement.objects.filter(rules=row.rules, per="year").update(carry=4)

    closing.close_due(now=datetime(2027, 4, 1, tzinfo=UTC))

    first, second = row.year_results.order_by("number")
    assert (first.brought, first.carried) == (0, 4)
    assert (second.brought, second.counted, second.reached) == (4, 0, False)


@pytest.mark.django_db
def test_a_program_that_asks_for_nothing_a_year_says_neither_reached_nor_below():
    Requirement.objects.filter(rules=make.program().current_rules).delete()

    result = closed(("PD-I", "5", "2025-05-01"))

    assert (result.needed, result.strictness, result.reached, result.left) == (None, "", None, None)


@pytest.mark.django_db
def test_a_program_without_an_end_has_no_year_to_close():
    row = make.careers(starts_on=date(2020, 1, 1))
    ProgramYear.objects.filter(registration=row).update(ends_on=None)

    closing.close_due(now=AFTER_YEAR_1)

    assert not row.year_results.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "closed"),
    [("active", 1), ("turned_in", 1), ("accepted", 1), ("certified", 0), ("lapsed", 0)],
)
def test_only_registrations_in_progress_have_their_years_closed(status, closed):
    record(status=status)

    assert closing.close_due(now=AFTER_YEAR_1) == closed


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["America/St_Johns", "America/Vancouver"])
def test_a_year_is_over_at_midnight_where_the_program_keeps_its_calendar(zone):
    keep_calendar(zone)
    record(starts_on=date(2025, 1, 1))

    before = closing.close_due(now=at(zone, 2025, 12, 31, 23, 59, 59))
    after = closing.close_due(now=at(zone, 2026, 1, 1, 0, 0, 0))

    assert (before, after) == (0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "last_day"),
    [(date(2024, 2, 29), date(2025, 2, 27)), (date(2023, 3, 1), date(2024, 2, 29))],
)
def test_a_29_february_is_neither_lost_nor_counted_twice(start, last_day):
    zone = "America/Toronto"
    keep_calendar(zone)
    row = record(("PD-I", "1", last_day.isoformat()), starts_on=start)
    evening = at(zone, last_day.year, last_day.month, last_day.day, 23, 59)

    assert closing.close_due(now=evening) == 0
    assert closing.close_due(now=evening + timedelta(minutes=1)) == 1

    assert row.year_results.get().last_day == last_day
    assert row.year_results.get().counted == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "night", [(2026, 3, 8), (2025, 11, 2)], ids=["a night of 23 hours", "a night of 25 hours"]
)
def test_the_nights_when_clocks_change_have_one_midnight(night):
    zone = "America/St_Johns"
    keep_calendar(zone)
    record(starts_on=date(night[0] - 1, night[1], night[2]))
    midnight = at(zone, *night)

    assert closing.close_due(now=midnight - timedelta(minutes=1)) == 0
    moments = [midnight.astimezone(UTC) + timedelta(hours=hours) for hours in range(26)]
    assert [closing.close_due(now=moment) for moment in moments] == [1] + [0] * 25


@pytest.mark.django_db
def test_doubled_late_and_turned_back_runs_leave_the_same_result():
    record(*BY_HAND)
    closing.close_due(now=AFTER_YEAR_1)
    once = everything()

    later = [AFTER_YEAR_1, AFTER_YEAR_1 - timedelta(days=400), AFTER_YEAR_1 + timedelta(days=60)]
    again = [closing.close_due(now=moment) for moment in later]

    assert again == [0, 0, 0]
    assert everything() == once


@pytest.mark.django_db
def test_a_year_that_was_missed_for_weeks_has_the_result_that_it_would_have_had():
    record(*BY_HAND, ("PD-F", "10", "2026-04-01"))
    with transaction.atomic():
        closing.close_due(now=AFTER_YEAR_1)
        in_time = everything()
        transaction.set_rollback(True)

    closing.close_due(now=AFTER_YEAR_1 + timedelta(weeks=9))

    assert everything() == in_time


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_close_each_year_once():
    rows = [record(("PD-I", "3", "2025-05-01")) for _number in range(5)]

    answers = at_once([lambda: closing.close_due(now=AFTER_YEAR_1)] * 20)

    assert sorted(answers) == [0] * 19 + [5]
    assert YearResult.objects.count() == len(rows)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_killed_in_the_middle_leaves_nothing_half_done():
    for _number in range(3):
        record(("PD-I", "3", "2025-05-01"))

    with transaction.atomic():
        closing.close_due(now=AFTER_YEAR_1)
        transaction.set_rollback(True)
    left = YearResult.objects.count()
    closing.close_due(now=AFTER_YEAR_1)

    assert (left, YearResult.objects.count()) == (0, 3)


@pytest.mark.django_db
def test_more_than_one_statement_closes_are_closed_by_several(monkeypatch):
    monkeypatch.setattr(closing, "MOST", 2)
    for _number in range(5):
        record()

    assert closing.close_due(now=AFTER_YEAR_1) == 5


@pytest.mark.django_db
def test_one_of_many_is_closed_with_their_own_points_alone():
    for _number in range(closing.MANY + 1):
        record(("PD-I", "9", "2025-06-01"), starts_on=date(2025, 6, 1))

    assert closed(("PD-I", "5", "2025-05-01")).counted == 5

    assert YearResult.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    ["counted = counted + 1", "last_day = last_day + 1", 'types = \'{"pd-f": ["1", "1"]}\''],
)
def test_the_database_keeps_the_figures_of_a_closed_year(change):
    closed(*BY_HAND)

    refused = pytest.raises(IntegrityError, match="history is kept")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE activities_yearresult SET {change}")
    with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic():
        YearResult.objects.all().delete()


@pytest.mark.django_db
def test_as_many_queries_close_one_year_as_many(django_assert_num_queries):
    for _number in range(4):
        record(*BY_HAND)

    with django_assert_num_queries(
        8
    ):  # a savepoint, the hold, memory, who is due, of how many, caps
        closing.close_due(now=AFTER_YEAR_1)

    assert Registration.objects.count() == YearResult.objects.count() == 4
