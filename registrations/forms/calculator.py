"""The points calculator of the public page: hours in, points out, nothing saved."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.models.programs import Rate
from registrations.worth import worth


class CalculatorForm(forms.Form):
    """What so many hours of a kind of learning are worth, before any yearly limit."""

    rate = forms.ChoiceField(
        label=_("Activity type"),
        error_messages={
            "required": _("Choose an activity type"),
            "invalid_choice": _("Choose an activity type from the list"),
        },
    )
    hours = forms.DecimalField(
        label=_("Hours"),
        min_value=Decimal("0.25"),
        max_value=Decimal(2000),
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "chars-4"}),
        error_messages={
            "required": _("Enter the hours"),
            "invalid": _("Enter the hours as a number, like 1.5"),
            "min_value": _("Enter a quarter of an hour or more"),
            "max_value": _("Enter at most %(limit_value)s hours"),
        },
    )

    def __init__(self, *args: Any, rates: list[Rate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rates = {str(rate.pk): rate for rate in rates if rate.per_hour}
        choices = [(key, rate.label) for key, rate in self.rates.items()]
        self.fields["rate"].choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]

    def clean_hours(self) -> Decimal:
        """Hours are quarters (P4). Checked here: the field's own `step_size` fails on 1e400."""
        hours: Decimal = self.cleaned_data["hours"]
        if hours % Decimal("0.25"):
            raise forms.ValidationError(_("Enter the hours in quarters, like 1.25 or 1.5"))
        return hours

    @property
    def points(self) -> Decimal | None:
        """Raw points of what was entered, or None while something is missing."""
        if not (self.is_bound and self.is_valid()):
            return None
        return worth(self.rates[self.cleaned_data["rate"]], self.cleaned_data["hours"])
