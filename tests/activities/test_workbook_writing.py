"""The exported record: safe, in the person's language, and taken back unchanged."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from activities.workbook import Entry, Heading, read, write
from cec.spreadsheet.wording import clean_line, clean_text, without_controls
from tests.activities.workbook_files import CHOICES, choice, parts_of

HEADING = Heading(
    program="Continuing Education Certificate",
    name="Chantal Boudreau",
    association="Manitoba Library Association",
    member_number="MLA-19904",
    registered_on=date(2025, 3, 15),
    years=((date(2025, 3, 15), date(2026, 3, 14)), (date(2026, 3, 15), date(2027, 3, 14))),
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
    return write(entries, choices=CHOICES, language=language, heading=heading)


def cells(data: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_an_export_stands_like_the_record_by_hand_with_what_counted_beside_it():
    data = exported(
        entry(
            started_on=date(2025, 4, 29),
            provider="Education Institute",
            subject="Collections",
            outcome="What to keep.",
            points=Decimal("1.50"),
            counted=Decimal("1.00"),
            parked=Decimal("0.50"),
            why="PD-I reached 20.",
        )
    )

    lines = cells(data)

    assert lines[0][0] == "Continuing Education Certificate"
    assert lines[2][:6] == ["Name:", HEADING.name, None, None, "Association:", HEADING.association]
    assert lines[5][:8] == [
        "Date(s)",
        "Title of activity",
        "Provider / sponsor",
        "Type of activity",
        "Subject area",
        "Hours",
        "Points",
        "What I learned",
    ]
    assert lines[7][5:11] == [1.5, 1.5, "What to keep.", 1, 0.5, "PD-I reached 20."]
    assert [value.date() for value in (lines[7][0], lines[7][11])] == [
        date(2025, 5, 1),
        date(2025, 4, 29),
    ]
    assert lines[7][12] == "17"


def test_entries_stand_under_their_program_year_with_a_sum_and_strays_come_last():
    data = exported(
        entry(title="Second", completed_on=date(2026, 3, 15), hours=Decimal("2")),
        entry(title="First", completed_on=date(2026, 3, 14), hours=Decimal("3")),
        entry(title="Also first", hours=Decimal("0.25")),
        entry(title="Stray", completed_on=date(2030, 1, 1)),
    )

    below = [(line[1], line[4], line[5]) for line in cells(data)[6:]]

    assert below == [
        (None, None, None),
        ("First", None, 3),
        ("Also first", None, 0.25),
        (None, "Subtotal", 3.25),
        (None, None, None),
        ("Second", None, 2),
        (None, "Subtotal", 2),
        ("Stray", None, 1.5),
    ]


def test_the_ids_are_hidden_and_the_types_are_offered():
    book = load_workbook(io.BytesIO(exported(entry())))
    sheet, types = book.worksheets

    (rule,) = sheet.data_validations.dataValidation

    assert sheet.column_dimensions["M"].hidden
    assert sheet.freeze_panes == "A7"
    assert types.sheet_state == "hidden"
    assert [row[0].value for row in types.iter_rows()] == [each.label("en") for each in CHOICES]
    assert rule.formula1 == "'Types'!$A$1:$A$7"
    assert "D8" in rule.sqref


def test_an_export_in_french_names_types_in_french():
    lines = cells(exported(entry(choice_key="lead:board"), language="fr"))

    assert lines[7][3] == "Leadership – organisme et collectivité – membre d’un conseil"


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
    texts = dict.fromkeys(("title", "provider", "subject", "outcome", "why"), text)
    heading = Heading(program=text, name=text, association=text, member_number=text)

    data = exported(entry(**texts), heading=heading)

    sheet = parts_of(data)["xl/worksheets/sheet1.xml"].decode()
    assert not re.search("<f[ />]", sheet)
    assert set(re.findall(r'<c [^>]*\bt="(\w+)"', sheet)) == {"inlineStr", "n"}
    row = load_workbook(io.BytesIO(data)).worksheets[0][7]
    for cell in (row[1], row[2], row[4], row[7], row[10]):
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_an_ordinary_text_gets_no_quote_mark():
    row = load_workbook(io.BytesIO(exported(entry())))["Record of Learning Activities"][8]

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
        choice_key=draw(st.sampled_from([choice.key for choice in CHOICES])),
        hours=Decimal(draw(st.integers(1, 96 * (length + 1)).filter(lambda n: n <= 4000))) / 4,
        points=draw(st.none() | st.decimals(0, 500, places=2)),
        counted=draw(st.none() | st.decimals(0, 20, places=2)),
        parked=draw(st.none() | st.decimals(0, 20, places=2)),
        why=draw(texts),
    )


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    entries=st.lists(entries(), max_size=6, unique_by=lambda entry: str(entry.id)),
    language=st.sampled_from(["en", "fr"]),
    read_in=st.sampled_from(["en", "fr"]),
    by_year=st.booleans(),
)
def test_what_was_exported_is_read_back_unchanged_and_without_a_question(
    entries, language, read_in, by_year
):
    heading = HEADING if by_year else Heading(program="Certificate", name="Title")
    data = write(entries, choices=CHOICES, language=language, heading=heading)

    rows = read(io.BytesIO(data), choices=CHOICES, language=read_in).rows

    assert [row.state for row in rows] == ["new"] * len(entries)
    by_id = {row.row_id: row for row in rows}
    for each in entries:
        row = by_id[str(each.id)]
        assert (row.title, row.hours, row.choice.key) == (each.title, each.hours, each.choice_key)
        assert (row.started_on, row.completed_on) == (each.started_on, each.completed_on)
        assert row.provider == clean_line(without_controls(each.provider))
        assert row.subject == clean_line(without_controls(each.subject))
        assert row.outcome == clean_text(without_controls(each.outcome))
        assert row.stated_points == each.points


def test_a_fixed_course_without_hours_comes_back_without_a_question():
    course = choice("ethics", ("1-WEEK", "1 SEM."), ("Ethics", "Éthique"), needs_hours=False)
    data = write(
        [entry(choice_key="ethics", hours=None)], choices=[course], language="en", heading=HEADING
    )

    (row,) = read(io.BytesIO(data), choices=[course], language="fr").rows

    assert (row.state, row.hours, row.choice.key) == ("new", None, "ethics")
