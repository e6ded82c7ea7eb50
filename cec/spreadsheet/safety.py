"""Look at a workbook before anything opens it (`E1`, `E2`).

openpyxl trusts what it reads: a file of some kilobytes can take it minutes and gigabytes. So every
part is inflated here once, in pieces, counted and searched, whatever the headers say.
"""

import io
import posixpath
import zipfile
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from django.utils.translation import gettext_lazy as _

from cec.spreadsheet import container
from cec.spreadsheet.limits import MEGABYTE, Limits
from cec.spreadsheet.parts import Budget, PartRefused, inflate

LARGEST_STYLES = 2 * MEGABYTE
# Content types, relations, the list of sheets, properties: openpyxl reads them whole.
LARGEST_FRAME = MEGABYTE
MOST_ENTRIES = 1000

CONTENT_TYPES = "[Content_Types].xml"
_FRAME = ("docProps/", "_rels/", CONTENT_TYPES)
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_USUAL_WORKBOOK = "xl/workbook.xml"
_SHEET_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FOLDER_TRICKS = ("\\", ":", "\0", "//")

REFUSALS = {
    "empty": _("This file is empty. Choose another one."),
    "too_big": _(
        "This file is larger than %(limit)s MB. Keep only the rows that matter in it, without "
        "pictures, and try again."
    ),
    "encrypted": _(
        "This workbook is protected with a password. Open it, choose File, Info, Protect Workbook, "
        "Encrypt with Password, clear the password, save, and choose the file again."
    ),
    "old_excel": _(
        "This is an older Excel workbook (.xls). Open it, choose Save As, pick Excel Workbook "
        "(.xlsx), and choose the new file."
    ),
    "binary_excel": _(
        "This is a binary workbook (.xlsb). Open it, choose Save As, pick Excel Workbook (.xlsx), "
        "and choose the new file."
    ),
    "macros": _(
        "This workbook can hold macros, which we don’t open. Choose Save As, pick Excel Workbook "
        "(.xlsx), and choose the new file."
    ),
    "template": _(
        "This is a template (.xltx). Choose Save As, pick Excel Workbook (.xlsx), and choose the "
        "new file."
    ),
    "strict": _(
        "This workbook is in the Strict format. Choose Save As, pick Excel Workbook (.xlsx) "
        "without “Strict”, and choose the new file."
    ),
    "opendocument": _(
        "This is an OpenDocument file. Choose Save As, pick Excel 2007–365 (.xlsx), and choose "
        "the new file."
    ),
    "apple_numbers": _(
        "This is a Numbers spreadsheet. Choose File, Export To, Excel, and choose the new file."
    ),
    "text": _(
        "This is a text or CSV file. Open it in your spreadsheet, choose Save As, pick Excel "
        "Workbook (.xlsx), and choose the new file."
    ),
    "web_page": _(
        "This is a web page or XML file, whatever its name says. Open it in your spreadsheet, "
        "choose Save As, pick Excel Workbook (.xlsx), and choose the new file."
    ),
    "pdf": _("This is a PDF. Choose the workbook (.xlsx) that it was made from."),
    "picture": _("This is a picture. Choose an Excel workbook (.xlsx)."),
    "document": _("This is another kind of Office document. Choose an Excel workbook (.xlsx)."),
    "archive": _("This is an archive. Unpack it and choose the workbook (.xlsx) inside."),
    "program": _("This is a program, not a workbook. Choose an Excel workbook (.xlsx)."),
    "unknown": _("We don’t know this kind of file. Choose an Excel workbook (.xlsx)."),
    "wrong_name": _(
        "The name of this file doesn’t end in .xlsx. Save it as Excel Workbook (.xlsx) and choose "
        "it again."
    ),
    "wrong_text_name": _(
        "The name of this file ends neither in .xlsx nor in .csv. Save it as Excel Workbook "
        "(.xlsx) or as CSV and choose it again."
    ),
    "mixed_encodings": _(
        "Some letters of this file can’t be read: it is written in two encodings. Open it in your "
        "spreadsheet, choose Save As, pick Excel Workbook (.xlsx), and choose the new file."
    ),
    "breaks_off": _("This file breaks off in the middle. Export it again and choose the new file."),
    "quotation_marks": _(
        "A quotation mark in this file is opened and not closed, or the file breaks off. Export it "
        "again, best as Excel Workbook (.xlsx), and choose the new file."
    ),
    "no_rows": _("There are no rows in this file. Choose another one."),
    "damaged": _(
        "This workbook is damaged or incomplete. Open it, save it under a new name, and choose "
        "the new file."
    ),
    "unsafe": _(
        "This workbook is built in a way that we don’t open. Copy its rows into a new workbook, "
        "save it, and choose the new file."
    ),
    "too_much_inside": _(
        "There is too much in this workbook. Copy only its rows into a new workbook, save it, and "
        "choose the new file."
    ),
    "too_many_rows": _("There are more than %(limit)s rows in this file."),
    "too_many_columns": _(
        "There are more than %(limit)s columns. Copy only those that matter into a new workbook."
    ),
}


