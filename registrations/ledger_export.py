"""The ledger as an Excel workbook, written row by row; who took it is in the history (E8, J2)."""

import io
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from cec import export
from cec.problems import Problem, Refused
from registrations import ledger
from registrations.models import Payment, Person
from registrations.models.history import write_event
from registrations.permissions import require

MOST_ROWS = 20_000  # what is written while somebody waits
_WIDTHS = (12, 30, 14, 12, 14, 12, 26, 36, 26, 18)


@transaction.atomic
def write(asked: ledger.Filter, *, by: Person) -> io.BytesIO:
    """Return a workbook with the lines that were asked for, in the language of the page.

    Raises `Refused` for more lines than are written while somebody waits.
    """
    require(by, "record_payment")
    found = ledger.lines(by, asked)
    if found.count() > MOST_ROWS:
        raise Refused(
            Problem("too_many", _("That is more than 20,000 lines. Export fewer months at a time."))
        )
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("Payments")[:31])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([export.cell(sheet, heading, bold=True) for heading in _headings()])
    rows = 0
    for line in ledger.with_people(found).iterator(chunk_size=2_000):
        sheet.append([export.cell(sheet, value) for value in _values(line)])
        rows += 1
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    write_event(
        "exported",
        by=by,
        person=by,
        details={"list": "payments", "rows": rows, "months": _months(asked)},
    )
    return file


def _headings() -> list[str]:
    return [
        _("Received on"),
        _("Person"),
        _("Reference"),
        _("What"),
        _("Method"),
        _("Amount"),
        _("Bank or cheque reference"),
        _("Reason"),
        _("Recorded by"),
        _("Recorded at"),
    ]


def _values(line: Payment) -> Iterator[object]:
    yield line.received_on
    yield line.registration.person.name
    yield line.registration.reference
    yield str(line.get_kind_display())
    yield str(line.get_method_display()) if line.method != Payment.Method.NONE else None
    yield line.amount
    yield line.reference
    yield line.reason
    yield line.recorded_by.name
    yield timezone.localtime(line.recorded_at).replace(tzinfo=None)


def _months(asked: ledger.Filter) -> str:
    return " ".join(filter(None, [asked.first_month, asked.last_month]))
