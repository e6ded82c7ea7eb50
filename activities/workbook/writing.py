"""Writing a record as a workbook that people can go on with, and that `reading` takes back."""

import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from activities.workbook.columns import EXPORTED
from activities.workbook.sheet import Choice, Entry, Heading, type_labels
from cec import export
from cec.spreadsheet.wording import clean_line, clean_text, without_controls
from cec.wording import day

_LONGEST_TITLE = 31
_FORBIDDEN_IN_TITLE = str.maketrans(dict.fromkeys("[]:*?/\\'"))
_WIDTHS = {"title": 44, "provider": 26, "type": 38, "subject": 26, "outcome": 44, "why": 40}
_WIDTH = 12
_SUM_LABEL_AT = list(EXPORTED).index("subject")
_SUMMED = ("hours", "points", "counted", "parked")
# Rows below the last entry that offer the list of types too.
_SPARE_ROWS = 200


def write(
    entries: Iterable[Entry], *, choices: Sequence[Choice], language: str, heading: Heading
) -> bytes:
    """The record as .xlsx in the person's language, without a single formula in it.

    Entries come out by program year if `heading.years` has any, in the order given within one.
    """
    with translation.override(language):
        workbook = Workbook(write_only=True)
        record = _Record(workbook, choices, language)
        record.write(list(entries), heading)
        stream = io.BytesIO()
        workbook.save(stream)
        return stream.getvalue()


class _Record:
    """The sheet with the record, and a hidden one with the names of the types."""

    def __init__(self, workbook: Workbook, choices: Sequence[Choice], language: str) -> None:
        self.workbook = workbook
        self.labels = type_labels(choices, language)
        title = _("Record of Learning Activities").translate(_FORBIDDEN_IN_TITLE)
        self.sheet = workbook.create_sheet(title[:_LONGEST_TITLE].strip())
        self.lines = 0

    def write(self, entries: list[Entry], heading: Heading) -> None:
        facts = list(_facts(heading))
        self.lay_out(head=len(facts) + 2)
        for fact in facts:
            self.append(fact, bold=len(fact) == 1)
        self.append([])
        self.append([str(label) for label in EXPORTED.values()], bold=True)
        first = self.lines + 1
        for label, group in _by_year(entries, heading):
            self.group(label, group)
        self.offer_types(first, self.lines + _SPARE_ROWS)
        self.describe(heading)

    def lay_out(self, *, head: int) -> None:
        """Widths and frozen headings; a stream of rows wants them first."""
        sheet = self.sheet
        for number, name in enumerate(EXPORTED, start=1):
            column = sheet.column_dimensions[get_column_letter(number)]
            column.width = _WIDTHS.get(name, _WIDTH)
            column.hidden = name == "row_id"
        sheet.freeze_panes = f"A{head + 1}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def group(self, label: str, entries: list[Entry]) -> None:
        if label:
            self.append([label], bold=True)
        for entry in entries:
            self.append(self.values(entry))
        if label and entries:
            self.append(_subtotal(entries), bold=True)

    def values(self, entry: Entry) -> list[object]:
        """One entry in the order of `EXPORTED`."""
        return [
            entry.completed_on,
            clean_line(entry.title),
            clean_line(entry.provider),
            self.labels.get(entry.choice_key, ""),
            clean_line(entry.subject),
            entry.hours,
            entry.points,
            clean_text(entry.outcome),
            entry.counted,
            entry.parked,
            clean_line(entry.why),
            entry.started_on,
            str(entry.id),
        ]

    def append(self, values: Sequence[object], *, bold: bool = False) -> None:
        self.sheet.append([self.cell(value, bold=bold) for value in values])
        self.lines += 1

    def cell(self, value: object, *, bold: bool = False) -> Any:
        return export.cell(self.sheet, value, bold=bold)

    def offer_types(self, first: int, last: int) -> None:
        """A drop-down list in the type column; other texts are still taken."""
        names = self.workbook.create_sheet(_("Types")[:_LONGEST_TITLE])
        names.sheet_state = "hidden"
        for label in self.labels.values():
            names.append([self.cell(label)])
        column = get_column_letter(list(EXPORTED).index("type") + 1)
        rule = DataValidation(
            type="list",
            formula1=f"'{names.title}'!$A$1:$A${len(self.labels)}",
            allow_blank=True,
            showErrorMessage=False,
            sqref=f"{column}{first}:{column}{last}",
        )
        if self.labels:
            self.sheet.data_validations.append(rule)

    def describe(self, heading: Heading) -> None:
        properties = self.workbook.properties
        properties.creator = without_controls(heading.program)
        properties.title = _("Record of Learning Activities")


def _facts(heading: Heading) -> Iterator[list[object]]:
    """The lines above the table, as the record by hand has them."""
    yield [heading.program]
    yield [_("Record of Learning Activities")]
    yield [_("Name:"), heading.name, None, None, _("Association:"), heading.association]
    registered = [_("Registered:"), heading.registered_on, None, None]
    yield [*registered, _("Member no.:"), heading.member_number]


def _by_year(entries: list[Entry], heading: Heading) -> Iterator[tuple[str, list[Entry]]]:
    """Groups with their headings; what lies in no program year comes last, without one."""
    left = list(entries)
    for number, (first, last) in enumerate(heading.years, start=1):
        label = _("Year %(number)s, %(first)s to %(last)s") % {
            "number": number,
            "first": day(first),
            "last": day(last),
        }
        yield label, [entry for entry in left if first <= entry.completed_on <= last]
        left = [entry for entry in left if not first <= entry.completed_on <= last]
    yield "", left


def _subtotal(entries: list[Entry]) -> list[object]:
    line: list[object] = [None] * len(EXPORTED)
    line[_SUM_LABEL_AT] = _("Subtotal")
    for index, name in enumerate(EXPORTED):
        if name in _SUMMED:
            amounts = [getattr(entry, name) for entry in entries]
            line[index] = sum((amount or Decimal(0) for amount in amounts), Decimal(0))
    return line
