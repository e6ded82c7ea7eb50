"""A record of 2,000 rows: parsing it against openpyxl alone, its memory, and how it is saved.

Measured twice: as people keep it by hand, and as our own export with its formulas.
"""

import io
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from activities import importing, reading_imports, workbook
from activities.choices import workbook_choices, workbook_scheme
from activities.models import Import
from activities.record import Record
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared
from certificates.goals.processor import growth, least
from certificates.goals.rosters import openpyxl_alone
from registrations.models import Registration

ROWS, ROUNDS = 2_000, 5
NAME = "record.xlsx"
_MEGABYTE = 1_000_000
_HEADINGS = (
    *("Date(s)", "Title of activity", "Provider / sponsor", "Type of activity", "Subject area"),
    *("Hours", "Points", "What I learned"),
)


def measure(filled: Filled) -> Iterator[Result]:
    record = Record(Registration.objects.select_related("program").get(pk=filled.registration.pk))
    by_hand, own = _by_hand(record), _own_export(record)
    for name, data in (("by hand", by_hand), ("our export", own)):
        ours, bare = least(partial(parse, data), partial(openpyxl_alone, data), rounds=ROUNDS)
        yield compared(f"Import, 2,000 rows {name}", ours, most=1.3, than=bare, what="openpyxl")
    yield at_most("Import, memory", growth(parse, own) / _MEGABYTE, most=150, unit="MB")

    imported = importing.start(record, ContentFile(by_hand, NAME), by=filled.registration.person)
    with CaptureQueriesContext(connection) as queries:
        reading_imports.read(imported.pk)
    yield at_most("Import, queries to read it", len(queries), most=10, unit="queries")

    imported = Import.objects.get(pk=imported.pk)
    with CaptureQueriesContext(connection) as queries:
        found = importing.look(record, imported)
    assert len(found.items) == ROWS, "a row is missing"
    yield at_most("Import, queries to look at it", len(queries), most=5, unit="queries")

    with CaptureQueriesContext(connection) as queries:
        importing.save(
            record.registration, imported, by=filled.registration.person, seen=found.seen
        )
    yield at_most("Import, queries to save it", len(queries), most=40, unit="queries")


def parse(data: bytes) -> int:
    """Read every row as the worker does, without the database."""
    file = io.BytesIO(data)
    file.name = NAME
    return len(workbook.read(file, choices=[], language="en").lines)


def _days(record: Record) -> list[object]:
    first = record.registration.starts_on
    assert first is not None
    return [first + timedelta(days=number % 700) for number in range(ROWS)]


def _by_hand(record: Record) -> bytes:
    """A record as people keep one, a thousand rows a year."""
    labels = [choice.label("en") for choice in workbook_choices(record.rules)]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Record")
    sheet.append(_HEADINGS)
    for number, day in enumerate(_days(record)):
        label = labels[number % len(labels)]
        said = f"What I learned in number {number}: a sentence of some length."
        provider = f"Provider {number % 50}"
        sheet.append([day, f"Webinar {number} on weeding", provider, label, "", 1.5, 1.5, said])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _own_export(record: Record) -> bytes:
    choices = workbook_choices(record.rules)
    return workbook.write(
        [
            workbook.Entry(
                id=number,
                started_on=None,
                completed_on=day,  # type: ignore[arg-type]
                title=f"Webinar {number} on weeding",
                choice_key=choices[number % len(choices)].key,
                hours=None,
                outcome=f"What I learned in number {number}: a sentence of some length.",
                mark="1 " + "0" * 72,
            )
            for number, day in enumerate(_days(record))
        ],
        choices=choices,
        scheme=workbook_scheme(record),
        language="en",
        heading=workbook.Heading(program="Certificate", name="A participant", reference="R"),
    )
