"""Tables of figures as a workbook or as text; who took them is in the history (E8, J2)."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from cec import export
from certificates.figures.asked import Asked
from certificates.figures.figure import Figure, Table, Value
from registrations.models.history import write_event

FIRST_WIDTH, WIDTH = 42, 18


@transaction.atomic
def write(figures: Sequence[Figure], asked: Asked, *, as_csv: bool) -> io.BytesIO:
    """Return the tables of some figures, a sheet each or one under the other, and write it down."""
    tables = [(f"{asked.whose_in_words}. {figure.about}", figure.table) for figure in figures]
    file = _text(tables) if as_csv else _workbook(tables)
    write_event(
        "exported",
        by=asked.person,
        person=asked.person,
        details={
            "list": "figures",
            "program": asked.program.code,
            "association": asked.association.code if asked.association else "",
            "figures": " ".join(figure.key for figure in figures),
            "rows": sum(len(table.rows) for _about, table in tables),
        },
    )
    return file


def _workbook(tables: Sequence[tuple[str, Table]]) -> io.BytesIO:
    workbook = Workbook(write_only=True)
    for about, table in tables:
        sheet = workbook.create_sheet(table.title[:31])
        for at in range(1, len(table.columns) + 1):
            width = FIRST_WIDTH if at == 1 else WIDTH
            sheet.column_dimensions[get_column_letter(at)].width = width
        sheet.append([export.cell(sheet, about)])
        sheet.append([export.cell(sheet, column.heading, bold=True) for column in table.columns])
        for row in table.rows:
            sheet.append([export.cell(sheet, value) for value in row])
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file


def _text(tables: Sequence[tuple[str, Table]]) -> io.BytesIO:
    written = io.StringIO()
    writer = csv.writer(written)
    for at, (about, table) in enumerate(tables):
        if at:
            writer.writerow([])
        writer.writerow([export.plain(table.title), export.plain(about)])
        writer.writerow([export.plain(column.heading) for column in table.columns])
        writer.writerows([export.plain(_short(value)) for value in row] for row in table.rows)
    return io.BytesIO(written.getvalue().encode("utf-8-sig"))


def _short(value: Value) -> Value:
    """A sum has the places of the column that it adds up; two are enough where they are exact."""
    if isinstance(value, Decimal) and value == (rounded := round(value, 2)):
        return rounded
    return value
