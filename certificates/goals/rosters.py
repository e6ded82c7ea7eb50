"""A list of 50,000 members: parsing it against openpyxl alone, its memory, and how it is saved.

The workbook is built as Excel writes one: every text once, in the part of shared strings.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date

from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cec.spreadsheet.table import opened_table
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared
from certificates.goals.processor import growth, least
from registrations.models import Association, Roster
from registrations.roster import columns, comparison, keeping, reading
from registrations.roster.rows import RowReader

MEMBERS, COLUMNS = 50_000, 15
NAME = "members.xlsx"
_MEGABYTE = 1_000_000
_HEADINGS = ("Member no.", "Last name", "First name", "E-mail", "Status", "Expiry date")
_FIRST_DAY = (date(2027, 1, 1) - date(1899, 12, 30)).days
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FRAME = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEETS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEETS}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEETS}.sharedStrings+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEETS}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="Members" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    ),
}


def measure(filled: Filled) -> Iterator[Result]:
    data = workbook(MEMBERS)
    ours, bare = least(lambda: parse(data), lambda: openpyxl_alone(data))
    yield compared("Roster, parsing 50,000 rows", ours, most=1.3, than=bare, what="openpyxl")
    yield at_most("Roster, memory", growth(parse, data) / _MEGABYTE, most=150, unit="MB")

    own = Association.objects.order_by("pk")[0]
    roster = keeping.upload(own, ContentFile(data, NAME), by=filled.staff)
    with CaptureQueriesContext(connection) as queries:
        reading.read(roster.pk)
    yield at_most("Roster, queries to save it", len(queries), most=200, unit="queries")

    roster = Roster.objects.get(pk=roster.pk)
    with CaptureQueriesContext(connection) as queries:
        found = comparison.compare(roster)
        keeping.confirm(roster, by=filled.staff, seen=found.seen)
    assert roster.members.count() == MEMBERS, "a row is missing"
    yield at_most("Roster, queries to confirm", len(queries), most=40, unit="queries")


def parse(data: bytes) -> int:
    """Read every member of a list as the worker does, without the database."""
    with opened_table(data, NAME, columns.LIMITS, columns.score) as table:
        lines = enumerate(table.lines, start=1)
        headings = columns.texts(next(lines)[1])
        reader = RowReader(columns.match(headings, {}), width=len(headings), exact=False)
        return sum(reader.read(number, values) is not None for number, values in lines)


def openpyxl_alone(data: bytes) -> int:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    return sum(1 for _row in book.worksheets[0].iter_rows(values_only=True))


def workbook(members: int) -> bytes:
    """A list of that many members and fifteen columns, two thirds of its texts different."""
    texts: dict[str, int] = {}
    rows = [_row(1, [*_HEADINGS, *(f"Extra {n}" for n in range(COLUMNS - 6))], texts)]
    for number in range(members):
        said: list[str | int] = [
            f"M-{number:06}",
            f"Family {number * 7919 % 5000}",
            f"Given {number * 104729 % 900}",
            f"member{number}@example.org",
            "active",
            _FIRST_DAY + number % 365,
            *(f"Note {number * (n + 3) % 9973}" for n in range(COLUMNS - 6)),
        ]
        rows.append(_row(number + 2, said, texts))
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    parts = _FRAME | {
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _row(number: int, values: list[str | int], texts: dict[str, int]) -> str:
    cells = "".join(
        f'<c r="{chr(65 + at)}{number}" s="1"><v>{value}</v></c>'
        if isinstance(value, int)
        else f'<c r="{chr(65 + at)}{number}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'
        for at, value in enumerate(values)
    )
    return f'<row r="{number}">{cells}</row>'
