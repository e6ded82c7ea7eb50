from datetime import date, datetime, time, timedelta

import pytest
from openpyxl.utils.datetime import MAC_EPOCH

from cec.spreadsheet.dates import read_dates


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2025-04-24", "2025-04-24", "2025-04-24"),
        ("2025/04/24", "2025-04-24", "2025-04-24"),
        ("2025-04-24 10:30", "2025-04-24", "2025-04-24"),
        ("20250424", "2025-04-24", "2025-04-24"),
        ("June 10, 2025", "2025-06-10", "2025-06-10"),
        ("Tuesday, June 10th, 2025", "2025-06-10", "2025-06-10"),
        ("10 juin 2025", "2025-06-10", "2025-06-10"),
        ("mardi le 1er juin 2025", "2025-06-01", "2025-06-01"),
        ("10-Jun-25", "2025-06-10", "2025-06-10"),
        ("24/04/2025", "2025-04-24", "2025-04-24"),
        ("04/24/2025", "2025-04-24", "2025-04-24"),
        ("05/05/2025", "2025-05-05", "2025-05-05"),
        ("2025-04-24 to 2025-04-25", "2025-04-24", "2025-04-25"),
        ("2025-04-24/2025-04-25", "2025-04-24", "2025-04-25"),
        ("2025-04-24 – 25", "2025-04-24", "2025-04-25"),
        ("April 24–25, 2025", "2025-04-24", "2025-04-25"),
        ("April 24 and 25, 2025", "2025-04-24", "2025-04-25"),
        ("24-25 April 2025", "2025-04-24", "2025-04-25"),
        ("du 24 au 25 avril 2025", "2025-04-24", "2025-04-25"),
        ("24/04/2025-25/04/2025", "2025-04-24", "2025-04-25"),
        ("Dec. 30 – Jan. 2, 2026", "2025-12-30", "2026-01-02"),
        ("30 déc. 2025 au 2 janv. 2026", "2025-12-30", "2026-01-02"),
    ],
)
def test_a_plain_date_is_read_with_its_last_day_as_the_completed_one(written, first, last):
    dates = read_dates(written)

    assert (str(dates.started), str(dates.completed), dates.doubt) == (first, last, None)


@pytest.mark.parametrize(
    ("written", "code", "suggestions"),
    [
        ("03/04/2025", "date_ambiguous", ("2025-04-03", "2025-03-04")),
        (
            "03/04/2025 to 05/04/2025",
            "date_ambiguous",
            ("2025-04-03/2025-04-05", "2025-03-04/2025-05-04"),
        ),
        ("03/04/25", "date_ambiguous", ("2025-04-03", "2025-03-04", "2003-04-25")),
        ("2025-11", "date_month", ("2025-11-30",)),
        ("novembre 2025", "date_month", ("2025-11-30",)),
        ("11/2025", "date_month", ("2025-11-30",)),
        ("February 2028", "date_month", ("2028-02-29",)),
        ("Sept. to Dec. 2025", "date_month", ("2025-09-01/2025-12-31",)),
        ("2025", "date_year", ()),
        ("June 10", "date_without_year", ()),
        ("31 juin 2025", "date_impossible", ("2025-06-30",)),
        ("2025-02-30", "date_impossible", ("2025-02-28",)),
        ("2025-04-25 to 2025-04-24", "date_order", ("2025-04-24/2025-04-25",)),
        ("1025-01-01", "date_unlikely", ()),
        ("spring 2025", "date_unreadable", ()),
        ("2025-24-04", "date_unreadable", ()),
        ("24, 25 and 26 April 2025", "date_unreadable", ()),
        ("٢٠٢٥-٠٤-٢٤", "date_unreadable", ()),
        ("1-" * 40, "date_unreadable", ()),
        (True, "date_unreadable", ()),
        (time(10, 30), "date_unreadable", ()),
        (timedelta(hours=3), "date_unreadable", ()),
        (45750, "date_number", ("2025-04-03",)),
        (float("nan"), "date_unreadable", ()),
        (10**400, "date_unreadable", ()),
        (datetime(1900, 1, 1), "date_unlikely", ()),
    ],
)
def test_a_doubtful_date_is_asked_about_and_never_guessed(written, code, suggestions):
    dates = read_dates(written)

    assert (dates.started, dates.completed) == (None, None)
    assert (dates.doubt.code, dates.doubt.suggestions) == (code, suggestions)


@pytest.mark.parametrize(
    "written",
    ["03/04/2025", "2025-11", "Sept. to Dec. 2025", "31 juin 2025", "2025-04-25 to 2025-04-24"],
)
def test_every_suggestion_is_itself_a_plain_answer(written):
    suggestions = read_dates(written).doubt.suggestions

    answers = [read_dates(suggestion) for suggestion in suggestions]

    assert suggestions
    assert all(answer.completed and answer.doubt is None for answer in answers)


def test_date_cells_are_taken_without_their_time_of_day():
    day = date(2025, 4, 24)

    assert read_dates(day).completed == day
    assert read_dates(datetime(2025, 4, 24, 23, 59)).completed == day
    assert read_dates(None) == read_dates("")


def test_a_bare_number_counts_from_the_workbooks_own_epoch():
    from_1904 = read_dates(44288, epoch=MAC_EPOCH)

    assert from_1904.doubt.suggestions == ("2025-04-03",)
