"""The sentence of pace: ahead, on pace, behind, and what it takes in minutes a week."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from activities.pace import Pace, duration
from activities.rules import plural


def pace(counted, *, today=date(2026, 11, 21), needed=Decimal(120), **changes):
    figures = {
        "counted": Decimal(counted),
        "needed": needed,
        "steady": needed / 3 if needed else None,
        "per_hour": Decimal(1),
        "unit": "points",
        "starts_on": date(2025, 3, 15),
        "ends_on": date(2028, 3, 14),
        "today": today,
    }
    return Pace(**(figures | changes))


def read(sentence):
    return sentence.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("counted", "headline"),
    [
        ("80", "You’re ahead. 40 points to go by 14 March 2028."),
        ("73", "You’re a little ahead. 47 points to go by 14 March 2028."),
        ("67", "You’re on pace. 53 points to go by 14 March 2028."),
        ("60.5", "You’re a little behind. 59.5 points to go by 14 March 2028."),
        ("10", "There’s still time: 110 points to go by 14 March 2028."),
        ("119", "You’re ahead. 1 point to go by 14 March 2028."),
        ("120", "You’ve reached 120 points."),
        ("131.5", "You’ve reached 120 points."),
    ],
)
def test_the_headline_says_how_far_and_how_fast(counted, headline):
    assert read(pace(counted).headline) == headline


def test_the_advice_is_minutes_a_week_and_where_a_steady_pace_would_be():
    advice = [read(sentence) for sentence in pace("73").advice]

    assert advice == [
        "That’s 0.7 points a week: about 40 minutes of learning at 1 point an hour.",
        "A steady pace would put you at 67 today.",
    ]


def test_the_advice_uses_the_least_that_an_hour_gives():
    assert pace("73", per_hour=Decimal("0.5")).minutes_a_week == 80


def test_the_last_week_still_has_a_week():
    last_day = pace("118", today=date(2028, 3, 14))

    assert last_day.minutes_a_week == 120
    assert last_day.points_a_week == 2


def test_what_a_week_needs_is_rounded_up_so_that_it_is_enough():
    two_weeks = pace("119.9", today=date(2028, 3, 1))

    assert two_weeks.points_a_week == Decimal("0.1")


def test_after_the_end_nothing_is_advised_any_more():
    over = pace("100", today=date(2028, 3, 15))

    assert read(over.headline) == "Your program time ended on 14 March 2028, 20 points short."
    assert over.advice == []


def test_a_program_without_a_total_has_no_pace():
    free = pace("250", needed=None, steady=None, per_hour=None, ends_on=None, unit="credits")

    assert read(free.headline) == "250 credits in your record."
    assert free.advice == []
    assert free.to_go == 0
    assert not free.reached


def test_a_total_of_fixed_credits_is_told_without_minutes():
    fixed = pace("73", per_hour=None)

    assert fixed.minutes_a_week is None
    assert [read(line) for line in fixed.advice] == [
        "That’s 0.7 points a week.",
        "A steady pace would put you at 67 today.",
    ]


def test_the_steady_pace_of_the_partnership_is_about_45_minutes_a_week():
    assert pace("0").steady_minutes == 45


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(5, "5 minutes"), (60, "1 hour"), (80, "1 hour 20 minutes"), (150, "2 hours 30 minutes")],
)
def test_minutes_are_written_as_hours_and_minutes(minutes, words):
    assert duration(minutes) == words


@pytest.mark.parametrize(
    ("points", "english", "french"),
    [
        ("0", "many", "one"),
        ("0.5", "many", "one"),
        ("1", "one", "one"),
        ("1.5", "many", "one"),
        ("2", "many", "many"),
        ("2.25", "many", "many"),
    ],
)
def test_exact_numbers_take_the_right_form_in_both_languages(points, english, french):
    form = plural(Decimal(points))

    with translation.override("en"):
        assert translation.ngettext("one", "many", form) == english
    assert ("one" if form <= 1 else "many") == french  # the rule of French catalogues: n > 1
