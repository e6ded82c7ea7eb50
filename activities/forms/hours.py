"""The field for hours: 1.5, 1,5 and 1h30 are all the same, and a wrong one says how it is wrong."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from activities.workbook.hours import Hours, read_hours
from cec.wording import number

MESSAGES = {
    "hours_missing": _("Enter the hours as a number, like 1.5"),
    "hours_unreadable": _("Enter the hours as a number, like 1.5"),
    "hours_date": _("Enter the hours as a number, like 1.5"),
    "hours_approximate": _("Enter the hours as one number, like 1.5"),
    "hours_not_positive": _("Enter more than 0 hours. A quarter of an hour is 0.25."),
    "hours_too_many": _("Enter at most 1,000 hours. Split a longer activity into parts."),
}


class HoursField(forms.Field):
    """Quarters of an hour as an exact decimal (P4); None when it is left empty."""

    widget = forms.TextInput(
        attrs={"inputmode": "decimal", "autocomplete": "off", "class": "chars-4"}
    )

    def to_python(self, value: Any) -> Decimal | None:
        reading = read_hours(" ".join(str(value or "").split()))
        if reading.doubt:
            raise ValidationError(_message(reading), code=reading.doubt.code)
        return reading.value

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError(MESSAGES["hours_missing"], code="required")

    def prepare_value(self, value: Any) -> Any:
        """Write hours as the language of the page does; typed text stays as it was."""
        return number(value) if isinstance(value, Decimal) else value


def _message(reading: Hours) -> Any:
    assert reading.doubt is not None
    if reading.doubt.code == "hours_not_quarters":
        offers = [number(Decimal(offer)) for offer in reading.doubt.suggestions]
        if len(offers) == 1:
            return _("Hours are kept in quarters. Enter %(hours)s.") % {"hours": offers[0]}
        return _("Hours are kept in quarters. Enter %(less)s or %(more)s.") % {
            "less": offers[0],
            "more": offers[1],
        }
    return MESSAGES.get(reading.doubt.code, MESSAGES["hours_unreadable"])
