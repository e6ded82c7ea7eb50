"""The closed years as an Excel workbook; who took it is in the history (E8, J2)."""

import io
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from activities.models import YearResult
from activities.yearend import results
from activities.yearend.results import Asked
from cec import export
from cec.problems import Problem, Refused
from registrations.models import Person
from registrations.models.history import write_event
from registrations.permissions import require_staff

MOST_ROWS = 20_000  # what is written while somebody waits
_WIDTHS = (30, 14, 10, 12, 8, 12, 12, 10, 10, 10, 10, 12, 10, 12, 16, 15, 10, 19, 14, 18)


@transaction.atomic
def write(asked: Asked, *, by: Person) -> io.BytesIO:
    """Return a workbook with the closed years that were asked for, in the language of the page.

    Raises `Refused` for more than are written while somebody waits.
    """
    require_staff(by)
    found = results.listed(by, asked)
    if found.count() > MOST_ROWS:
        raise Refused(
            Problem("too_many", _("That is more than 20,000 years. Filter by month first."))
        )
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("Closed years")[:31])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([export.cell(sheet, heading, bold=True) for heading in _headings()])
    changed, rows = results.drift(found), 0
    ordered = results.with_people(found.order_by("-last_day", "-pk"))
    for row in ordered.iterator(chunk_size=2_000):
        sheet.append([export.cell(sheet, value) for value in _values(row, changed.get(row.pk))])
        rows += 1
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    write_event("exported", by=by, person=by, details={"list": "years", "rows": rows})
    return file


def _headings() -> list[str]:
    return [
        _("Person"),
        _("Reference"),
        _("Program"),
        _("Association"),
        _("Year"),
        _("First day"),
        _("Last day"),
        _("Done"),
        _("Counted"),
        _("Parked"),
        _("Brought"),
        _("Carried on"),
        _("Asked for"),
        _("Strictness"),
        _("Outcome"),
        _("Counted so far"),
        _("Left"),
        _("Version of the rules"),
        _("Changed since"),
        _("Closed at"),
    ]


def _values(row: YearResult, drift: results.Drift | None) -> Iterator[object]:
    registration = row.registration
    yield registration.person.name
    yield registration.reference
    yield registration.program.code
    yield registration.association.code if registration.association else None
    yield row.number
    yield row.first_day
    yield row.last_day
    yield from (row.raw, row.counted, row.parked, row.brought, row.carried)
    yield row.needed
    yield str(row.get_strictness_display()) or None
    yield row.outcome
    yield row.counted_so_far
    yield row.left
    yield row.rules_version
    yield drift.counted if drift else None
    yield timezone.localtime(row.closed_at).replace(tzinfo=None)
