"""Workbooks for tests: kept by hand, made up, and taken apart and put together wrongly."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from activities.workbook import Choice, Row, Sheet, read
from activities.workbook.scheme import Kind, Need, Scheme, Worth

BY_HAND = Path(__file__).parents[1] / "data" / "record-by-hand.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEADINGS = (
    "Date(s)",
    "Title of activity",
    "Provider / sponsor",
    "Type of activity",
    "Subject area",
    "Hours",
    "Points",
    "What I learned",
)


def choice(key: str, code: tuple[str, str], name: tuple[str, str], **more) -> Choice:
    return Choice(
        key=key, code_en=code[0], code_fr=code[1], name_en=name[0], name_fr=name[1], **more
    )


LEADERSHIP = ("Leadership – organization and community", "Leadership – organisme et collectivité")
CHOICES = (
    choice(
        "pd-f",
        ("PD-F", "PP-F"),
        ("Professional development – formal", "Perfectionnement professionnel – formel"),
    ),
    choice(
        "pd-i",
        ("PD-I", "PP-I"),
        ("Professional development – informal", "Perfectionnement professionnel – informel"),
    ),
    choice(
        "pub-f",
        ("PUB-F", "PUB-F"),
        ("Publications and presentations – formal", "Publications et communications – formelles"),
        aliases=("Publications/Presentations – Formal",),
    ),
    choice(
        "pub-i",
        ("PUB-I", "PUB-I"),
        (
            "Publications and presentations – informal",
            "Publications et communications – informelles",
        ),
        aliases=("Publications/Presentations – Informal",),
    ),
    choice("lead:committee", ("LEAD", "LEAD"), LEADERSHIP, rate_en="committee", rate_fr="comité"),
    choice(
        "lead:board",
        ("LEAD", "LEAD"),
        LEADERSHIP,
        rate_en="board member",
        rate_fr="membre d’un conseil",
    ),
    choice("study", ("STUDY", "ÉTUDE"), ("Personal study project", "Projet d’étude personnel")),
)

# The rules that belong to them: each type at most 20 a year, as P2 has it.
SCHEME = Scheme(
    kinds=[
        Kind(code=code, name=code, most_in_year=Decimal(20), needs_outcome=code == "STUDY")
        for code in ("PD-F", "PD-I", "PUB-F", "PUB-I", "LEAD", "STUDY")
    ],
    worths={
        "pd-f": Worth(kind=0, per_hour=Decimal(2)),
        "pd-i": Worth(kind=1, per_hour=Decimal(1)),
        "pub-f": Worth(kind=2, per_hour=Decimal(2)),
        "pub-i": Worth(kind=3, per_hour=Decimal(1)),
        "lead:committee": Worth(kind=4, per_hour=Decimal(1)),
        "lead:board": Worth(kind=4, per_hour=Decimal(2)),
        "study": Worth(kind=5, per_hour=Decimal(1)),
    },
    years=[(date(2025, 3, 15), date(2026, 3, 14)), (date(2026, 3, 15), date(2027, 3, 14))],
    needs=[Need(per="year", points=Decimal(30)), Need(per="cycle", points=Decimal(120))],
    subjects=["Collections", "Technology"],
)


def workbook(*lines: Sequence[object], headings: Sequence[object] = HEADINGS) -> io.BytesIO:
    """A workbook with one sheet: headings and the lines below them."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(headings))
    for line in lines:
        sheet.append(list(line))
    return saved(book)


def saved(book: Workbook) -> io.BytesIO:
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def line(**cells: object) -> list[object]:
    """A line in the order of `HEADINGS`, complete but for what is given otherwise."""
    complete: dict[str, object] = {
        "date": "2025-05-01",
        "title": "Weeding",
        "provider": "",
        "type": "PD-I",
        "subject": "",
        "hours": 2,
        "points": None,
        "outcome": "",
    }
    return list((complete | cells).values())


def read_lines(*lines: Sequence[object], language: str = "en") -> Sheet:
    return read(workbook(*lines), choices=CHOICES, language=language)


def read_one(**cells: object) -> Row:
    """The row that a line with these cells gives."""
    (row,) = read_lines(line(**cells)).rows
    return row


def codes(row: Row) -> list[tuple[str, str]]:
    return [(question.field, question.code) for question in row.questions]


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    stream.seek(0)
    return stream


def with_parts(parts: Mapping[str, bytes | str]) -> io.BytesIO:
    """A good workbook in which these parts are replaced or added."""
    good: dict[str, bytes | str] = dict(parts_of(workbook(line()).getvalue()))
    return packed(good | dict(parts))


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    """A sheet with our headings, followed by these rows."""
    cells = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADINGS)
    return (
        f'<worksheet {MAIN}>{before}<sheetData><row r="1">{cells}</row>{rows}</sheetData>{after}'
        "</worksheet>"
    )


def inline(*texts: str) -> str:
    """The XML of text cells."""
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
