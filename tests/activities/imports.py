"""Bringing a record in through the pages, as its owner does: upload, look, answer, save."""

import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from activities import log, reading_imports
from activities.exporting import record_as_workbook
from activities.models import Activity, Credit, Import
from activities.record import Record
from tests import factories as make
from tests.activities.pages import at, text

HEADINGS = ["Date", "Title", "Provider", "Type", "Hours", "What I learned"]


def workbook(*rows, headings=HEADINGS):
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def upload(client, registration, content, name="record.xlsx"):
    """Upload a file, have a worker read a long one; return the import and the preview's digest."""
    file = SimpleUploadedFile(name, content)
    response = client.post(at("record_import", registration), {"file": file})
    assert response.status_code == 302, text(response)
    reading_imports.read_waiting()
    imported = Import.objects.latest("pk")
    return imported, seen(client, registration, imported)


def seen(client, registration, imported):
    """The digest of what the preview shows now."""
    markup = client.get(at("import_preview", registration, imported.pk)).content.decode()
    return re.search(r'name="seen" value="([0-9a-f]{64})"', markup)[1]


def confirm(client, registration, imported, digest, **said):
    """Press the button, with what is ticked on the page as a browser sends it along."""
    return press_save(
        client, registration, imported, ticked(client, registration, imported) | said, digest
    )


def press_save(client, registration, imported, fields, digest):
    page = at("import_preview", registration, imported.pk)
    return client.post(page, fields | {"seen": digest, "do": "save"}, follow=False)


def ticked(client, registration, imported):
    """Every tick of the page."""
    page = at("import_preview", registration, imported.pk)
    inputs = re.findall(r"<input[^>]*>", client.get(page).content.decode())
    return {
        re.search(r'name="([^"]+)"', each)[1]: (re.search(r'value="([^"]*)"', each) or ["", "on"])[
            1
        ]
        for each in inputs
        if " checked" in each
    }


def answer(client, registration, imported, **said):
    page = at("import_preview", registration, imported.pk)
    answers = {name.replace("__", "-"): value for name, value in said.items()}
    return client.post(page, {"do": "answer"} | answers, follow=True)


def exported(registration, *, language="en"):
    return record_as_workbook(Record(registration), language=language)


def edited(content, change):
    """The workbook after `change(sheet, rows)`; `rows` are line numbers by title."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    rows = {sheet.cell(number, 2).value: number for number in range(1, sheet.max_row + 1)}
    change(sheet, rows)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def shown(client, registration, imported):
    """What the preview says."""
    return text(client.get(at("import_preview", registration, imported.pk)))


def saved(client, registration, content, **said):
    """Upload, answer if there is something to say, and save; return the import."""
    imported, digest = upload(client, registration, content)
    if said:
        answer(client, registration, imported, **said)
        digest = seen(client, registration, imported)
    response = confirm(client, registration, imported, digest)
    assert response.status_code == 302, text(response)
    return imported


def filled(registration):
    make.activity(registration, "PD-F", hours="11", title="LIBT 215", provider="Red River")
    make.activity(
        registration,
        "LEAD",
        key="board",
        hours="8",
        title="=HYPERLINK(1)",
        outcome="One\nTwo  three",
        on="2025-06-01",
        started_on="2025-05-30",
    )
    make.activity(registration, "STUDY", hours="3.25", title="« Étude »", on="2026-05-01")
    make.activity(registration, "PD-I", hours="2", title="Planned", on="2026-06-01", planned=True)


def put(title, column, value):
    """An edit of one cell in the row of that title."""

    def change(sheet, rows):
        sheet.cell(rows[title], column).value = value

    return change


def emptied(*titles):
    """Rows whose unlocked cells were cleared, as a protected sheet lets people do."""

    def change(sheet, rows):
        for title in titles:
            for cell in sheet[rows[title]]:
                if not cell.protection.locked:
                    cell.value = None

    return change


def without(*titles):
    """Rows that are gone altogether."""

    def change(sheet, rows):
        for title in sorted(titles, key=lambda title: -rows[title]):
            sheet.delete_rows(rows[title])

    return change


def edit_here(entry, **fields):
    """An edit on the site, as its form makes it."""
    entry = Activity.objects.get(pk=entry.pk)
    rate = fields.pop("rate", None) or Credit.objects.get(activity=entry).rate
    for name, value in fields.items():
        setattr(entry, name, value)
    log.change(Credit.objects.get(activity=entry).registration, entry, rate=rate, by=entry.person)
