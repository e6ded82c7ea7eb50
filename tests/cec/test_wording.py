"""Numbers, money and dates in both languages."""

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from cec.templatetags import look
from cec.wording import amount, day, file_size, money, number, short_day

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (Decimal("3.50"), "3.5", "3,5"),
        (Decimal("20.00"), "20", "20"),
        (Decimal("0.25"), "0.25", "0,25"),
        (Decimal("0.00"), "0", "0"),
        (Decimal("-0.0"), "0", "0"),
        (Decimal("1E+2"), "100", "100"),
        (7, "7", "7"),
        (None, "", ""),
    ],
)
def test_a_number_has_no_needless_zeros(value, english, french):
    with override("en"):
        assert number(value) == english
    with override("fr"):
        assert number(value) == french


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (Decimal("40.00"), "$40", f"40{NBSP}$"),
        (Decimal("1240.50"), "$1,240.50", f"1{NBSP}240,50{NBSP}$"),
        (Decimal("-40"), "\u2212$40", f"\u221240{NBSP}$"),
        (None, "", ""),
    ],
)
def test_money_has_its_sign_where_the_language_puts_it(value, english, french):
    with override("en"):
        assert money(value) == english
    with override("fr"):
        assert money(value) == french


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [
        (0, f"0{NBSP}bytes", f"0{NBSP}octet"),
        (1, f"1{NBSP}byte", f"1{NBSP}octet"),
        (1023, f"1,023{NBSP}bytes", f"1{NBSP}023{NBSP}octets"),
        (1024, f"1{NBSP}KB", f"1{NBSP}ko"),
        (1024**2 - 513, f"1,023{NBSP}KB", f"1{NBSP}023{NBSP}ko"),
        (1024**2 - 512, f"1{NBSP}MB", f"1{NBSP}Mo"),
        (1_600_000, f"1.5{NBSP}MB", f"1,5{NBSP}Mo"),
        (10 * 1024**2, f"10{NBSP}MB", f"10{NBSP}Mo"),
        (2 * 1024**3, f"2,048{NBSP}MB", f"2{NBSP}048{NBSP}Mo"),
        (None, "", ""),
    ],
)
def test_the_size_of_a_file_is_in_the_units_of_the_language(size, english, french):
    with override("en"):
        assert file_size(size) == english
    with override("fr"):
        assert file_size(size) == french


@pytest.mark.parametrize(
    ("value", "unit", "english", "french"),
    [
        (Decimal(1), "points", f"1{NBSP}point", f"1{NBSP}point"),
        (Decimal("1.5"), "points", f"1.5{NBSP}points", f"1,5{NBSP}point"),
        (Decimal(0), "points", f"0{NBSP}points", f"0{NBSP}point"),
        (Decimal(42), "credits", f"42{NBSP}credits", f"42{NBSP}credits"),
    ],
)
def test_a_unit_agrees_with_its_number(value, unit, english, french):
    with override("en"):
        assert amount(value, unit) == english
    with override("fr"):
        assert amount(value, unit) == french


@pytest.mark.parametrize(
    ("date", "english", "french"),
    [
        (datetime.date(2027, 3, 14), "14 March 2027", "14 mars 2027"),
        (datetime.date(2027, 8, 1), "1 August 2027", "1er août 2027"),
    ],
)
def test_a_date_in_full(date, english, french):
    with override("en"):
        assert day(date) == english.replace(" ", NBSP)
    with override("fr"):
        assert day(date) == french.replace(" ", NBSP)


def test_a_short_date_abbreviates_the_month():
    date = datetime.date(2026, 11, 17)

    with override("en"):
        assert short_day(date) == "17 Nov 2026".replace(" ", NBSP)
    with override("fr"):
        assert short_day(date) == "17 nov. 2026".replace(" ", NBSP)


def test_a_moment_is_in_the_time_of_the_site():
    moment = datetime.datetime(2026, 1, 5, 14, 5, tzinfo=datetime.UTC)

    with override("en"):
        assert look.moment(moment) == f"5{NBSP}January{NBSP}2026 at 9:05"


def test_the_day_of_a_moment_is_the_one_at_the_site_also_late_in_the_evening():
    late = datetime.datetime(2026, 11, 28, 1, 30, tzinfo=datetime.UTC)

    with override("en"):
        assert day(late) == f"27{NBSP}November{NBSP}2026"
        assert short_day(late) == f"27{NBSP}Nov{NBSP}2026"


def test_nothing_is_written_as_nothing():
    assert (day(None), short_day(None), look.moment(None), look.amount(None)) == ("",) * 4
