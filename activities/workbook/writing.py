"""Writing a record as a workbook that people can go on with, and that `reading` takes back."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from activities.workbook.columns import EXPORTED
from activities.workbook.formulas import (
    NO_CAP,
    Columns,
    Formula,
    RowFormulas,
    RuleSheet,
    most_column,
)
from activities.workbook.listed import list_entries
from activities.workbook.scheme import LAYERS, Scheme
from activities.workbook.sheet import Choice, Entry, Heading, type_labels
from activities.workbook.totals import Totals
from cec import export
from cec.spreadsheet.wording import clean_line, clean_text, without_controls

_LONGEST_TITLE = 31
_FORBIDDEN_IN_TITLE = str.maketrans(dict.fromkeys("[]:*?/\\'"))
_WIDTHS = {"title": 44, "provider": 26, "type": 38, "subject": 26, "outcome": 44, "why": 44}
_WIDTH = 15
_WIDEST_TYPE = 60
# What the owner fills in; everything else is worked out.
INPUTS = (
    *("date", "title", "provider", "type", "subject", "hours", "outcome", "planned"),
    "started_on",
)
# Rows below the last entry that are ready to be filled in.
SPARE_ROWS = 200
_DAY = "yyyy-mm-dd"
_OPEN = Protection(locked=False)
_WORKED_OUT = PatternFill("solid", bgColor="F2F2F2")
_ATTENTION = PatternFill("solid", bgColor="FFF2CC")


def write(
    entries: Iterable[Entry],
    *,
    choices: Sequence[Choice],
    scheme: Scheme,
    language: str,
    heading: Heading,
) -> bytes:
    """The record as .xlsx in the person's language, with formulas that count as `scheme` says.

    Entries stand in the order given, which decides between those of one day (P6).
    """
    with translation.override(language):
        workbook = Workbook(write_only=True)
        record = _Record(workbook, choices, scheme, language)
        record.write(list(entries), heading)
        stream = io.BytesIO()
        workbook.save(stream)
        return stream.getvalue()


class _Record:
    """The sheet with the record, the totals, and two hidden sheets: the rules, and what is here."""

    def __init__(
        self, workbook: Workbook, choices: Sequence[Choice], scheme: Scheme, language: str
    ) -> None:
        self.workbook = workbook
        self.choices = choices
        self.scheme = scheme
        self.language = language
        self.labels = type_labels(choices, language)
        self.columns = Columns(scheme)
        self.sheet = self.add_sheet(_("Record of Learning Activities"))
        self.lines = 0

    def add_sheet(self, title: str) -> Any:
        """A sheet whose locked cells are protected from a slip; there is no password."""
        allowed = title.translate(_FORBIDDEN_IN_TITLE)[:_LONGEST_TITLE].strip()
        sheet = self.workbook.create_sheet(allowed)
        sheet.protection.sheet = True
        for deed in ("formatCells", "formatColumns", "formatRows"):
            setattr(sheet.protection, deed, False)  # what is True here is forbidden
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0  # as many pages as it takes, each as wide as the sheet
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        return sheet

    def write(self, entries: list[Entry], heading: Heading) -> None:
        facts = list(_facts(heading))
        first = len(facts) + 3
        last = first + len(entries) + SPARE_ROWS - 1
        totals, rules = self.add_sheet(_("Totals")), self.add_sheet(_("Rules"))
        rule_sheet = RuleSheet(rules.title, self.scheme, len(self.choices))
        self.lay_out(first)
        for fact in facts:
            self.append(fact, bold=len(fact) == 1)
        self.append([])
        self.append([str(label) for label in EXPORTED.values()], bold=True)
        formulas = RowFormulas(self.columns, rule_sheet, first=first, last=last)
        for rank, entry in enumerate(entries, start=1):
            self.row(self.values(entry, rank), formulas)
        for _number in range(SPARE_ROWS):
            self.row({}, formulas)
        self.offer(first, last, rule_sheet)
        self.colour(first, last)
        self.write_totals(totals, first, last)
        self.write_rules(rules)
        versions = {str(entry.id): entry.version for entry in entries}
        list_entries(self.add_sheet(_("Entries")), heading.reference, versions)
        self.describe(heading)

    def lay_out(self, first: int) -> None:
        """Widths and frozen headings; a stream of rows wants them first."""
        sheet = self.sheet
        longest = max(map(len, self.labels.values()), default=0) + 2
        widths = _WIDTHS | {"type": min(max(longest, _WIDTHS["type"]), _WIDEST_TYPE)}
        for name, letter in self.columns.letters.items():
            column = sheet.column_dimensions[letter]
            column.width = widths.get(name, _WIDTH)
            column.hidden = name in self.columns.hidden
            if name in INPUTS:  # cells that aren't written look as their column does
                column.protection = _OPEN
            if name in ("date", "started_on"):
                column.number_format = _DAY
        sheet.freeze_panes = f"C{first}"
        sheet.print_title_rows = f"{first - 1}:{first - 1}"

    def values(self, entry: Entry, rank: int) -> dict[str, object]:
        """What isn't worked out of an entry, by column."""
        return {
            "date": entry.completed_on,
            "title": clean_line(entry.title),
            "provider": clean_line(entry.provider),
            "type": self.labels.get(entry.choice_key, ""),
            "subject": clean_line(entry.subject),
            "hours": entry.hours,
            "outcome": clean_text(entry.outcome),
            "planned": _("Planned") if entry.planned else "",
            "started_on": entry.started_on,
            "row_id": str(entry.id),
            "mark": entry.mark,
            "disallowed": 1 if entry.disallowed else "",
            "rank": rank,
        }

    def row(self, values: dict[str, object], formulas: RowFormulas) -> None:
        cells = values | formulas.of(self.lines + 1)
        self.sheet.append([self.input(name, cells.get(name)) for name in self.columns.letters])
        self.lines += 1

    def append(self, values: Sequence[object], *, bold: bool = False) -> None:
        self.sheet.append([self.cell(value, bold=bold) for value in values])
        self.lines += 1

    def input(self, name: str, value: object) -> Any:
        """A cell of the table; those that the owner fills in aren't locked."""
        made = self.cell(value)
        if name not in INPUTS or made is None:
            return made
        if not isinstance(made, Cell):
            made = WriteOnlyCell(self.sheet, made)
        made.protection = _OPEN
        if name in ("date", "started_on"):
            made.number_format = _DAY
        return made

    def cell(self, value: object, *, bold: bool = False, sheet: Any = None) -> Any:
        """A value or one of our formulas; a text is never a formula, whatever it looks like."""
        sheet = sheet or self.sheet
        if not isinstance(value, Formula):
            return export.cell(sheet, value, bold=bold)
        made = WriteOnlyCell(sheet, value.text)
        if bold:
            made.font = Font(bold=True)
        return made

    def offer(self, first: int, last: int, rules: RuleSheet) -> None:
        """Drop-down lists: types, subject areas as suggestions, and whether it is planned."""

        def add(name: str, source: str, *, strict: bool) -> None:
            rule = DataValidation(
                type="list",
                formula1=source,
                allow_blank=True,
                showErrorMessage=strict,
                sqref=f"{self.columns[name]}{first}:{self.columns[name]}{last}",
            )
            self.sheet.data_validations.append(rule)

        if self.choices:
            add("type", rules.range("label"), strict=False)
        if self.scheme.subjects:
            add("subject", rules.range("subject"), strict=False)
        add("planned", '"{}"'.format(_("Planned")), strict=True)

    def colour(self, first: int, last: int) -> None:
        """Grey for what is worked out, a light yellow where not all of a row counts."""
        points, parked = f"${self.columns['points']}{first}", f"${self.columns['parked']}{first}"
        rules = [
            (f'AND({points}<>"",N({parked})>0)', _ATTENTION, ("counted", "why")),
            ("TRUE", _WORKED_OUT, ("points", "points")),
            ("TRUE", _WORKED_OUT, ("year", "why")),
        ]
        for formula, fill, (start, end) in rules:
            cells = f"{self.columns[start]}{first}:{self.columns[end]}{last}"
            rule = FormulaRule(formula=[formula], fill=fill)  # type: ignore[no-untyped-call]
            self.sheet.conditional_formatting.add(cells, rule)

    def write_totals(self, sheet: Any, first: int, last: int) -> None:
        def where(name: str) -> str:
            letter = self.columns[name]
            return f"'{self.sheet.title}'!${letter}${first}:${letter}${last}"

        for letter, width in (("A", 10), ("B", 48)):
            sheet.column_dimensions[letter].width = width
        for line, bold in Totals(self.scheme, where).lines():
            sheet.append([self.cell(value, bold=bold, sheet=sheet) for value in line])

    def write_rules(self, sheet: Any) -> None:
        """Choices, types, program years and subject areas side by side; see `RuleSheet`."""
        sheet.sheet_state = "hidden"
        blocks: list[list[list[object]]] = [
            list(self.choice_lines()),
            list(self.kind_lines()),
            [[first] for first, _last in self.scheme.years],
            [[clean_line(subject)] for subject in self.scheme.subjects],
        ]
        widths = [len(RuleSheet.CHOICE), 3 + len(LAYERS), 1, 1]
        for at in range(max(map(len, blocks))):
            line: list[object] = []
            for block, width in zip(blocks, widths, strict=True):
                line += block[at] if at < len(block) else [None] * width
            sheet.append([self.cell(value, sheet=sheet) for value in line])

    def choice_lines(self) -> Iterator[list[object]]:
        codes = [choice.code(self.language) for choice in self.choices]
        for choice, code in zip(self.choices, codes, strict=True):
            worth = self.scheme.worths[choice.key]
            numbers = (worth.per_hour, worth.fixed, worth.step, worth.least)
            label = clean_line(self.labels[choice.key])
            short = clean_line(code) if codes.count(code) == 1 else ""
            yield [label, *(number or 0 for number in numbers), worth.kind + 1, short]

    def kind_lines(self) -> Iterator[list[object]]:
        columns = sorted(LAYERS, key=most_column)
        for kind in self.scheme.kinds:
            mosts = [layer.most(self.scheme, kind) for layer in columns]
            group = 0 if kind.group is None else kind.group + 1
            yield [
                kind.code,
                int(kind.needs_outcome),
                group,
                *(NO_CAP if most is None else most for most in mosts),
            ]

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
    yield [
        None,
        _(
            "Fill in the white cells; what counts is worked out in the grey ones. New activities "
            "go below the last one, in any order. Empty a row to take its activity out."
        ),
    ]
