from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates import serial as serials
from registrations.forms.desk import PlainForm

# More entries than this get no question of their own: a form has at most 1,000 fields.
MOST_QUESTIONS = 800
LONGEST_QUESTION = 2000


class ReviewForm(PlainForm):
    """Questions on entries and a reason; `activities` are the ids of the entries shown.

    `seen` is the event by which the record on the page was turned in.
    """

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("A few words to the participant"),
        required=False,
        max_length=1000,
        help_text=_("Goes out with your questions when you send the record back."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, activities: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activities = list(activities[:MOST_QUESTIONS])
        for pk in self.activities:
            self.fields[f"question_{pk}"] = forms.CharField(
                label=_("Your question"),
                required=False,
                max_length=LONGEST_QUESTION,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def questions(self) -> dict[int, str]:
        """Questions by activity id, the empty ones left out."""
        asked = {pk: self.cleaned_data[f"question_{pk}"] for pk in self.activities}
        return {pk: text for pk, text in asked.items() if text}


class VerifyForm(PlainForm):
    """Checking by hand: the serial shows nothing without the name (reliability F6)."""

    serial = forms.CharField(
        label=_("Serial number"),
        max_length=60,
        help_text=_("At the lower left of the certificate, like CEC-2028-0417-K7."),
        error_messages={"required": _("Enter the serial number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    name = forms.CharField(
        label=_("Family name on the certificate"),
        max_length=300,
        error_messages={"required": _("Enter the family name as it is printed.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_serial(self) -> str:
        found = serials.normalise(self.cleaned_data["serial"])
        if found is None:
            raise forms.ValidationError(
                _(
                    "That isn’t a serial number of ours: a character is mistyped or missing. "
                    "The last two are never I, L, O or U."
                )
            )
        return found
