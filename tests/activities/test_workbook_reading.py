from datetime import date

import pytest
from django.utils import translation
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH

from activities.workbook import WorkbookRefused, read
from tests.activities.workbook_files import (
    CHOICES,
    HEADINGS,
    SHEET,
    inline,
    line,
    read_lines,
    read_one,
    saved,
    sheet_xml,
    with_parts,
    workbook,
)

# Finding the table


@pytest.mark.parametrize(
    "headings",
    [
        ("Hours", "  TITLE ", "Type", "Completed on"),
        ("Heures", "Titre de l’activité", "Type d’activité", "Date de fin"),
        ("Durée:", "Activité*", "Catégorie", "DATE(S)"),
        ("Hours (in quarters)", "Course title", "Category", "Date (YYYY-MM-DD)"),
    ],
)
def test_columns_are_found_by_their_headings_in_either_language_and_any_order(headings):
    file = workbook((2, "Weeding", "PD-I", "2025-05-01"), headings=headings)

    (row,) = read(file, choices=CHOICES, language="en").rows

    assert (row.state, row.title, row.hours) == ("new", "Weeding", 2)
    assert row.completed_on == date(2025, 5, 1)


def test_columns_that_mean_nothing_to_us_are_named_and_left_alone():
    file = workbook(
        ("2025-05-01", "Weeding", "PD-I", 2, "yes"),
        headings=("Date", "Title", "Type", "Hours", "Employer paid?"),
    )

    sheet = read(file, choices=CHOICES, language="en")

    assert sheet.ignored == ("Employer paid?",)
    assert sheet.columns == {"date": "Date", "title": "Title", "type": "Type", "hours": "Hours"}


def test_headings_repeated_further_down_are_no_row_and_may_stand_in_another_order():
    file = workbook(
        ("2025-05-01", "Weeding", "PD-I", 2),
        ("Hours", "Title", "Type", "Date"),
        (3, "Mending", "PD-F", "2026-05-01"),
        headings=("Date", "Title", "Type", "Hours"),
    )

    sheet = read(file, choices=CHOICES, language="en")

    assert [(row.title, row.hours, row.state) for row in sheet.rows] == [
        ("Weeding", 2, "new"),
        ("Mending", 3, "new"),
    ]
    assert [(skipped.number, skipped.kind) for skipped in sheet.skipped] == [(3, "header")]


def test_the_first_visible_sheet_with_the_headings_is_read():
    book = Workbook()
    notes, hidden, record = book.active, book.create_sheet("old"), book.create_sheet("Record")
    notes.append(["Points: 2 per hour formal"])
    for sheet, title in ((hidden, "Hidden"), (record, "Weeding")):
        sheet.append(HEADINGS)
        sheet.append(line(title=title))
    hidden.sheet_state = "hidden"

    found = read(saved(book), choices=CHOICES, language="en")

    assert (found.title, [row.title for row in found.rows]) == ("Record", ["Weeding"])


@pytest.mark.parametrize("headings", [("Name", "E-mail"), ("Title", "Author"), ()])
def test_a_workbook_without_a_table_of_activities_is_refused(headings):
    with pytest.raises(WorkbookRefused) as refused:
        read(workbook(headings=headings), choices=CHOICES, language="en")

    assert refused.value.code == "no_table"


def test_a_wrong_dimension_hides_no_rows():
    rows = f"<row>{inline('2025-05-01', 'Weeding', '', 'PD-I', '', '2')}</row>"
    file = with_parts({SHEET: sheet_xml(rows * 3, before='<dimension ref="A1:B2"/>')})

    assert len(read(file, choices=CHOICES, language="en").rows) == 3


def test_dates_of_a_workbook_that_counts_from_1904_are_right():
    book = Workbook()
    book.epoch = MAC_EPOCH
    book.active.append(HEADINGS)
    book.active.append(line(date=date(2025, 5, 1)))

    (row,) = read(saved(book), choices=CHOICES, language="en").rows

    assert row.completed_on == date(2025, 5, 1)


# Lines that are no rows


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"date": "YEAR 1"}, "heading"),
        ({"title": "Year 2"}, "heading"),
        ({"title": "2025-2026"}, "heading"),
        ({"date": "Première année", "outcome": "à revoir"}, "heading"),
        ({"outcome": "I certify that this is true."}, "heading"),
        ({"type": "PD-I"}, "heading"),
        ({"subject": "Subtotal year 1", "hours": 33.5, "points": 61.5}, "subtotal"),
        ({"date": "Total", "hours": 12}, "subtotal"),
        ({"title": "Sous-total", "hours": 12}, "subtotal"),
        ({"title": "Grand total", "points": 120}, "subtotal"),
        ({"type": "Year 1 total", "hours": 12}, "subtotal"),
        ({"hours": 33.5, "points": 61.5}, "subtotal"),
    ],
)
def test_headings_and_sums_are_no_rows(cells, kind):
    nothing = dict.fromkeys(("date", "title", "type", "hours"))

    sheet = read_lines(line(**(nothing | cells)))

    assert sheet.rows == ()
    assert [(skipped.number, skipped.kind) for skipped in sheet.skipped] == [(2, kind)]


def test_formulas_that_were_never_computed_leave_no_row():
    sheet = read_lines(
        line(),
        line(date=None, title=None, type=None, subject="Subtotal", hours="=SUM(F2:F2)"),
        line(date=None, title=None, type=None, hours="=SUM(F2:F2)"),
    )

    assert [row.title for row in sheet.rows] == ["Weeding"]


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        (
            {"date": None, "type": None, "hours": None},
            ["completed_on", "choice", "hours"],
        ),
        ({"type": None, "hours": None}, ["choice", "hours"]),
        ({"title": None}, ["title"]),
        ({"title": None, "date": None}, ["title", "completed_on"]),
        ({"date": date(2025, 5, 1), "title": None, "type": None}, ["title", "choice"]),
        ({"hours": "=1+1"}, ["hours"]),
        ({"title": "Total quality management for branches"}, []),
        ({"title": "Year 1"}, []),
    ],
)
def test_an_unfinished_row_asks_for_what_is_missing(cells, asked):
    row = read_one(**cells)

    assert [question.field for question in row.questions] == asked


# The sheet as a whole


def test_two_thousand_rows_are_taken_and_one_more_is_not():
    lines = [line(title=f"Webinar {number}") for number in range(2000)]

    assert len(read_lines(*lines).rows) == 2000
    with pytest.raises(WorkbookRefused) as refused:
        read_lines(*lines, line())
    assert refused.value.code == "too_many_rows"


def test_a_cell_beyond_the_sixtieth_column_refuses_the_workbook():
    wide = [*line(), *[None] * 52, "stray"]

    with pytest.raises(WorkbookRefused) as refused:
        read_lines(wide)

    assert refused.value.code == "too_many_columns"


def test_sentences_are_in_the_readers_language_which_is_then_left_as_it_was():
    with translation.override("en"):
        row = read_lines(line(type="informal"), language="fr").rows[0]

        assert translation.get_language() == "en"
    assert "informal" in row.questions[0].message
