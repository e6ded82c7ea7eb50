"""Two small forms of one entry: this month's hours of what goes on, and a plan that is done."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activities import continuing
from activities.forms.entry import DayAndHours, NewEntry
from activities.forms.fields import OutcomeField
from activities.models import Activity
from activities.record import Line, Record
from cec.wording import number
from registrations.models import Rate


class AgainForm(NewEntry):
    """The day and the hours of the next entry of a series; the rest is as it was."""

    def __init__(self, record: Record, line: Line, data: Any = None) -> None:
        super().__init__(record, data)
        self.line = line
        self.fields["hours"].required = True
        if hours := line.activity.hours:
            self.fields["hours"].help_text = _("Last time: %(hours)s.") % {"hours": number(hours)}

    @property
    def chosen(self) -> Rate:
        return self.line.rate

    def activity(self) -> Activity:
        """Return the next entry of the series as the form says."""
        return continuing.next_of(
            self.line.activity,
            completed_on=self.cleaned_data["completed_on"],
            hours=self.cleaned_data["hours"],
            form_key=self.form_key(),
        )


class DoneForm(DayAndHours):
    """When a plan was carried out, how long it took and what came of it (P11).

    The outcome may be written later, unless the type counts by it alone (P8).
    """

    outcome = OutcomeField()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, record: Record, line: Line, data: Any = None) -> None:
        activity = line.activity
        past = activity.completed_on <= record.today
        initial = {
            "completed_on": activity.completed_on if past else record.today,
            "hours": activity.hours,
            "outcome": activity.outcome,
            "version": activity.version,
        }
        super().__init__(record, data, initial=initial)
        self.line = line
        if line.type.needs_outcome:
            outcome = self.fields["outcome"]
            outcome.required = True
            outcome.error_messages["required"] = _("Write what you learned: this type counts by it")

    @property
    def chosen(self) -> Rate:
        return self.line.rate

    def clean(self) -> dict[str, Any]:
        """A start is kept where it is still before the end; several days have more hours."""
        if last := self.cleaned_data.get("completed_on"):
            self.cleaned_data["started_on"] = self._start(last)
        return super().clean()

    def _start(self, last: date) -> date | None:
        start = self.line.activity.started_on
        return start if start and start <= last else None

    def fill(self, activity: Activity) -> Activity:
        """Turn the planned entry into a done one, of the version that the form was opened with."""
        activity.planned = False
        for name in ("started_on", "completed_on", "hours", "outcome"):
            setattr(activity, name, self.cleaned_data.get(name))
        activity.version = self.cleaned_data.get("version") or 0
        return activity
