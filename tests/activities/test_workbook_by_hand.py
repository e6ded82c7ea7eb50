"""The record by hand, as `domain.md` says it is to be read before its owner settles anything."""

from decimal import Decimal

import pytest

from activities.workbook import Sheet, read, read_again
from tests.activities.workbook_files import BY_HAND, CHOICES, codes


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    with BY_HAND.open("rb") as file:
        return read(file, choices=CHOICES, language="en")


def test_the_record_by_hand_has_sixteen_activities_under_their_line_numbers(sheet):
    numbers = [row.number for row in sheet.rows]

    assert numbers == [*range(8, 16), *range(18, 26)]


def test_headings_subtotals_blank_lines_and_the_name_block_are_no_rows(sheet):
    skipped = [(line.number, line.kind) for line in sheet.skipped]

    assert skipped == [
        *((number, "above") for number in (1, 2, 3, 4)),
        (7, "heading"),
        (16, "subtotal"),
        (17, "heading"),
    ]


def test_rows_that_leave_no_doubt_are_new(sheet):
    read_as = {
        row.number: (row.choice.key, row.hours, row.started_on.isoformat(), row.completed_on.day)
        for row in sheet.rows
        if row.state == "new"
    }

    assert read_as == {
        8: ("pd-i", Decimal("1.5"), "2025-04-03", 3),
        9: ("pd-i", Decimal("9"), "2025-04-24", 25),
        10: ("pd-f", Decimal("11"), "2025-05-01", 1),
        11: ("lead:committee", Decimal("4"), "2025-06-10", 10),
        12: ("lead:board", Decimal("8"), "2025-09-18", 18),
        15: ("pub-i", Decimal("3.5"), "2026-02-11", 11),
        18: ("pd-i", Decimal("2"), "2026-03-14", 14),
        19: ("pd-i", Decimal("1.5"), "2026-03-15", 15),
        20: ("study", Decimal("12"), "2026-05-20", 20),
        21: ("pub-f", Decimal("9"), "2026-06-30", 30),
        22: ("pd-i", Decimal("1"), "2025-02-27", 27),
    }


def test_rows_with_a_doubt_ask_only_about_that(sheet):
    asked = {row.number: codes(row) for row in sheet.rows if row.questions}

    assert asked == {
        13: [("choice", "choice_ambiguous")],
        14: [("completed_on", "date_month")],
        23: [("choice", "choice_unknown")],
        24: [("choice", "choice_unknown")],
        25: [("choice", "choice_missing"), ("hours", "hours_missing")],
    }
    assert not any(row.problems for row in sheet.rows)


def test_doubtful_rows_offer_what_their_owner_may_have_meant(sheet):
    offered = {
        row.number: row.questions[0].suggestions
        for row in sheet.rows
        if row.questions and row.questions[0].suggestions
    }

    assert offered == {13: ("pd-i", "pub-i"), 14: ("2025-11-30",)}


def test_texts_points_and_ranges_come_along(sheet):
    board = next(row for row in sheet.rows if row.number == 12)
    storytime = next(row for row in sheet.rows if row.number == 15)

    assert storytime.title == "« Trucs et astuces pour l’heure du conte » – présentation"
    assert storytime.outcome == "Préparer une séance bilingue."
    assert (board.provider, board.subject, board.outcome) == (
        "Manitoba Library Association",
        "Management and leadership",
        "",
    )
    assert board.stated_points == 16


def test_the_owners_answers_settle_the_doubtful_rows(sheet):
    raws = {row.number: dict(row.raw) for row in sheet.rows if row.number in (13, 14)}
    raws[13]["choice"] = "pd-i"
    raws[14]["completed_on"] = "2025-11-30"

    informal, november = read_again(raws.items(), choices=CHOICES, language="en")

    assert (informal.state, informal.choice.key) == ("new", "pd-i")
    assert (november.state, november.completed_on.isoformat()) == ("new", "2025-11-30")
    assert november.started_on == november.completed_on


def test_reading_the_stored_cells_again_gives_the_same_rows(sheet):
    raws = [(row.number, row.raw) for row in sheet.rows]

    again = read_again(raws, choices=CHOICES, language="en")

    assert again == list(sheet.rows)
