"""A text in an exported workbook is only ever a text (E8)."""

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from cec import export


def written(*values):
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Sheet")
    sheet.append([export.cell(sheet, value) for value in values])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_no_text_becomes_a_formula(start):
    stream = written(f"{start}1+1", 40)

    first, second = next(load_workbook(stream).active.iter_rows())

    assert (first.data_type, first.quotePrefix) == ("s", True)
    assert second.value == 40
    assert b"<f>" not in zipfile.ZipFile(stream).read("xl/worksheets/sheet1.xml")


def test_what_xml_cannot_hold_is_left_out():
    first = next(load_workbook(written("a\0b\x0b\ud800c")).active.iter_rows())[0]

    assert first.value == "abc"
