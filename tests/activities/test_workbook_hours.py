from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.workbook.hours import read_hours


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        (1.5, "1.5"),
        (2, "2"),
        ("2", "2"),
        ("3,5", "3.5"),
        ("2,5", "2.5"),
        ("0,250", "0.25"),
        ("4 hrs", "4"),
        ("4 heures", "4"),
        ("1h30", "1.5"),
        ("1 h 30 min", "1.5"),
        ("1 hr and 15 minutes", "1.25"),
        ("90 min", "1.5"),
        ("1:30", "1.5"),
        ("26:15:00", "26.25"),
        ("1½", "1.5"),
        ("1 1/2", "1.5"),
        ("¾ h", "0.75"),
        (time(1, 30), "1.5"),
        (timedelta(hours=26, minutes=15), "26.25"),
        (1.4999999999999996, "1.5"),
    ],
)
def test_hours_are_read_as_people_write_them(written, hours):
    reading = read_hours(written)

    assert (reading.value, reading.doubt) == (Decimal(hours), None)


@pytest.mark.parametrize(
    ("written", "code", "suggestions"),
    [
        (1.1, "hours_not_quarters", ("1", "1.25")),
        (0.1, "hours_not_quarters", ("0.25",)),
        ("10 h 5", "hours_not_quarters", ("10", "10.25")),
        ("1,500", "hours_unreadable", ("1.5",)),
        ("1,500.25", "hours_unreadable", ()),
        ("11/2", "hours_unreadable", ()),
        ("1h75", "hours_unreadable", ()),
        ("2-3", "hours_unreadable", ()),
        ("4 hours/week", "hours_unreadable", ()),
        ("1e3", "hours_unreadable", ()),
        ("1.5.2025", "hours_unreadable", ()),
        ("nan", "hours_unreadable", ()),
        ("~" * 2000, "hours_unreadable", ()),
        ("9" * 2000, "hours_unreadable", ()),
        (float("nan"), "hours_unreadable", ()),
        (float("inf"), "hours_unreadable", ()),
        (True, "hours_unreadable", ()),
        ("about 4 hrs", "hours_approximate", ("4",)),
        ("environ 3,5 h", "hours_approximate", ("3.5",)),
        (0, "hours_not_positive", ()),
        ("0", "hours_not_positive", ()),
        (-2, "hours_not_positive", ()),
        ("−2,5", "hours_not_positive", ()),
        (timedelta(hours=-1), "hours_not_positive", ()),
        (1000.25, "hours_too_many", ()),
        (10**400, "hours_too_many", ()),
        (datetime(2025, 5, 1), "hours_date", ("1.5",)),
        (date(2025, 3, 14), "hours_date", ()),
        ("2025-05-01", "hours_date", ("1.5",)),
        ("2025-02-29", "hours_unreadable", ()),
        ("0000-01-01", "hours_unreadable", ()),
    ],
)
def test_doubtful_hours_are_asked_about_and_never_guessed(written, code, suggestions):
    reading = read_hours(written)

    assert reading.value is None
    assert (reading.doubt.code, reading.doubt.suggestions) == (code, suggestions)


@given(st.integers(min_value=1, max_value=4000))
def test_every_number_of_quarters_is_read_with_a_point_or_a_comma(quarters):
    hours = Decimal(quarters) / 4

    assert read_hours(float(hours)).value == hours
    assert read_hours(str(hours)).value == hours
    assert read_hours(str(hours).replace(".", ",")).value == hours


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_hours(text):
    reading = read_hours(text)

    assert text == "" or (reading.value is None) != (reading.doubt is None)
