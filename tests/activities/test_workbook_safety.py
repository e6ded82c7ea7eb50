"""Nothing but a sound workbook is opened: all else is refused with a sentence, and quickly."""

import io
import tracemalloc

import pytest

from activities.workbook import WorkbookRefused, check, read
from cec import apart
from cec.spreadsheet.parts import LONGEST_RUN
from tests.activities.hostile_workbooks import BROKEN, GOOD, HOSTILE, PADDING, with_sheet
from tests.activities.workbook_files import (
    BY_HAND,
    CHOICES,
    HEADINGS,
    SHEET,
    sheet_xml,
    with_parts,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_wrong_or_hostile_file_is_refused_quickly_and_in_little_memory(name):
    code, build = HOSTILE[name]
    data = build()
    tracemalloc.start()
    started = apart.processor_time()

    with pytest.raises(WorkbookRefused) as refused:
        check(io.BytesIO(data))

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.code == code
    assert len(refused.value.message) > 20
    assert "%" not in refused.value.message
    assert apart.processor_time() - started < 5
    assert peak < 64_000_000


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_openpyxl_stumbles_over_is_refused_too(name):
    code, build = BROKEN[name]
    data = build()
    started = apart.processor_time()

    with pytest.raises(WorkbookRefused) as refused:
        read(io.BytesIO(data), choices=CHOICES, language="en")

    assert refused.value.code == code
    assert apart.processor_time() - started < 5


def test_huge_dimensions_and_far_columns_cost_nothing():
    data = with_sheet(
        '<row r="2"><c r="XFD2"/></row>' * 3000, before='<dimension ref="A1:XFD1048576"/>'
    )
    started = apart.processor_time()

    sheet = read(io.BytesIO(data), choices=CHOICES, language="en")

    assert sheet.rows == ()
    assert apart.processor_time() - started < 5


@pytest.mark.parametrize(
    "rows",
    [
        "".join(f'<row x="{number}"/>' for number in range(290_000)),
        "<row>" + "<c/>" * 149_000 + "</row>",
        '<row><c t="inlineStr"><is>' + "<r><t>x</t></r>" * 70_000 + "</is></c></row>",
    ],
    ids=["rows", "cells", "runs of text"],
)
def test_the_dearest_workbooks_that_pass_are_read_in_seconds(rows):
    data = with_sheet(rows, before=PADDING)
    started = apart.processor_time()

    read(io.BytesIO(data), choices=CHOICES, language="en")

    assert apart.processor_time() - started < 10


def test_a_dear_end_of_a_sheet_that_passes_is_read_in_seconds():
    data = with_sheet("", after=PADDING + "<headerFooter/>" * 70_000)
    started = apart.processor_time()

    read(io.BytesIO(data), choices=CHOICES, language="en")

    assert apart.processor_time() - started < 10


@pytest.mark.parametrize("name", ["record.XLSX", "C:\\Users\\me\\record.xlsx", "réc.ord.xlsx", ""])
def test_a_good_workbook_passes_and_its_bytes_are_returned(name):
    file = io.BytesIO(GOOD)
    file.name = name
    file.seek(17)

    assert check(file) == GOOD


@pytest.mark.parametrize("name", ["record.xls", "record.xlsm", "record.xlsx.exe", "record", "xlsx"])
def test_a_good_workbook_under_another_name_is_refused(name):
    file = io.BytesIO(GOOD)
    file.name = name

    with pytest.raises(WorkbookRefused) as refused:
        check(file)

    assert refused.value.code == "wrong_name"


def test_the_record_by_hand_passes():
    with BY_HAND.open("rb") as file:
        assert check(file) == BY_HAND.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sheet_in_any_encoding_that_excel_may_write_is_read(encoding):
    declared = "UTF-16" if encoding == "utf-16" else "UTF-8"
    cells = "".join(f'<c t="str"><v>{text}</v></c>' for text in ("2025-05-01", "Été", "", "PD-I"))
    xml = f'<?xml version="1.0" encoding="{declared}"?>' + sheet_xml(f"<row>{cells}</row>")

    file = with_parts({SHEET: xml.encode(encoding)})

    (row,) = read(file, choices=CHOICES, language="en").rows
    assert row.title == "Été"


def test_a_sheet_whose_tags_carry_a_prefix_is_read():
    plain = sheet_xml("").replace("</row>", "</row>" + "<row/>" * 90_000, 1)
    prefixed = plain.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")

    sheet = read(with_parts({SHEET: prefixed + "<!--" + "-->"}), choices=CHOICES, language="en")

    assert set(sheet.columns.values()) == set(HEADINGS)


def test_a_picture_with_long_runs_and_many_angle_brackets_is_no_bomb():
    picture = bytes(range(256)) * 800 + b"a" * (LONGEST_RUN + 1) + b"<" * 1000

    assert check(with_parts({"xl/media/image1.png": b"\x89PNG" + picture}))
