"""The forms of a list of members: choosing the file, the columns, and answering questions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cec.forms import DayField
from registrations.forms.desk import PlainForm
from registrations.models import RosterQuestion
from registrations.roster.preview import Asked

MOST_ASKED = 40  # at a time: a form has at most a thousand fields


class UploadForm(PlainForm):
    """The file; what is wrong with it is said by `WorkbookRefused`."""

    roster = forms.FileField(
        label=_("List of members"),
        help_text=_("An Excel workbook (.xlsx) or a CSV file, up to 20 MB and 50,000 rows."),
        allow_empty_file=True,
        error_messages={
            "required": _("Choose the file with your list"),
            "missing": _("Choose the file with your list"),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
    )


class ColumnsForm(PlainForm):
    """What each column of the file holds."""

    def __init__(
        self, layout: Mapping[str, Any], fields: Mapping[str, Any], data: Any = None
    ) -> None:
        """`layout` says how the file was read, `fields` are those that a column can hold."""
        super().__init__(data, use_required_attribute=False)
        held = {index: field for field, index in layout.get("columns", {}).items()}
        offers = [("", gettext("Not used")), *fields.items()]
        self.width = len(layout.get("headings", []))
        for index, heading in enumerate(layout.get("headings", [])):
            said = [line[index] for line in layout.get("samples", []) if index < len(line)]
            field = forms.ChoiceField(
                label=heading or gettext("Column %(n)s") % {"n": index + 1},
                help_text=", ".join(text for text in said if text),
                choices=offers,
                initial=held.get(index, ""),
                required=False,
            )
            self.fields[f"column{index}"] = field

    def shown(self) -> list[forms.BoundField]:
        """The fields; "(optional)" beside each would only puzzle."""
        for field in self.fields.values():
            field.required = True
        return list(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen: set[str] = set()
        for index in range(self.width):
            field = cleaned.get(f"column{index}")
            if field and field in seen:
                self.add_error(f"column{index}", gettext("Another column holds this already."))
            seen.add(field or "")
        return cleaned

    def chosen(self) -> dict[str, int]:
        """Field -> index of its column."""
        said = {self.cleaned_data[f"column{index}"]: index for index in range(self.width)}
        return {field: index for field, index in said.items() if field}


class QuestionsForm(PlainForm):
    """A field for each question; what isn't answered stays open.

    `said` is what was answered last time: it is chosen already, and somebody sends it.
    """

    def __init__(
        self, asked: Sequence[Asked], said: Mapping[tuple[str, str], str], data: Any = None
    ) -> None:
        super().__init__(data, use_required_attribute=False)
        self.asked = asked
        for each in asked:
            name = _name(each.question)
            last = said.get((each.question.kind, each.question.text), "")
            offers = dict(each.choices)
            self.fields[name] = forms.ChoiceField(
                label=each.text,
                required=False,
                choices=[("", gettext("Choose")), *offers.items()],
                initial=last if last in offers else "",
                help_text=gettext("As you answered last time.") if last in offers else "",
            )
            if each.question.kind == RosterQuestion.Kind.EXPIRY:
                self.fields[f"{name}_day"] = DayField(
                    label=gettext("Or another day"), required=False
                )

    def shown(self) -> list[tuple[Asked, list[forms.BoundField]]]:
        """Each question with its fields."""
        for field in self.fields.values():
            field.required = True  # "(optional)" beside a question would only puzzle
        return [
            (each, [self[name] for name in self.fields if name.partition("_")[0] == key])
            for each in self.asked
            for key in [_name(each.question)]
        ]

    def answers(self) -> dict[int, str]:
        """Everything that was answered now, by the question's id."""
        found = {}
        for each in self.asked:
            name = _name(each.question)
            day = self.cleaned_data.get(f"{name}_day")
            answer = f"day:{day.isoformat()}" if day else self.cleaned_data.get(name)
            if answer:
                found[each.question.pk] = answer
        return found


def _name(question: RosterQuestion) -> str:
    return f"q{question.pk}"
