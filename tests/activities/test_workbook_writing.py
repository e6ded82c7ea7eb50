"""The exported record: safe, in the person's language, and taken back unchanged."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from activities.workbook import Entry, Heading, read, write
from activities.workbook.formulas import Columns
from activities.workbook.scheme import Group, Kind, Need, Scheme, Worth
from activities.workbook.writing import SPARE_ROWS
from cec.spreadsheet.wording import clean_line, clean_text, without_controls
from tests.activities.workbook_files import CHOICES, SCHEME, choice, parts_of

HEADING = Heading(
    program="Continuing Education Certificate",
    name="Chantal Boudreau",
    association="Manitoba Library Association",
    member_number="MLA-19904",
    registered_on=date(2025, 3, 15),
    reference="R-1",
)


def entry(**facts: object) -> Entry:
    usual: dict[str, object] = {
        "id": 17,
        "started_on": None,
        "completed_on": date(2025, 5, 1),
        "title": "Weeding",
        "choice_key": "pd-i",
        "hours": Decimal("1.50"),
    }
    return Entry(**(usual | facts))


def exported(*entries: Entry, language: str = "en", heading: Heading = HEADING) -> bytes:
    return write(entries, choices=CHOICES, scheme=SCHEME, language=language, heading=heading)


def lines(data: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_an_export_stands_like_the_record_by_hand_with_what_counts_beside_it():
    data = exported(
        entry(
            started_on=date(2025, 4, 29),
            provider="Education Institute",
            subject="Collections",
            outcome="What to keep.",
            planned=True,
            mark="3 12345678",
        )
    )

    said = lines(data)

    assert said[0][0] == "Continuing Education Certificate"
    assert said[2][:6] == ["Name:", HEADING.name, None, None, "Association:", HEADING.association]
    assert said[6][:16] == [
        *("Date(s)", "Title of activity", "Provider / sponsor", "Type of activity"),
        *("Subject area", "Hours", "Points", "What I learned", "Still planned", "First day"),
        *("Program year", "Counted", "Parked", "Why"),
        *("Entry number, leave as it is", "Version, leave as it is"),
    ]
    row = said[7]
    assert [row[at] for at in (1, 2, 4, 5, 7, 8)] == [
        *("Weeding", "Education Institute", "Collections", 1.5, "What to keep.", "Planned"),
    ]
    assert [value.date() for value in (row[0], row[9])] == [date(2025, 5, 1), date(2025, 4, 29)]
    assert row[14:16] == ["17", "3 12345678"]


def test_entries_stand_in_the_order_given_and_empty_rows_are_ready_below():
    data = exported(entry(title="First"), entry(title="Second"))

    below = lines(data)[7:]

    assert [row[1] for row in below[:3]] == ["First", "Second", None]
    assert len(below) == 2 + SPARE_ROWS
    assert all(str(row[11]).startswith("=") for row in below)


def test_only_what_a_person_fills_in_can_be_changed():
    book = load_workbook(io.BytesIO(exported(entry())))
    sheet = book.worksheets[0]

    for line in (8, 9, 8 + SPARE_ROWS):
        columns = {cell.column for cell in sheet[line] if not cell.protection.locked}
        columns |= {
            cell.column
            for cell in sheet[line]
            if cell.value is None
            and not sheet.column_dimensions[cell.column_letter].protection.locked
        }
        assert columns == {1, 2, 3, 4, 5, 6, 8, 9, 10}
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in book)


def test_numbers_versions_and_helpers_are_hidden_and_choices_are_offered():
    book = load_workbook(io.BytesIO(exported(entry(version=3))))
    sheet, totals, rules, entries = book.worksheets

    offered = {rule.formula1: str(rule.sqref) for rule in sheet.data_validations.dataValidation}

    assert sheet.freeze_panes == "C8"
    assert all(sheet.column_dimensions[letter].hidden for letter in "OPQRSTUVWX")
    assert not sheet.column_dimensions["N"].hidden
    assert [each.sheet_state for each in book] == ["visible", "visible", "hidden", "hidden"]
    assert offered == {
        "'Rules'!$A$1:$A$7": "D8:D208",
        "'Rules'!$P$1:$P$2": "E8:E208",
        '"Planned"': "I8:I208",
    }
    assert [row[0].value for row in rules.iter_rows(max_row=7)] == [
        each.label("en") for each in CHOICES
    ]
    assert [list(row) for row in entries.values] == [["entries of", "R-1"], ["17:3", None]]
    assert totals.title == "Totals"


def test_rules_without_a_kind_of_cap_have_no_column_for_it():
    plain = Columns(SCHEME)
    groups = Scheme(
        kinds=[Kind(code="A", name="A", most_in_cycle=Decimal(9), group=0)],
        groups=[Group(most_in_cycle=Decimal(5))],
        worths={},
        years=SCHEME.years,
    )

    assert (len(plain.layers), plain.result) == (1, "layer0")
    assert Columns(groups).result == "layer1"
    assert Columns(Scheme(kinds=[], worths={}, years=[])).result == "worth"


def test_an_export_in_french_is_french_in_headings_types_and_sheets():
    book = load_workbook(io.BytesIO(exported(entry(choice_key="lead:board"), language="fr")))

    sheet = book.worksheets[0]
    assert sheet.cell(8, 4).value == (
        "Leadership – organisme et collectivité – membre d’un conseil"
    )
    assert sheet.cell(7, 2).value == "Titre de l’activité"
    assert [each.title for each in book] == [
        "Registre des apprentissages",
        "Totaux",
        "Règles",
        "Entrées",
    ]
    assert "SUMIFS" in sheet.cell(8, 24).value


def test_no_formula_asks_for_anything_newer_than_excel_2007():
    parts = parts_of(exported(entry()))

    formulas = re.findall(
        r"<f>(.*?)</f>", "".join(parts[name].decode() for name in parts if "sheets/" in name)
    )
    used = {name for formula in formulas for name in re.findall(r"[A-Z]{1,12}(?=\()", formula)}
    assert used <= {
        *("AND", "COUNTA", "DATE", "IF", "IFERROR", "INDEX", "INT", "ISNUMBER", "MATCH", "MAX"),
        *("MIN", "N", "OR", "ROUND", "ROW", "SUBSTITUTE", "SUM", "SUMIFS", "TODAY", "TRIM"),
    }
    assert max(map(len, formulas)) < 8192


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1+1",
        '=HYPERLINK("http://example.org")',
        "#REF!",
        "=",
        "-",
    ],
)
def test_no_text_of_a_person_becomes_a_formula_or_an_error(text):
    texts = dict.fromkeys(("title", "provider", "subject", "outcome"), text)
    heading = Heading(program=text, name=text, association=text, member_number=text)
    kind = Kind(code=text, name=text)
    scheme = Scheme(
        kinds=[kind],
        worths={"x": Worth(kind=0, per_hour=Decimal(1))},
        years=SCHEME.years,
        needs=[Need(per="cycle", points=Decimal(1), group=0, name=text)],
        groups=[Group()],
        subjects=[text],
    )
    named = choice("x", (text, text), (text, text))

    data = write(
        [entry(choice_key="x", **texts)],
        choices=[named],
        scheme=scheme,
        language="en",
        heading=heading,
    )

    book = load_workbook(io.BytesIO(data))
    same = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == text
    ]
    assert len(same) >= 4 + 1 + 4 + 3
    for cell in same:
        assert (cell.data_type, cell.quotePrefix) == ("s", True)
    markup = b"".join(parts_of(data).values()).decode()
    ours = re.findall(r"<f>(.*?)</f>", markup)
    assert not any(unescape(text) in unescape(formula) for formula in ours if len(text) > 2)


def test_an_ordinary_text_gets_no_quote_mark():
    row = load_workbook(io.BytesIO(exported(entry()))).worksheets[0][8]

    assert (row[1].value, row[1].quotePrefix) == ("Weeding", False)


def test_every_part_of_an_export_is_sound_xml_without_a_stranger_s_name_in_it():
    parts = parts_of(exported(entry(title="a < b & c")))

    for name, content in parts.items():
        assert fromstring(content) is not None, name
    assert b"openpyxl" not in parts["docProps/core.xml"]
    assert HEADING.program.encode() in parts["docProps/core.xml"]


def test_the_start_is_written_only_where_it_is_known_and_comes_back():
    rows = read(
        io.BytesIO(exported(entry(started_on=date(2025, 4, 29)), entry())),
        choices=CHOICES,
        language="en",
    ).rows

    assert [(row.started_on, row.completed_on) for row in rows] == [
        (date(2025, 4, 29), date(2025, 5, 1)),
        (date(2025, 5, 1), date(2025, 5, 1)),
    ]


texts = st.text(max_size=60)
days = st.dates(date(2025, 3, 15), date(2027, 3, 14))
tricky = st.sampled_from(
    [
        "=1+1",
        "Total",
        "Year 1",
        "Title",
        "Date(s)",
        "_x0041_",
        "_x005F_",
        "_x0007_",
        "#REF!",
        "2025",
    ]
)


@st.composite
def entries(draw):
    completed_on = draw(days)
    length = draw(st.integers(0, 20))
    title = draw(tricky | st.text(min_size=1, max_size=60))
    return Entry(
        id=draw(st.integers(1, 10**12) | st.uuids()),
        started_on=completed_on - timedelta(days=length),
        completed_on=completed_on,
        title=clean_line(without_controls(title)) or "Weeding",
        provider=draw(texts),
        subject=draw(texts),
        outcome=draw(texts),
        planned=draw(st.booleans()),
        choice_key=draw(st.sampled_from([choice.key for choice in CHOICES])),
        hours=Decimal(draw(st.integers(1, 96 * (length + 1)).filter(lambda n: n <= 4000))) / 4,
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    entries=st.lists(entries(), max_size=6, unique_by=lambda entry: str(entry.id)),
    language=st.sampled_from(["en", "fr"]),
    read_in=st.sampled_from(["en", "fr"]),
)
def test_what_was_exported_is_read_back_unchanged_and_without_a_question(
    entries, language, read_in
):
    data = exported(*entries, language=language)

    sheet = read(io.BytesIO(data), choices=CHOICES, language=read_in)
    rows = sheet.rows

    assert [row.state for row in rows] == ["new"] * len(entries)
    by_id = {row.row_id: row for row in rows}
    for each in entries:
        row = by_id[str(each.id)]
        assert (row.title, row.hours, row.choice.key) == (each.title, each.hours, each.choice_key)
        assert (row.started_on, row.completed_on) == (each.started_on, each.completed_on)
        assert row.provider == clean_line(without_controls(each.provider))
        assert row.subject == clean_line(without_controls(each.subject))
        assert row.outcome == clean_text(without_controls(each.outcome))
        assert row.planned == each.planned
        assert row.stated_points is None
    assert sheet.listed.reference == HEADING.reference
    assert sheet.listed.versions == {str(each.id): each.version for each in entries}


def test_a_fixed_course_without_hours_comes_back_without_a_question():
    course = choice("ethics", ("1-WEEK", "1 SEM."), ("Ethics", "Éthique"), needs_hours=False)
    scheme = Scheme(
        kinds=[Kind(code="1-WEEK", name="Ethics")],
        worths={"ethics": Worth(kind=0, fixed=Decimal(10))},
        years=[(date(2025, 3, 15), None)],
    )
    data = write(
        [entry(choice_key="ethics", hours=None)],
        choices=[course],
        scheme=scheme,
        language="en",
        heading=HEADING,
    )

    (row,) = read(io.BytesIO(data), choices=[course], language="fr").rows

    assert (row.state, row.hours, row.choice.key) == ("new", None, "ethics")


def test_each_type_can_be_read_in_full_and_both_sheets_print_whole_with_their_headings():
    book = load_workbook(io.BytesIO(exported(entry())))

    sheet, totals = book.worksheets[:2]
    longest = max(len(each.label("en")) for each in CHOICES)
    assert sheet.column_dimensions["D"].width > longest
    assert sheet.print_title_rows == "$7:$7"
    for each in (sheet, totals):
        assert each.page_setup.orientation == "landscape"
        assert each.sheet_properties.pageSetUpPr.fitToPage
