"""Wrong, huge and hostile files, with the code under which each is refused."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from random import Random

from activities.workbook.reading import LIMITS
from tests.activities.workbook_files import (
    MAIN,
    SHEET,
    line,
    packed,
    parts_of,
    sheet_xml,
    with_parts,
    workbook,
)

TYPES = "[Content_Types].xml"
BOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
GOOD = workbook(line()).getvalue()
GOOD_PARTS = parts_of(GOOD)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def built(parts: Mapping[str, bytes | str]) -> bytes:
    """A good workbook in which these parts are replaced or added."""
    return with_parts(parts).getvalue()


def noise(size: int, *, random_in: int = 50) -> str:
    """Comments of that many bytes, one in fifty random: too honest for the limit on the ratio.

    In few tags and short runs, so that only the limit that a test is about can refuse them.
    """
    length = 100_000
    kept = length // random_in
    pieces = (Random(number).randbytes(kept // 2).hex() for number in range(size // length))
    return "".join(f"<!--{piece.ljust(length - 7)}-->" for piece in pieces)


PADDING = noise(1_300_000)


def ole(*streams: str) -> bytes:
    return OLE + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)


def replaced(part: str, old: str, new: str) -> bytes:
    """A good workbook with a text of one part replaced."""
    content = GOOD_PARTS[part].decode()
    assert old in content
    return built({part: content.replace(old, new)})


def zipped(*entries: tuple[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


def with_entry(name: str) -> bytes:
    return zipped(*GOOD_PARTS.items(), (name, b"x"))


def with_sheet(rows: str, **around: str) -> bytes:
    return built({SHEET: sheet_xml(rows, **around)})


def with_strings(content: str) -> bytes:
    override = (
        '<Override PartName="/xl/other.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    types = GOOD_PARTS[TYPES].decode().replace("</Types>", override)
    return built({TYPES: types, "xl/other.xml": content})


def utf16_with_doctype() -> bytes:
    xml = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]>{sheet_xml("")}'
    return built({SHEET: xml.encode("utf-16")})


def lying_about_its_size() -> bytes:
    """The header says ten bytes; the part inflates to sixty megabytes."""
    honest = built({"xl/media/big.bin": b"\0" * 60_000_000})
    return honest.replace(struct.pack("<L", 60_000_000), struct.pack("<L", 10))


def marked_as_encrypted() -> bytes:
    """Every entry of the directory carries the flag of a zip with a password."""
    directory, flag = b"PK\x01\x02\x14\x03\x14\x00", b"\x01\x00"
    return GOOD.replace(directory + b"\x00\x00", directory + flag)


def listed_twice() -> bytes:
    sheet = '<sheet name="Sheet" sheetId="1" state="visible" r:id="rId1" />'
    again = sheet.replace('"Sheet"', '"Again"').replace('sheetId="1"', 'sheetId="2"')
    return replaced(BOOK, sheet, sheet + again)


def two_relations_to_one_sheet() -> bytes:
    relation = (
        '<Relationship Id="rId9" Target="./worksheets/../worksheets/sheet1.xml" Type="http://'
        'schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    return replaced(RELATIONS, "</Relationships>", relation)


def rows_of_many_cells(cell: str, number: int) -> str:
    return f"<row>{cell * number}</row>"


BLANK_CELLS = rows_of_many_cells("<c/>", 160_000)
MERGES = "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 100_000 + "</mergeCells>"
HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an empty file": ("empty", lambda: b""),
    "more than five megabytes": ("too_big", lambda: GOOD + bytes(LIMITS.file)),
    "a workbook with a password": ("encrypted", lambda: ole("EncryptionInfo", "EncryptedPackage")),
    "a zip with a password": ("encrypted", marked_as_encrypted),
    "an Excel 97 workbook": ("old_excel", lambda: ole("Root Entry", "Workbook")),
    "an Excel 95 workbook": ("old_excel", lambda: ole("Root Entry", "Book")),
    "a Word 97 document": ("document", lambda: ole("WordDocument")),
    "a CSV renamed": ("text", lambda: b"Date,Title,Hours\n2025-05-01,Weeding,2\n"),
    "a CSV in UTF-16": ("text", lambda: "Date\tTitle".encode("utf-16")),
    "a web page renamed": ("web_page", lambda: b"\xef\xbb\xbf\n<html><table></table></html>"),
    "a PNG renamed": ("picture", lambda: b"\x89PNG\r\n\x1a\n" + bytes(64)),
    "a JPEG renamed": ("picture", lambda: b"\xff\xd8\xff\xe0" + bytes(64)),
    "a photo from a telephone": ("picture", lambda: b"\0\0\0\x18ftypheic" + bytes(64)),
    "a PDF renamed": ("pdf", lambda: b"%PDF-1.7\n"),
    "a gzip": ("archive", lambda: b"\x1f\x8b\x08" + bytes(64)),
    "a zip of something else": ("archive", lambda: zipped(("record.txt", "2 hours"))),
    "an empty zip": ("damaged", lambda: zipped()),
    "zero bytes": ("unknown", lambda: bytes(4096)),
    "a program before the workbook": ("program", lambda: b"MZ" + bytes(510) + GOOD),
    "text before the workbook": ("unknown", lambda: b"hello\0" + GOOD),
    "half a workbook": ("damaged", lambda: GOOD[: len(GOOD) // 2]),
    "a workbook with broken bytes": (
        "damaged",
        lambda: GOOD[:300] + bytes(200) + GOOD[500:],
    ),
    "a workbook for macros": (
        "macros",
        lambda: replaced(
            TYPES,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        ),
    ),
    "a macro in a plain workbook": ("macros", lambda: with_entry("xl/vbaProject.bin")),
    "a template": ("template", lambda: replaced(TYPES, "sheet.main", "template.main")),
    "a Word document": (
        "document",
        lambda: replaced(TYPES, "spreadsheetml.sheet", "wordprocessingml.document"),
    ),
    "an OpenDocument spreadsheet": (
        "opendocument",
        lambda: zipped(("mimetype", "application/vnd.oasis.opendocument.spreadsheet")),
    ),
    "a Numbers spreadsheet": ("apple_numbers", lambda: zipped(("Index/Document.iwa", b"\0"))),
    "a Strict workbook": (
        "strict",
        lambda: replaced(
            BOOK,
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            "http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
    ),
    "a DOCTYPE in a sheet": (
        "unsafe",
        lambda: built({SHEET: f"<!DOCTYPE x>{sheet_xml('')}"}),
    ),
    "a DOCTYPE in UTF-16": ("unsafe", utf16_with_doctype),
    "entities in the list of sheets": (
        "unsafe",
        lambda: replaced(BOOK, "<workbook ", '<!DOCTYPE w [<!ENTITY a "aaaa">]><workbook '),
    ),
    "a DOCTYPE across two pieces": (
        "unsafe",
        lambda: built({SHEET: f"{' ' * 65_532}<!DOCTYPE x>{sheet_xml('')}"}),
    ),
    "a path out of the archive": ("unsafe", lambda: with_entry("../../etc/passwd")),
    "an absolute path": ("unsafe", lambda: with_entry("/etc/passwd")),
    "a Windows path": ("unsafe", lambda: with_entry("xl\\..\\..\\evil.xml")),
    "a name with a drive": ("unsafe", lambda: with_entry("C:evil.xml")),
    "the same part twice": (
        "unsafe",
        lambda: with_entry("xl/workbook.xmZ").replace(b"xl/workbook.xmZ", b"xl/workbook.xml"),
    ),
    "two parts that differ in case": ("unsafe", lambda: with_entry("xl/WORKBOOK.xml")),
    "another compression": (
        "unsafe",
        lambda: zipped(*GOOD_PARTS.items(), compression=zipfile.ZIP_BZIP2),
    ),
    "a sheet listed twice": ("unsafe", listed_twice),
    "two relations to one sheet": ("unsafe", two_relations_to_one_sheet),
    "two thousand entries": (
        "too_much_inside",
        lambda: zipped(*GOOD_PARTS.items(), *((f"x/{n}", b"") for n in range(2000))),
    ),
    "sixty megabytes of zeros": (
        "too_much_inside",
        lambda: built({"xl/media/big.bin": b"\0" * 60_000_000}),
    ),
    "sixty megabytes that aren't repeated": (
        "too_much_inside",
        lambda: built({"xl/media/big.bin": noise(60_000_000)}),
    ),
    "a header that lies about the size": ("damaged", lying_about_its_size),
    "two megabytes from two kilobytes": (
        "too_much_inside",
        lambda: with_sheet(noise(2_000_000, random_in=10_000)),
    ),
    "eleven megabytes of shared strings": (
        "too_much_inside",
        lambda: with_strings(f"<sst {MAIN}>{noise(11_000_000)}</sst>"),
    ),
    "a hundred thousand shared strings": (
        "too_much_inside",
        lambda: with_strings(f"<sst {MAIN}>{'<si><t>x</t></si>' * 100_000}{PADDING}</sst>"),
    ),
    "three megabytes of styles": (
        "too_much_inside",
        lambda: built({"xl/styles.xml": f"<styleSheet {MAIN}>{noise(3_000_000)}</styleSheet>"}),
    ),
    "a list of sheets without end": (
        "too_much_inside",
        lambda: replaced(BOOK, "<definedNames />", noise(1_200_000)),
    ),
    "a row of very many cells": (
        "too_much_inside",
        lambda: with_sheet(BLANK_CELLS + PADDING),
    ),
    "very many merged cells": (
        "too_much_inside",
        lambda: with_sheet("", after=MERGES + PADDING),
    ),
    "very many rows": (
        "too_much_inside",
        lambda: with_sheet("<row/>" * 310_000 + PADDING),
    ),
    "a tag without end": (
        "too_much_inside",
        lambda: with_sheet("<row " + " ".join(f'a{n}=""' for n in range(30_000)) + "/>"),
    ),
}


# Files that pass the check, for what is wrong with them shows only when they are read.
BROKEN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a cell far below": (
        "too_many_rows",
        lambda: with_sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
    ),
    "a row number beyond Excel's": (
        "too_many_rows",
        lambda: with_sheet('<row r="99999999999999"><c><v>1</v></c></row>'),
    ),
    "a number that is none": ("damaged", lambda: with_sheet("<row><c><v>NaN</v></c></row>")),
    "a string that isn't there": (
        "damaged",
        lambda: with_sheet('<row><c t="s"><v>9</v></c></row>'),
    ),
    "a raw control character": (
        "damaged",
        lambda: with_sheet('<row><c t="str"><v>a\x01b</v></c></row>'),
    ),
    "XML that breaks off": (
        "damaged",
        lambda: built({SHEET: sheet_xml("<row>").replace("</sheetData></worksheet>", "")}),
    ),
    "no styles that can be read": (
        "damaged",
        lambda: built({"xl/styles.xml": f"<styleSheet {MAIN}><fonts><font>"}),
    ),
    "a sheet that isn't there": (
        "no_table",
        lambda: packed(
            {name: part for name, part in GOOD_PARTS.items() if name != SHEET}
        ).getvalue(),
    ),
    "no sheet that is shown": (
        "no_table",
        lambda: replaced(BOOK, '"visible" r:id', '"hidden" r:id'),
    ),
}
