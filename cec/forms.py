"""Form fields that several apps ask with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DayField(forms.DateField):
    """A day, picked or typed year first: every other order of numbers can be read in two ways."""

    widget = forms.DateInput(attrs={"type": "date", "class": "chars-10"}, format="%Y-%m-%d")
    default_error_messages = {
        "required": _("Enter the day"),
        "invalid": _("Enter the day with the year first, like 2026-11-20"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
