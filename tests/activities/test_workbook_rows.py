"""What becomes of the cells of one activity, and of the answers that its owner gives."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.workbook import read, read_again
from activities.workbook.lines import Reader, read_row
from activities.workbook.matching import Matcher
from tests.activities.workbook_files import (
    CHOICES,
    HEADINGS,
    SHEET,
    choice,
    codes,
    inline,
    line,
    read_lines,
    read_one,
    sheet_xml,
    with_parts,
    workbook,
)


def test_real_dates_and_times_are_read_from_their_cells():
    row = read_one(date=datetime(2025, 5, 1, 18, 30), hours=time(1, 30))

    assert (row.completed_on, row.hours, row.state) == (date(2025, 5, 1), Decimal("1.5"), "new")


def test_a_first_day_column_goes_with_the_last_day():
    headings = (*HEADINGS, "Start date")
    lines = [
        [*line(date="2025-05-01"), "2025-04-29"],
        [*line(date="2025-05-01"), "2025-05-02"],
        [*line(date="2025-05-01"), "2025-04"],
    ]

    good, late, month = read(
        workbook(*lines, headings=headings), choices=CHOICES, language="en"
    ).rows

    assert (good.started_on, good.completed_on) == (date(2025, 4, 29), date(2025, 5, 1))
    assert codes(late) == [("started_on", "start_after_end")]
    assert codes(month) == [("started_on", "date_month")]
    assert month.questions[0].suggestions == ("2025-04-01",)


def test_a_start_column_alone_is_the_date():
    file = workbook(
        ("2025-05-01", "Weeding", "PD-I", 2), headings=("Start", "Title", "Type", "Hours")
    )

    (row,) = read(file, choices=CHOICES, language="en").rows

    assert row.completed_on == date(2025, 5, 1)


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        ({"hours": 0}, ("hours", "hours_not_positive")),
        ({"hours": -3}, ("hours", "hours_not_positive")),
        ({"hours": True}, ("hours", "hours_unreadable")),
        ({"hours": "#REF!"}, ("hours", "cell_error")),
        ({"hours": 1.1}, ("hours", "hours_not_quarters")),
        ({"hours": 1001}, ("hours", "hours_too_many")),
        ({"hours": 24.25}, ("started_on", "hours_beyond_days")),
        ({"date": "#N/A"}, ("completed_on", "cell_error")),
        ({"date": 45778}, ("completed_on", "date_number")),
        ({"type": "#NAME?"}, ("choice", "cell_error")),
        ({"title": "#VALUE!"}, ("title", "cell_error")),
    ],
)
def test_absurd_cells_want_an_answer(cells, asked):
    row = read_one(**cells)

    assert codes(row) == [asked]
    assert row.state == "question"


def test_infinite_hours_want_an_answer():
    rows = f"<row>{inline('2025-05-01', 'Weeding', '', 'PD-I', '')}<c><v>1e999</v></c></row>"

    (row,) = read(with_parts({SHEET: sheet_xml(rows)}), choices=CHOICES, language="en").rows

    assert codes(row) == [("hours", "hours_unreadable")]


def test_hours_that_fill_more_than_their_days_fit_once_the_first_day_is_known():
    row = read_one(hours=40)

    (again,) = read_again(
        [(row.number, row.raw | {"started_on": "2025-04-28"})], choices=CHOICES, language="en"
    )

    assert (again.state, again.hours) == ("new", 40)


@pytest.mark.parametrize("field", ["title", "provider", "subject", "outcome", "type"])
def test_control_characters_refuse_the_row_and_not_the_file(field):
    rows = read_lines(line(**{field: "a_x0000_b"}), line()).rows

    assert [row.state for row in rows] == ["refused", "new"]
    assert [(problem.field, problem.code) for problem in rows[0].problems] == [
        (field, "control_characters")
    ]


@pytest.mark.parametrize(
    ("field", "limit"), [("title", 300), ("provider", 200), ("subject", 500), ("outcome", 2000)]
)
def test_a_text_that_the_log_has_no_room_for_refuses_the_row(field, limit):
    fits, too_long = read_lines(line(**{field: "x" * limit}), line(**{field: "x" * 30_000})).rows

    assert (fits.state, too_long.state) == ("new", "refused")
    assert [(problem.field, problem.code) for problem in too_long.problems] == [(field, "too_long")]
    assert str(limit) in too_long.problems[0].message
    assert max(map(len, too_long.raw.values())) < 2100


def test_a_question_shows_the_beginning_of_a_long_text_only():
    row = read_one(type="x" * 500)

    assert len(row.questions[0].message) < 200
    assert "…" in row.questions[0].message


def test_escaped_line_breaks_from_excel_are_line_breaks():
    row = read_one(title="Weeding_x000D_\nfor beginners", outcome="one_x000D_\ntwo")

    assert (row.title, row.outcome) == ("Weeding for beginners", "one\ntwo")


def test_a_course_worth_a_fixed_number_needs_no_hours():
    course = choice("ethics", ("1-WEEK", "1 SEM."), ("Ethics", "Éthique"), needs_hours=False)

    (row,) = read(workbook(line(type="Ethics", hours=None)), choices=[course], language="en").rows

    assert (row.state, row.hours) == ("new", None)


def test_an_answer_that_is_no_better_is_asked_about_again():
    row = read_one(type="informal", date="2025-11")

    (again,) = read_again(
        [(row.number, row.raw | {"choice": "no such key", "completed_on": "2025-12"})],
        choices=CHOICES,
        language="en",
    )

    assert codes(again) == [("completed_on", "date_month"), ("choice", "choice_ambiguous")]


cells = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(min_value=timedelta(days=-900), max_value=timedelta(days=900)),
    st.sampled_from(["2025-05-01", "03/04/2025", "PD-I", "informal", "1,5", "1h30", "#REF!"]),
)
likely = {
    "date": st.dates(date(2025, 3, 1), date(2028, 4, 1)),
    "started_on": st.none() | st.dates(date(2024, 1, 1), date(2028, 4, 1)),
    "completed_on": st.none() | st.dates(date(2025, 3, 1), date(2028, 4, 1)),
    "title": st.text(min_size=1, max_size=40),
    "type": st.sampled_from(["PD-I", "PD formal", "informal", "Étude", "LEAD committee"]),
    "hours": st.sampled_from([0.25, 2, 7.5, 24, "1,5", "1h30", "45 min", time(1, 30)]),
    "points": st.floats(0, 40),
    "outcome": st.text(max_size=40),
}
lines_of_cells = st.fixed_dictionaries(likely) | st.fixed_dictionaries(
    {name: usual | cells for name, usual in likely.items()}
)


@settings(deadline=None)
@given(lines_of_cells)
def test_whatever_the_cells_hold_a_row_is_new_exactly_when_it_is_complete(values):
    row = read_row(7, values, Reader(Matcher(CHOICES)))

    known = row.title and row.completed_on and row.started_on and row.choice and row.hours
    assert (row.state == "new") == bool(known and not row.problems and not row.questions)
    if row.state == "new":
        assert row.started_on <= row.completed_on
        assert row.hours % Decimal("0.25") == 0
        assert 0 < row.hours <= 24 * ((row.completed_on - row.started_on).days + 1)


@settings(deadline=None)
@given(lines_of_cells)
def test_a_row_kept_as_text_is_the_same_row_later(values):
    row = read_row(7, values, Reader(Matcher(CHOICES)))

    (again,) = read_again([(7, row.raw)], choices=CHOICES, language="en")

    assert again.state == row.state
    if row.state == "new":
        assert again == row
