"""The forms that log an activity: the quick card and the full page."""

import re
import uuid
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from activities import log
from activities.forms.hours import HoursField
from activities.models import Activity, Credit
from activities.record import Record
from activities.rules import plural, rate_words
from activities.workbook.lines import MOST_CHARACTERS
from cec.forms import DayField
from cec.spreadsheet.wording import clean_line, clean_text, without_controls
from registrations.models import Rate

HOURS_A_DAY = 24
LONGEST_TEXT = 10_000

Choices = list[tuple[str, Any]]

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


class QuickForm(forms.Form):
    """Title, day, type and hours: enough to log an activity.

    `token` makes a form that arrives twice save once. `anyway` comes from the button that saves
    in spite of a likely repeat (P7).
    """

    title = LineField(
        label=_("What did you do?"),
        max_length=300,
        error_messages={"required": _("Enter what you did")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    completed_on = DayField(
        label=_("Date finished"), error_messages={"required": _("Enter the day you finished")}
    )
    rate = forms.TypedChoiceField(
        label=_("Activity type"),
        error_messages={
            "required": _("Choose the type of activity"),
            "invalid_choice": _("Choose a type from the list"),
        },
    )
    hours = HoursField(label=_("Hours"), required=False)
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, record: Record, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, use_required_attribute=False, **kwargs)
        self.record = record
        self.repeats: list[Activity] = []
        rate = self.fields["rate"]
        assert isinstance(rate, forms.TypedChoiceField)
        rate.choices = rate_choices(record)
        rate.coerce = lambda value: record.rules.rates[int(value)]
        self.initial.setdefault("token", uuid.uuid4())
        if record.this_year.holds(record.today):
            self.initial.setdefault("completed_on", record.today)
        if not record.rules.counts_hours:
            del self.fields["hours"]
            rate.label = _("Course")
            rate.error_messages["required"] = _("Choose the course")
        else:
            fixed = any(rate.fixed for rate in record.rules.rates.values())
            self.fields["hours"].required = not fixed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_hours()
        if completed_on := cleaned.get("completed_on"):
            for problem in log.check_dates(
                self.record.registration,
                completed_on=completed_on,
                planned=bool(cleaned.get("planned")),
            ):
                self.add_error("completed_on", problem.message)
        if not self.errors:
            self._look_for_repeats()
        return cleaned

    def _check_hours(self) -> None:
        """Hours are asked for where they give the points, and fit into their days."""
        if "hours" not in self.fields or "hours" in self.errors:
            return
        hours: Decimal | None = self.cleaned_data.get("hours")
        rate: Rate | None = self.cleaned_data.get("rate")
        if hours is None:
            if rate and rate.per_hour:
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

    def _look_for_repeats(self) -> None:
        """Point out the same title under the same type (P7), unless that was seen."""
        if self.data.get("anyway"):
            return
        credits = Credit.objects.filter(
            registration=self.record.registration,
            activity_type=self.cleaned_data["rate"].activity_type_id,
            activity__title__iexact=self.cleaned_data["title"],
            activity__deleted_at__isnull=True,
        ).exclude(activity__form_key=self.form_key())
        if self.known_id:
            credits = credits.exclude(activity=self.known_id)
        self.repeats = [
            credit.activity for credit in credits.select_related("activity").order_by("pk")[:3]
        ]

    @property
    def known_id(self) -> int | None:
        """The id of the activity that is being edited."""
        return None

    @property
    def wants_answer(self) -> bool:
        """Whether the form is right but something in it should be looked at before saving."""
        return bool(self.repeats)

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

    def activity(self) -> Activity:
        """Return a new activity as the form says."""
        return self.fill(Activity(form_key=self.form_key()))

    def fill(self, activity: Activity) -> Activity:
        """Write what the form says into an activity; nothing else of it is touched."""
        for name in ("title", "completed_on", "hours"):
            setattr(activity, name, self.cleaned_data.get(name))
        return activity


class ActivityForm(QuickForm):
    """Everything that can be said of an activity."""

    field_order = [
        "title",
        "provider",
        "rate",
        "started_on",
        "completed_on",
        "planned",
        "hours",
        "subject",
        "outcome",
        "materials",
        "goals",
        "version",
        "token",
    ]

    provider = LineField(label=_("Provider or organizer"), max_length=200, required=False)
    started_on = DayField(
        label=_("Date started"),
        required=False,
        help_text=_("If it took more than one day."),
    )
    planned = forms.BooleanField(label=_("This is planned, I haven’t done it yet"), required=False)
    subject = LineField(
        label=_("Subject area"),
        max_length=200,
        required=False,
        help_text=_("Pick one or write your own."),
        widget=forms.TextInput(attrs={"list": "subjects", "autocomplete": "off"}),
    )
    outcome = TextField(
        label=_("What I learned"),
        rows=4,
        max_length=MOST_CHARACTERS,
        help_text=_("What do you know or do differently now? One or two sentences are enough."),
    )
    materials = TextField(label=_("Topic and materials"), rows=3, max_length=LONGEST_TEXT)
    goals = TextField(label=_("Learning goals"), rows=3, max_length=LONGEST_TEXT)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    TEXTS = ("provider", "started_on", "subject", "outcome", "materials", "goals", "planned")
    PROJECT = ("materials", "goals")

    def __init__(
        self, record: Record, data: Any = None, *, credit: Credit | None = None, **kwargs: Any
    ) -> None:
        self.credit = credit
        if credit:
            kwargs["initial"] = self._as_it_stands(credit)
        super().__init__(record, data, **kwargs)
        self.fields["title"].widget.attrs.pop("autocomplete")
        self.explained_types = [kind for kind in record.rules.types.values() if kind.about]
        self.project_types = [kind for kind in record.rules.types.values() if kind.needs_outcome]
        if not self.project_types:
            for name in self.PROJECT:
                del self.fields[name]

    @staticmethod
    def _as_it_stands(credit: Credit) -> dict[str, Any]:
        activity = credit.activity
        names = ("title", "completed_on", "hours", "version", *ActivityForm.TEXTS)
        return {name: getattr(activity, name) for name in names} | {"rate": credit.rate_id}

    @property
    def known_id(self) -> int | None:
        return self.credit.activity_id if self.credit else None

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("started_on"), self.cleaned_data.get("completed_on")
        if first and last and first > last:
            self.add_error("started_on", gettext("The start can’t be after the day you finished"))
        return super().clean()

    def fill(self, activity: Activity) -> Activity:
        super().fill(activity)
        for name in self.TEXTS:
            if name in self.fields:
                setattr(activity, name, self.cleaned_data.get(name))
        if self.credit:
            activity.version = self.cleaned_data.get("version") or 0
        return activity

    def main_fields(self) -> list[forms.BoundField]:
        """The fields in their order, without those of a project of one's own (P8)."""
        return [field for field in self.visible_fields() if field.name not in self.PROJECT]

    def project_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PROJECT if name in self.fields]

    @property
    def shows_project(self) -> bool:
        """Whether the project's fields stand open: they are wanted, or hold something."""
        chosen = str(self["rate"].value() or "")
        wanted = {
            str(rate.pk)
            for rate in self.record.rules.rates.values()
            if rate.activity_type.needs_outcome
        }
        return chosen in wanted or any(field.value() for field in self.project_fields())

    def show_current(self, credit: Credit) -> list[tuple[str, str]]:
        """After a clash: keep what was typed, aim at the newest version, return what differs.

        Pairs of label and the saved value, so that the person can choose knowingly.
        """
        data = self.data.copy()
        data["version"] = credit.activity.version
        self.data = data
        different = []
        for name, value in self._as_it_stands(credit).items():
            if name != "version" and name in self.fields and value != self.said(name):
                label = str(self.fields[name].label)
                different.append((label, self._in_words(name, value)))
        return different

    def _in_words(self, name: str, value: Any) -> str:
        if name == "rate":
            return rate_words(self.record.rules.rates[value], self.record.rules.unit)
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        return str(self.fields[name].prepare_value(value) or "–")


def rate_choices(record: Record) -> Choices:
    """Every type and role, grouped by what an hour gives, the most first; fixed ones last."""
    groups: dict[Decimal | None, Choices] = defaultdict(list)
    for rate in record.rules.rates.values():
        groups[rate.per_hour].append((str(rate.pk), rate_words(rate, record.rules.unit)))
    choices: Choices = [("", gettext("Choose"))]
    for per_hour in sorted((key for key in groups if key), reverse=True):
        text = ngettext("%(points)s an hour", "%(points)s an hour", plural(per_hour))
        choices.append((text % {"points": record.rules.amount(per_hour)}, groups[per_hour]))
    if None in groups:
        label = gettext("A fixed number of %(unit)s") % {"unit": record.rules.unit}
        choices += [(label, groups[None])] if len(groups) > 1 else groups[None]
    return choices
