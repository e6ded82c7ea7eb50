"""The form of "what if": hours in a type on a day, nothing saved."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from activities.forms.quick import QuickForm
from activities.record import Record


class WhatIfForm(QuickForm):
    """Type, hours and a day, also one that is still ahead."""

    title = None  # type: ignore[assignment]  # Django's way to leave a field out
    token = None  # type: ignore[assignment]

    field_order = ["rate", "hours", "completed_on"]

    def __init__(self, record: Record, data: Any = None, **kwargs: Any) -> None:
        super().__init__(record, data, **kwargs)
        self.fields["completed_on"].label = _("Done on")

    def clean(self) -> dict[str, Any]:
        """A day that is still ahead is what the question is about."""
        self.cleaned_data["planned"] = True
        return super().clean()

    @property
    def may_repeat(self) -> bool:
        """Nothing is saved, so nothing can be there twice."""
        return False
