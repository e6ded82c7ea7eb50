import string

import pytest

from certificates import serial

SAMPLES = [
    serial.make("CEC", 2028, 417),
    serial.make("CPC", 2026, 1),
    serial.make("OIL", 2031, 9999),
    serial.make("B", 2099, 1010),
    serial.make("PARTNERS", 2028, 123456),
    *(serial.make("CEC", 2027, number) for number in range(1, 60)),
]
CHARACTERS = string.ascii_uppercase + string.digits


def test_a_serial_has_a_prefix_a_year_a_padded_number_and_two_check_characters():
    made = serial.make("cec", 2028, 417)

    assert made[:-2] == "CEC-2028-0417-"
    assert len(made) == len("CEC-2028-0417-K7")
    assert not set(made[-2:]) & set("ILOU")


def test_the_number_grows_beyond_four_digits():
    made = serial.make("CEC", 2028, 12345)

    assert made.startswith("CEC-2028-12345-")
    assert serial.normalise(made) == made


def test_equal_numbers_of_two_years_or_programs_have_different_check_characters():
    checks = {
        serial.make(prefix, year, 1)[-2:] for prefix in ("CEC", "CPC") for year in (2027, 2028)
    }

    assert len(checks) == 4


@pytest.mark.parametrize("made", SAMPLES)
def test_every_single_wrong_character_is_caught_or_put_right(made):
    for position, right in enumerate(made):
        for wrong in CHARACTERS.replace(right, "") if right != "-" else "":
            typed = made[:position] + wrong + made[position + 1 :]

            understood = serial.normalise(typed)

            assert understood in (None, made)
            if understood == made:
                assert {right, wrong} <= set("0O") or {right, wrong} <= set("1IL")


@pytest.mark.parametrize("made", SAMPLES)
def test_every_swap_of_two_neighbours_is_caught(made):
    plain = made.replace("-", "")
    for position in range(len(plain) - 1):
        first, second = plain[position : position + 2]
        if first == second:
            continue
        typed = plain[:position] + second + first + plain[position + 2 :]

        understood = serial.normalise(typed)

        assert understood is None


@pytest.mark.parametrize(
    "retype",
    [
        str.lower,
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", " "),
        lambda text: f"  {text.replace('-', '–')}\n",
        lambda text: text[:4] + text[4:].replace("0", "O"),
        lambda text: text[:4] + text[4:].replace("0", "o").replace("1", "l"),
        lambda text: text[:4] + text[4:].replace("1", "I"),
    ],
)
@pytest.mark.parametrize("made", [text for text in SAMPLES if text[3] == "-"])
def test_a_serial_is_understood_however_it_is_typed(made, retype):
    understood = serial.normalise(retype(made))

    assert understood == made


def test_a_prefix_read_as_digits_is_understood():
    made = serial.make("OIL", 2031, 7)

    assert serial.normalise(made.replace("OIL", "01L")) == made
    assert serial.normalise(made.replace("OIL", "0I1")) == made


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "CEC",
        "CEC-2028-0417",
        "2028-0417-K7",
        "CEC-1999-0417-K7",
        "CEC-2028-0417-U7",
        "é" * 20,
        "0" * 200,
        "CEC-2028-\u0660\u0664\u0661\u0667-K7",
    ],
)
def test_what_is_no_serial_is_told_apart_without_an_error(typed):
    understood = serial.normalise(typed)

    assert understood is None


@pytest.mark.parametrize(
    ("prefix", "year", "sequence"),
    [
        ("", 2028, 1),
        ("C1", 2028, 1),
        ("É", 2028, 1),
        ("TOOLONGPR", 2028, 1),
        ("CEC", 1999, 1),
        ("CEC", 20280, 1),
        ("CEC", 2028, 0),
        ("CEC", 2028, -4),
    ],
)
def test_nothing_else_becomes_a_serial(prefix, year, sequence):
    with pytest.raises(ValueError, match="no serial"):
        serial.make(prefix, year, sequence)
