"""Help with a mistyped serial, by its check characters alone."""

import pytest

from certificates import serial

MADE = serial.make("CEC", 2028, 417)
ASKED = {"prefixes": {"CEC", "CPC"}, "until": 2029}


def spoilt(made: str, place: int, other: str) -> str:
    return made[:place] + other + made[place + 1 :]


@pytest.mark.parametrize(
    "typed",
    [
        spoilt(MADE, 0, "X"),
        spoilt(MADE, 1, "F"),
        MADE.replace("0417", "0487"),
        spoilt(MADE, 14, "X").lower(),
        spoilt(MADE, 15, "2"),
        MADE[1] + MADE[0] + MADE[2:],
        MADE[:-2] + MADE[-1] + MADE[-2],
    ],
)
def test_one_slip_is_put_right(typed):
    assert serial.normalise(typed) is None

    assert serial.nearest(typed, **ASKED) == MADE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "CEC",
        "hello",
        spoilt(spoilt(MADE, 0, "X"), 10, "8"),
        "9" * 200,
        "é" * 30,
        "CEC-" * 400,
    ],
)
def test_more_than_one_slip_and_nonsense_are_not(typed):
    assert serial.nearest(typed, **ASKED) is None


def test_a_prefix_that_nobody_uses_and_a_year_to_come_explain_nothing():
    other = serial.make("XYZ", 2028, 417)
    later = serial.make("CEC", 2031, 417)

    assert serial.nearest(spoilt(other, 10, "7"), **ASKED) is None
    assert serial.nearest(spoilt(later, 11, "8"), **ASKED) is None


@pytest.mark.parametrize(
    "typed",
    [
        MADE.replace("0417", "0717"),  # or 0717 is right, and a check character isn't
        MADE.replace("0417", "0147"),
    ],
)
def test_what_has_several_explanations_gets_none(typed):
    assert serial.normalise(typed) is None

    assert serial.nearest(typed, **ASKED) is None
