"""Program years (P10): anniversaries without gap or overlap, for every possible date."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registrations.calendar import year_bounds


def test_three_years_of_the_worked_example():
    assert year_bounds(date(2025, 3, 15), 3) == [
        (date(2025, 3, 15), date(2026, 3, 14)),
        (date(2026, 3, 15), date(2027, 3, 14)),
        (date(2027, 3, 15), date(2028, 3, 14)),
    ]


def test_a_leap_day_is_kept_on_the_28th():
    assert year_bounds(date(2028, 2, 29), 3) == [
        (date(2028, 2, 29), date(2029, 2, 27)),
        (date(2029, 2, 28), date(2030, 2, 27)),
        (date(2030, 2, 28), date(2031, 2, 27)),
    ]


def test_a_program_without_an_end_has_one_open_year():
    assert year_bounds(date(2025, 1, 1), None) == [(date(2025, 1, 1), None)]


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.integers(1, 20))
def test_years_follow_each_other_without_gap_or_overlap(starts_on, years):
    bounds = year_bounds(starts_on, years)

    assert len(bounds) == years
    assert bounds[0][0] == starts_on
    for (first, last), (following, _end) in pairwise(bounds):
        assert first < last
        assert following == last + timedelta(days=1)
    assert bounds[-1][1] is not None


@pytest.mark.parametrize("years", [1, 3, 5])
def test_a_cycle_of_so_many_years_ends_the_day_before_an_anniversary(years):
    assert year_bounds(date(2024, 7, 1), years)[-1][1] == date(2024 + years, 6, 30)
