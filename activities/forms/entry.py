"""What every form that logs something asks: the day and the hours, and to be saved once."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from activities.checks import check_dates
from activities.forms.hours import HoursField
from activities.record import Record
from cec.forms import DayField
from registrations.models import Rate

HOURS_A_DAY = 24


class DayAndHours(forms.Form):
    """The day of an activity and its hours, where hours give the points.

    The day is today's unless something else is known. `chosen` is None while no type is chosen.
    """

    completed_on = DayField(
        label=_("Date finished"), error_messages={"required": _("Enter the day you finished")}
    )
    hours = HoursField(label=_("Hours"), required=False)
    # What is said of a day that is still ahead (P11) where the form itself can't plan.
    day_ahead = _("This day is still ahead. Enter the day when you finished.")

    def __init__(self, record: Record, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, use_required_attribute=False, **kwargs)
        self.record = record
        if record.this_year.holds(record.today):
            self.initial.setdefault("completed_on", record.today)
        if not record.rules.counts_hours:
            del self.fields["hours"]
        else:
            fixed = any(rate.fixed for rate in record.rules.rates.values())
            self.fields["hours"].required = not fixed

    @property
    def chosen(self) -> Rate | None:
        """The rate, which a form asks for unless it is of an entry that is there."""
        return self.cleaned_data.get("rate")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_hours()
        if completed_on := cleaned.get("completed_on"):
            for problem in check_dates(
                self.record.registration,
                completed_on=completed_on,
                planned=bool(cleaned.get("planned")),
            ):
                ahead = problem.code == "future" and "planned" not in self.fields
                self.add_error("completed_on", self.day_ahead if ahead else problem.message)
        return cleaned

    def _check_hours(self) -> None:
        """Hours are asked for where they give the points, and fit into their days."""
        if "hours" not in self.fields or "hours" in self.errors:
            return
        hours: Decimal | None = self.cleaned_data.get("hours")
        if hours is None:
            if self.chosen and self.chosen.per_hour:
                self.add_error("hours", gettext("Enter the hours as a number, like 1.5"))
            return
        last = self.cleaned_data.get("completed_on")
        first = self.cleaned_data.get("started_on") or last
        if last and first and first <= last:
            days = (last - first).days + 1
            if hours > days * HOURS_A_DAY:
                self.add_error("hours", self._too_many_hours(days))

    def _too_many_hours(self, days: int) -> str:
        text = ngettext(
            "That’s more than %(most)s hours in one day. "
            "If it took longer, add the day you started.",
            "That’s more than the %(most)s hours that %(days)s days have.",
            days,
        )
        return text % {"most": days * HOURS_A_DAY, "days": days}


class NewEntry(DayAndHours):
    """A form that adds an entry, once however often it arrives: `token` stands for it."""

    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, record: Record, data: Any = None, **kwargs: Any) -> None:
        super().__init__(record, data, **kwargs)
        self.initial.setdefault("token", uuid.uuid4())

    def form_key(self) -> uuid.UUID:
        """Stand for this rendered form with this content; the same two are saved once.

        Going back to a form that was sent and typing something else gives another key.
        """
        try:
            token = uuid.UUID(self.cleaned_data.get("token") or "")
        except ValueError:
            token = uuid.uuid4()
        said = [f"{name}={self.said(name)!r}" for name in sorted(self.fields) if name != "token"]
        return uuid.uuid5(token, "\n".join(said))

    def said(self, name: str) -> Any:
        """Return what was typed, a rate as its id."""
        typed = self.cleaned_data.get(name)
        return typed.pk if isinstance(typed, Rate) else typed
