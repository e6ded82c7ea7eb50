"""The forms of an import: choosing the file, and answering what only its owner knows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activities.forms.hours import HoursField
from activities.forms.quick import rate_choices
from activities.import_rows import ASKS, CLASH, DELETED, TWICE, Item, Removal
from activities.importing import Answer, Found
from activities.rules import rate_words
from activities.workbook import Question
from cec.forms import DayField
from cec.wording import day

# Rows that are asked about at a time: a form has at most a thousand fields.
MOST_ASKED = 80
MOST_GONE = 300
FILE = "file"
DAYS = ("started_on", "completed_on")


class UploadForm(forms.Form):
    """The workbook; what is wrong with it is said by `workbook.WorkbookRefused`."""

    file = forms.FileField(
        label=_("Your record in Excel"),
        help_text=_("An Excel workbook (.xlsx) or a CSV file, up to 5 MB and 2,000 rows."),
        allow_empty_file=True,
        max_length=None,
        error_messages={
            "required": _("Choose the file that holds your record"),
            "missing": _("Choose the file that holds your record"),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
    )


class AnswersForm(forms.Form):
    """A field for each question that the rows ask, and a tick for what may be left or added.

    Where an entry was changed both here and in the file, its owner picks; where its row is gone, a
    tick deletes it.
    """

    def __init__(self, found: Found, stored: Sequence[dict[str, Any]], data: Any = None) -> None:
        super().__init__(data, use_required_attribute=False)
        self.sorter = found.sorter
        items = found.items
        self.stored = {row["number"]: row for row in stored}
        asking = [item for item in items if item.state == ASKS]
        self.asked = asking[:MOST_ASKED]
        self.later = len(asking) - len(self.asked)
        self.doubtful = [item for item in items if item.state in (TWICE, DELETED)][:MOST_ASKED]
        self.clashing = [item for item in items if item.state == CLASH][:MOST_ASKED]
        self.gone = found.removals[:MOST_GONE]
        for item in self.asked:
            self._ask(item)
        for item in self.clashing:
            self.fields[_name(item, "take")] = forms.ChoiceField(
                label=gettext("Which one holds?"),
                choices=[
                    ("", gettext("Keep what is in my record")),
                    (FILE, gettext("Take what the file says")),
                ],
                initial=FILE if item.take else "",
                required=False,
                widget=forms.RadioSelect,
            )
        for removal in self.gone:
            self.fields[_gone(removal)] = forms.BooleanField(
                label=gettext("Delete it"), initial=removal.ticked, required=False
            )
        for item in self.doubtful:
            self.fields[_name(item, "anyway")] = forms.BooleanField(
                label=gettext("Add it all the same"), required=False
            )

    def _ask(self, item: Item) -> None:
        for question in item.questions:
            for name, field in self._fields(question).items():
                self.fields[_name(item, name)] = field
        self.fields[_name(item, "leave")] = forms.BooleanField(
            label=gettext("Leave this row out"), required=False
        )

    def _fields(self, question: Question) -> dict[str, forms.Field]:
        """The ways to answer one question: pick, or type."""
        label = question.message
        if question.field == "choice":
            return {"choice": self._choice(question)}
        if question.field == "hours":
            return {"hours": HoursField(label=label, required=False)}
        if question.field not in DAYS:
            return {question.field: forms.CharField(label=label, required=False, max_length=300)}
        if not question.suggestions:
            return {question.field: DayField(label=label, required=False)}
        offers = [
            ("", gettext("Choose")),
            *((offer, _days(offer)) for offer in question.suggestions),
        ]
        return {
            question.field: forms.ChoiceField(label=label, required=False, choices=offers),
            f"{question.field}_other": DayField(label=gettext("Or another day"), required=False),
        }

    def _choice(self, question: Question) -> forms.ChoiceField:
        record = self.sorter.record
        choices = rate_choices(record)
        if likely := [
            (key, rate_words(record.rules.rates[int(key)], record.rules.unit))
            for key in question.suggestions
        ]:
            choices[1:] = [(gettext("Likely"), likely), (gettext("All types"), _flat(choices[1:]))]
        return forms.ChoiceField(label=question.message, required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        """An answer that leaves its question open is wrong; the question says how."""
        cleaned = super().clean() or self.cleaned_data
        for item in self.asked:
            if cleaned.get(_name(item, "leave")):
                self._forgive(item)
                continue
            answers = self._answers(item)
            if not answers:
                continue
            stored = self.stored[item.number]
            row = self.sorter.read(stored | {"answers": stored["answers"] | answers})
            for question in row.questions:
                if question.field in answers and _name(item, question.field) in self.fields:
                    self.add_error(_name(item, question.field), question.message)
        return cleaned

    def _forgive(self, item: Item) -> None:
        """What was typed into a row that is left out needs no mending."""
        for name in [name for name in self.errors if name.startswith(_name(item, ""))]:
            del self.errors[name]

    def _answers(self, item: Item) -> dict[str, str]:
        """What was said about a row, as `read_row` takes it."""
        answers = {}
        for question in item.questions:
            said = self.cleaned_data.get(_name(item, f"{question.field}_other"))
            said = said or self.cleaned_data.get(_name(item, question.field))
            if said:
                answers[question.field] = said.isoformat() if isinstance(said, date) else str(said)
        return answers

    def answers(self) -> dict[int, Answer]:
        """Everything that was answered now, by the row's number."""
        found = {}
        for item in self.asked:
            fields = self._answers(item)
            leave = bool(self.cleaned_data.get(_name(item, "leave")))
            if fields or leave:
                found[item.number] = Answer(fields=fields, leave=leave)
        for item in self.doubtful:
            if self.cleaned_data.get(_name(item, "anyway")):
                found[item.number] = Answer(fields={}, anyway=True)
        for item in self.clashing:
            take = self.cleaned_data.get(_name(item, "take")) == FILE
            if take != item.take:
                found[item.number] = Answer(fields={}, take=take)
        return found

    def deletes(self) -> list[int] | None:
        """The ids of the entries that are ticked, if that isn't what was said before."""
        now = {removal.activity.pk for removal in self.gone if removal.ticked}
        said = {row.activity.pk for row in self.gone if self.cleaned_data.get(_gone(row))}
        return sorted(said) if said != now else None

    def asked_rows(self) -> list[tuple[Item, list[forms.BoundField]]]:
        """Each row that asks, with its fields."""
        return [(item, self._of(item)) for item in self.asked]

    def clashing_rows(self) -> list[tuple[Item, list[forms.BoundField]]]:
        return [(item, self._of(item)) for item in self.clashing]

    def gone_rows(self) -> list[tuple[Removal, forms.BoundField]]:
        """Each entry whose row is gone, with its tick."""
        return [(removal, self._field(_gone(removal))) for removal in self.gone]

    def doubtful_rows(self) -> list[tuple[Item, list[forms.BoundField]]]:
        return [(item, self._of(item)) for item in self.doubtful]

    def _of(self, item: Item) -> list[forms.BoundField]:
        """A row's fields to be shown; "(optional)" beside each question would only puzzle."""
        names = [name for name in self.fields if name.startswith(_name(item, ""))]
        return [self._field(name) for name in names]

    def _field(self, name: str) -> forms.BoundField:
        self.fields[name].required = True
        return self[name]


def _name(item: Item, field: str) -> str:
    return f"row{item.number}-{field}"


def _gone(removal: Removal) -> str:
    return f"gone{removal.activity.pk}"


def _days(offer: str) -> str:
    """Write an offered day, or first and last day, in words."""
    days = [day(date.fromisoformat(part)) for part in offer.split("/")]
    if len(days) == 1:
        return days[0]
    return gettext("%(first)s to %(last)s") % {"first": days[0], "last": days[1]}


def _flat(groups: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Take the choices out of their groups."""
    flat: list[tuple[str, str]] = []
    for label, choices in groups:
        flat += choices if isinstance(choices, list) else [(label, choices)]
    return flat
