"""Form fields that several apps ask with."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cec.spreadsheet.wording import clean_line, clean_text, without_controls

_SPACES = re.compile(" +")


class DayField(forms.DateField):
    """A day, picked or typed year first: every other order of numbers can be read in two ways."""

    widget = forms.DateInput(attrs={"type": "date", "class": "chars-10"}, format="%Y-%m-%d")
    default_error_messages = {
        "required": _("Enter the day"),
        "invalid": _("Enter the day with the year first, like 2026-11-20"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


class LineField(forms.CharField):
    """One line of text; several spaces are one, and French non-breaking ones stay."""

    def to_python(self, value: Any) -> str:
        return _SPACES.sub(" ", clean_line(without_controls(super().to_python(value))))


class TextField(forms.CharField):
    """Several lines with one kind of line end."""

    def __init__(self, *, rows: int, required: bool = False, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=required, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_text(without_controls(super().to_python(value)))
