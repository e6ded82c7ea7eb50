"""The text fields of the forms that log an activity."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activities.workbook.lines import MOST_CHARACTERS
from cec.spreadsheet.wording import clean_line, clean_text, without_controls

_SPACES = re.compile(" +")


class LineField(forms.CharField):
    """One line of text; several spaces are one, and French non-breaking ones stay."""

    def to_python(self, value: Any) -> str:
        return _SPACES.sub(" ", clean_line(without_controls(super().to_python(value))))


class TextField(forms.CharField):
    """Several lines with one kind of line end, as an export to Excel keeps them."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_text(without_controls(super().to_python(value)))


class OutcomeField(TextField):
    """What somebody learned, as long as a cell of the workbook takes."""

    def __init__(self) -> None:
        super().__init__(
            label=_("What I learned"),
            rows=4,
            max_length=MOST_CHARACTERS,
            help_text=_("What do you know or do differently now? One or two sentences are enough."),
        )