class WorkbookRefused(Exception):
    """The file as a whole can't be read; `message` says why and what to do.

    A reader of one kind of table brings its own `message` for what is wrong with the table. It is
    put into words by whoever shows it: where a file is read, nobody knows a language.
    """

    def __init__(self, code: str, *, limit: int = 0, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit
        self._message = message

    @property
    def message(self) -> str:
        return (self._message or str(REFUSALS[self.code])) % {"limit": self.limit}

    def __str__(self) -> str:
        return self.message


def check(file: IO[bytes], limits: Limits) -> bytes:
    """Return the file's bytes if they are a workbook that is safe to open.

    Raises `WorkbookRefused` otherwise. The name counts where the file has one: only .xlsx.
    """
    file.seek(0)
    data = file.read(limits.file + 1)
    if len(data) > limits.file:
        raise WorkbookRefused("too_big", limit=limits.file // MEGABYTE)
    kind = container.what_it_is(data)
    if kind != "zip":
        raise WorkbookRefused(kind)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, len(data), limits)
    except PartRefused as refused:
        raise WorkbookRefused(refused.code) from None
    except WorkbookRefused:
        raise
    except Exception as broken:
        # zipfile and the XML parser raise a dozen kinds of errors on broken input, and whichever
        # it is, the file can't be read.
        raise WorkbookRefused("damaged") from broken
    name = getattr(file, "name", "")
    if not container.has_right_name(name if isinstance(name, str) else ""):
        raise WorkbookRefused("wrong_name")
    return data


def _check_archive(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    entries = archive.infolist()
    _check_entries(entries, size)
    names = {entry.filename for entry in entries}
    listed = b""
    if CONTENT_TYPES in names:
        listed = inflate(archive, CONTENT_TYPES, Budget(limits), most=LARGEST_FRAME)
    kind = container.in_zip(names, listed)
    if kind != "xlsx":
        raise WorkbookRefused(kind)
    types = _content_types(listed)
    budget = Budget(limits)
    frame = _frame(archive, types, budget)
    if budget.needs_closer_look:
        _frame(archive, types, Budget(limits, closely=True))
    _check_sheets(frame, types)


def _frame(archive: zipfile.ZipFile, types: dict[str, str], budget: Budget) -> dict[str, bytes]:
    """Inflate every part, and keep those that say what is a sheet."""
    parts = {}
    for name in archive.namelist():
        if not name.endswith("/"):
            most, keep = _limit(name, types.get(name, ""), budget.limits)
            parts[name] = inflate(archive, name, budget, most=most, keep=keep)
    return parts


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    """No more than is sensible, each once, inside the archive, plain or deflated."""
    if len(entries) > MOST_ENTRIES:
        raise WorkbookRefused("too_much_inside")
    if any(entry.flag_bits & 1 for entry in entries):
        raise WorkbookRefused("encrypted")
    names = [entry.orig_filename for entry in entries]
    tricks = any(
        name.startswith("/")
        or ".." in name.split("/")
        or any(trick in name for trick in _FOLDER_TRICKS)
        for name in names
    )
    # Parts may not differ in case only, and their bytes can't add up to more than the file.
    twice = len({name.casefold() for name in names}) != len(names)
    packed = any(entry.compress_type not in (0, 8) for entry in entries)
    if tricks or twice or packed or sum(entry.compress_size for entry in entries) > size:
        raise WorkbookRefused("unsafe")


def _content_types(xml: bytes) -> dict[str, str]:
    return {
        part.get("PartName", "").lstrip("/"): part.get("ContentType", "")
        for part in fromstring(xml)
        if part.tag.endswith("}Override")
    }


def _limit(name: str, content_type: str, limits: Limits) -> tuple[int | None, bool]:
    """How large a part may be, and whether it is wanted afterwards."""
    if "sharedStrings" in content_type or name.casefold().endswith("sharedstrings.xml"):
        return limits.strings, False
    if ".styles+" in content_type or name.casefold().endswith("styles.xml"):
        return LARGEST_STYLES, False
    named = name == _USUAL_WORKBOOK or any(part in name for part in _FRAME)
    if named or "sheet.main+xml" in content_type:
        return LARGEST_FRAME, True
    return None, False


def _check_sheets(parts: dict[str, bytes], types: dict[str, str]) -> None:
    """Each sheet is listed once and is a part of its own: openpyxl reads what is listed."""
    workbooks = [name for name, kind in types.items() if "spreadsheetml.sheet.main+xml" in kind]
    workbooks = workbooks or [_USUAL_WORKBOOK]  # some programs name only the default type
    if len(workbooks) != 1 or workbooks[0] not in parts:
        raise WorkbookRefused("damaged")
    if _STRICT in parts[workbooks[0]]:
        raise WorkbookRefused("strict")
    folder, name = posixpath.split(workbooks[0])
    relations = parts.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    if relations is None:
        raise WorkbookRefused("damaged")
    sheets = [_sheet_id(each) for each in fromstring(parts[workbooks[0]]).iter() if _is_sheet(each)]
    targets = [
        posixpath.normpath(posixpath.join("/", folder, each.get("Target", "")))
        for each in fromstring(relations)
    ]
    if len(set(sheets)) != len(sheets) or len(set(targets)) != len(targets):
        raise WorkbookRefused("unsafe")


def _is_sheet(element: Element) -> bool:
    return element.tag.rpartition("}")[2] == "sheet"


def _sheet_id(element: Element) -> str:
    return element.get(_SHEET_ID, "")
