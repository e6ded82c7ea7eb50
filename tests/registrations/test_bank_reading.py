"""Reading a bank's export: what it says is found, what could be two things is asked about."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from cec.problems import Refused
from registrations.bank import cells, reading

DATA = Path(__file__).resolve().parent.parent / "data" / "payments-bank-export.csv"


def read(text, **answers):
    return reading.read(text if isinstance(text, bytes) else text.encode(), **answers)


def refusal(text, **answers):
    with pytest.raises(Refused) as refused:
        read(text, **answers)
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("40", "40"),
        ("40.00", "40"),
        ("40,5", "40.50"),
        ("1,240.00", "1240"),
        ("1,240", "1240"),
        ("1 240,00", "1240"),
        ("1\u00a0240,00\u00a0$", "1240"),
        ("1\u202f240,00 $", "1240"),
        ("1.240,00", "1240"),
        ("$1,240.00", "1240"),
        ("CAD 40.00", "40"),
        ("(40.00)", "-40"),
        ("-40.00", "-40"),
        ("40.00-", "-40"),
        ("\u221240,00 $", "-40"),
        ("+40.00", "40"),
    ],
)
def test_an_amount_is_read_as_it_is_written(text, value):
    assert cells.amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        *("forty", "1.240", "4,00,0", "1e3", "NaN", "Infinity", "=40", "40.001", "１２", "--4"),
        *("9" * 30, "9" * 5_000, "999999999.00", "40 41 x", "#REF!", "()"),
    ],
)
def test_what_is_no_amount_is_not_guessed(text):
    with pytest.raises(ValueError, match=r"."):
        cells.amount(text)


@pytest.mark.parametrize("text", ["", " ", "-", "–", "$"])
def test_an_empty_amount_is_none(text):
    assert cells.amount(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-02", "2026/11/02", "20261102", "2 Nov 2026", "02-Nov-2026", "Nov 2, 2026"),
        *("November 2 2026", "2 nov. 2026", "2 novembre 2026", "2026-11-02 14:05"),
        "2026-11-02T14:05:59",
    ],
)
def test_a_day_is_read_in_either_language(text):
    assert cells.day(text) == date(2026, 11, 2)


def test_months_of_either_language_are_known():
    english = ["January", "Feb", "May", "Jun", "July", "August", "Sept", "December"]
    french = ["janvier", "févr", "mai", "juin", "juillet", "août", "sept", "déc"]

    read_days = [
        [cells.day(f"1 {name} 2026").month for name in names] for names in (english, french)
    ]

    assert read_days == [[1, 2, 5, 6, 7, 8, 9, 12]] * 2
    assert cells.day("1er mars 2026") == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text", ["2026-13-01", "2026-02-30", "yesterday", "1/2/26", "0000-01-01", "2 jui 2026"]
)
def test_what_is_no_day_is_not_guessed(text):
    with pytest.raises(ValueError, match=r"."):
        cells.day(text)


def test_the_banks_own_file_is_read():
    statement = read(DATA.read_bytes())

    found = [
        (line.number, line.received_on.day, line.reference, line.amount)
        for line in statement.deposits
    ]
    assert found == [
        (2, 2, "CEC-R-1042", Decimal("40.00")),
        (3, 2, "", Decimal("40.00")),
        (4, 3, "staff x3", Decimal("120.00")),
        (6, 4, "CEC-R-1042", Decimal("40.00")),
        (7, 5, "cec-r-1047", Decimal("20.00")),
    ]
    assert statement.deposits[1].description == "INTERAC e-Transfer C BOUDREAU"
    assert statement.left_out == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_delimiter_and_french_headings_are_found(encoding, delimiter):
    lines = [
        ["Compte 123"],
        ["Date de l’opération", "Libellé", "Retraits", "Dépôts", "Solde"],
        ["2026-11-02", "VIREMENT Zoé Lavallée", "", '"1 240,00 $"', '"2 000,00"'],
    ]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)

    (deposit,) = reading.read(content).deposits

    assert deposit.amount == 1240
    assert deposit.description == "VIREMENT Zoé Lavallée"
    assert deposit.number == 3


def test_one_column_of_amounts_has_withdrawals_below_zero():
    statement = read("Date,Description,Amount\n2026-11-02,In,40.00\n2026-11-03,Out,(4.95)\n")

    assert [line.amount for line in statement.deposits] == [Decimal("40.00")]
    assert statement.left_out == 1


def test_a_day_that_can_be_read_in_two_ways_is_asked_about():
    text = "Date,Description,Deposits\n02/11/2026,In,40.00\n"

    assert refusal(text) == ["day_order"]
    assert read(text, day_order="day").deposits[0].received_on == date(2026, 11, 2)
    assert read(text, day_order="month").deposits[0].received_on == date(2026, 2, 11)


def test_one_day_above_twelve_tells_the_order_of_all():
    text = "Date,Description,Deposits\n02/11/2026,In,40.00\n25/10/2026,In,40.00\n"

    assert [line.received_on.month for line in read(text).deposits] == [11, 10]
    assert refusal(text.replace("02/11", "02/13")) == ["mixed_days"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 and so on", "no_csv"),
        (b"", "no_headings"),
        (b"\0\0\0", "no_text"),
        (b"\xff\xfea", "no_text"),
        (b"Name,Age\nA,4\n", "no_headings"),
        (b"Date,Deposits\n", "empty"),
        (b"Date,Deposits\n2026-11-02,forty\n", "line"),
        (b"Date,Deposits\nsoon,40\n", "line"),
        (b"Date,Deposits\n1999-01-01,40\n", "line"),
        (b"Date,Deposits\n" + b"2026-11-02,1\n" * 5_001, "too_many"),
        (b"x" * (2 * 1024 * 1024 + 1), "too_large"),
        (b"Date,Deposits\n2026-11-02,1\n" + b"y" * 200_000 + b"\n", "broken"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(content, code):
    assert refusal(content) == [code]


def test_a_deposit_of_tomorrow_is_refused():
    day = timezone.localdate() + timedelta(days=2)

    assert refusal(f"Date,Deposits\n{day},40.00\n") == ["line"]


def test_bad_lines_are_named_by_their_number_and_only_the_first_ones():
    text = "Date,Deposits\n" + "".join(f"2026-11-02,x{number}\n" for number in range(8))

    with pytest.raises(Refused) as refused:
        read(text)

    messages = [problem.message for problem in refused.value.problems]
    assert messages[0] == "Line 2: “x0” is no amount of money."
    assert messages[5:] == ["And 3 more lines."]


def test_hostile_cells_are_only_text():
    evil = '=HYPERLINK("http://evil.example")\x07' + "x" * 3_000
    quoted = evil.replace('"', '""')

    (deposit,) = read(f'Date,Description,Deposits\n2026-11-02,"{quoted}",40\n').deposits

    assert deposit.description.startswith('=HYPERLINK("http://evil.example")x')
    assert len(deposit.description) == 300


def test_five_thousand_lines_are_read_in_a_moment():
    import time

    content = b"Date,Description,Deposits\n" + b"2026-11-02,INTERAC,40.00\n" * 5_000
    started = time.perf_counter()

    statement = reading.read(content)

    assert len(statement.deposits) == 5_000
    assert time.perf_counter() - started < 2
