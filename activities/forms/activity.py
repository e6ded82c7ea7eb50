"""The full form: everything that can be said of an activity."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activities.forms.fields import OutcomeField
from activities.forms.quick import QuickForm
from activities.models import Activity, Credit
from activities.models.log import LONGEST_SUBJECTS
from activities.record import Record
from activities.repeats import title_key
from activities.rules import rate_words
from activities.subjects import SEPARATOR
from cec.forms import DayField, LineField, TextField

LONGEST_TEXT = 10_000


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
        "outcome",
        "materials",
        "goals",
        "areas",
        "subject",
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
    areas = forms.MultipleChoiceField(
        label=_("Subject areas"),
        required=False,
        error_messages={"invalid_choice": _("Choose subject areas from the list")},
        widget=forms.CheckboxSelectMultiple(attrs={"class": "columns"}),
    )
    subject = LineField(
        label=_("Another subject area"),
        max_length=200,
        required=False,
        help_text=_("In your own words. A semicolon stands between several."),
    )
    outcome = OutcomeField()
    materials = TextField(label=_("Topic and materials"), rows=3, max_length=LONGEST_TEXT)
    goals = TextField(label=_("Learning goals"), rows=3, max_length=LONGEST_TEXT)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    TEXTS = ("provider", "started_on", "outcome", "materials", "goals", "planned")
    PROJECT = ("materials", "goals")
    SUBJECTS = ("areas", "subject")
    offers_lately = False

    def __init__(
        self, record: Record, data: Any = None, *, credit: Credit | None = None, **kwargs: Any
    ) -> None:
        self.credit = credit
        if credit:
            kwargs["initial"] = as_it_stands(record, credit)
        super().__init__(record, data, **kwargs)
        self.fields["title"].widget.attrs.pop("autocomplete")
        areas = self.fields["areas"]
        assert isinstance(areas, forms.MultipleChoiceField)
        areas.choices = [(row.name_en, row.name) for row in record.areas.rows]
        if not record.areas:
            del self.fields["areas"]
            self.fields["subject"].label = _("Subject area")
        self.explained_types = [kind for kind in record.rules.types.values() if kind.about]
        self.project_types = [kind for kind in record.rules.types.values() if kind.needs_outcome]
        if not self.project_types:
            for name in self.PROJECT:
                del self.fields[name]

    @property
    def known_id(self) -> int | None:
        return self.credit.activity_id if self.credit else None

    @property
    def may_repeat(self) -> bool:
        """An edit is looked at again only when it changes the title or the type."""
        if self.credit is None:
            return True
        changed = title_key(self.cleaned_data["title"]) != title_key(self.credit.activity.title)
        return changed or self.cleaned_data["rate"].activity_type_id != self.credit.activity_type_id

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("started_on"), self.cleaned_data.get("completed_on")
        if first and last and first > last:
            self.add_error("started_on", gettext("The start can’t be after the day you finished"))
        self._sort_subjects()
        return super().clean()

    def _sort_subjects(self) -> None:
        """Take a suggested area for chosen when it was written in free words."""
        if "subject" in self.errors:
            return
        cleaned = self.cleaned_data
        cleaned["areas"], free = self.record.areas.split(self.subjects)
        cleaned["subject"] = SEPARATOR.join(free)
        if len(self.subjects) > LONGEST_SUBJECTS:
            text = gettext("That’s more than fits. Choose fewer subject areas, or shorter words.")
            self.add_error("subject", text)

    @property
    def subjects(self) -> str:
        """The chosen areas and the free ones, as the entry keeps them."""
        said = [*self.cleaned_data.get("areas", []), self.cleaned_data.get("subject", "")]
        return self.record.areas.canonical(SEPARATOR.join(said))

    def fill(self, activity: Activity) -> Activity:
        super().fill(activity)
        for name in self.TEXTS:
            if name in self.fields:
                setattr(activity, name, self.cleaned_data.get(name))
        activity.subject = self.subjects
        if self.credit:
            activity.version = self.cleaned_data.get("version") or 0
        return activity

    def main_fields(self) -> list[forms.BoundField]:
        """The fields in their order, without a project's own (P8) and the subject areas."""
        apart = {*self.PROJECT, *self.SUBJECTS}
        return [field for field in self.visible_fields() if field.name not in apart]

    def project_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PROJECT if name in self.fields]

    def subject_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SUBJECTS if name in self.fields]

    @property
    def shows_project(self) -> bool:
        """Whether the project's fields stand open: they are wanted, or hold something."""
        chosen = str(self["rate"].value() or "")
        return chosen in self.project_rates or any(field.value() for field in self.project_fields())

    @property
    def project_rates(self) -> list[str]:
        """The choices that the project's fields belong to."""
        rates = self.record.rules.rates.values()
        return [str(rate.pk) for rate in rates if rate.activity_type.needs_outcome]

    def show_current(self, credit: Credit) -> list[tuple[str, str]]:
        """After a clash: keep what was typed, aim at the newest version, return what differs.

        Pairs of label and the saved value, so that the person can choose knowingly.
        """
        data = self.data.copy()
        data["version"] = credit.activity.version
        self.data = data
        different = []
        for name, value in as_it_stands(self.record, credit).items():
            if name != "version" and name in self.fields and value != self.said(name):
                label = str(self.fields[name].label)
                different.append((label, self._in_words(name, value)))
        return different

    def _in_words(self, name: str, value: Any) -> str:
        if name == "rate":
            return rate_words(self.record.rules.rates[value], self.record.rules.unit)
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        if isinstance(value, list):
            return SEPARATOR.join(map(self.record.areas.name, value)) or "–"
        return str(self.fields[name].prepare_value(value) or "–")


def as_it_stands(record: Record, credit: Credit) -> dict[str, Any]:
    """Return what the full form holds for an entry."""
    activity = credit.activity
    areas, free = record.areas.split(activity.subject)
    names = ("title", "completed_on", "hours", "version", *ActivityForm.TEXTS)
    return {name: getattr(activity, name) for name in names} | {
        "rate": credit.rate_id,
        "areas": areas,
        "subject": SEPARATOR.join(free),
    }


def once_more(record: Record, credit: Credit) -> dict[str, Any]:
    """Return what the full form holds for a new entry like another: today's, without outcome."""
    kept = as_it_stands(record, credit)
    for name in ("version", "completed_on", "started_on", "planned", "outcome"):
        del kept[name]
    return kept


def carried_over(said: Any, record: Record) -> dict[str, Any]:
    """Return what the full form holds of what was typed into the quick card, right or wrong.

    With a day that is still ahead it begins as planned (P11).
    """
    typed = {n: said[n] for n in ("title", "completed_on", "rate", "hours") if n in said}
    try:
        on = DayField(required=False).clean(typed.get("completed_on", ""))
    except forms.ValidationError:
        on = None
    return typed | {"planned": on is not None and on > record.today}
