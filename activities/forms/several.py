"""The full form of an entry that counts in several programs, or may: each by its own rules."""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activities.checks import check_entry
from activities.forms.activity import ActivityForm
from activities.forms.hours import HoursField
from activities.forms.quick import Choices, rate_choices
from activities.models import Activity, Credit
from activities.record import Record
from activities.several import Place
from activities.sharing import check_elsewhere, named
from cec.problems import Problem
from registrations.models import Rate, Registration

# At which field a problem stands; the day is what the others are about.
FIELD_OF = {"no_hours": "hours"}


class RateField(forms.TypedChoiceField):
    """One of the rates of a record; None where it is left empty."""

    def __init__(self, record: Record, *, unchosen: str, **kwargs: Any) -> None:
        choices: Choices = [("", unchosen), *rate_choices(record)[1:]]
        super().__init__(
            choices=choices,
            coerce=lambda value: record.rules.rates[int(value)],
            empty_value=None,
            error_messages={
                "required": _("Choose the type of activity"),
                "invalid_choice": _("Choose a type from the list"),
            },
            **kwargs,
        )


class CountInForm(forms.Form):
    """As what an entry counts in another record."""

    def __init__(self, record: Record, data: Any = None) -> None:
        pk = record.registration.pk
        super().__init__(data, auto_id=f"{pk}-%s", use_required_attribute=False)
        self.fields["rate"] = RateField(
            record, unchosen=gettext("Choose"), label=gettext("Activity type")
        )


class SharedForm(ActivityForm):
    """The full form of an entry that counts in several records of a person, or may.

    A new one has a choice for each of the other `places`. Of an entry that is there already, the
    other records that hold it are asked whether they take the change; one that is closed keeps
    everything but the type as it is.
    """

    ALWAYS_OPEN = ("rate", "version", "token")

    def __init__(
        self,
        record: Record,
        data: Any = None,
        *,
        credit: Credit | None = None,
        places: Sequence[Place] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(record, data, credit=credit, **kwargs)
        self.places = places
        self.choices = {} if credit else {f"also_{p.record.registration.pk}": p for p in places}
        self.is_kept = any(place.keeps for place in places)
        if "hours" not in self.fields and any(p.record.rules.counts_hours for p in places):
            self.fields["hours"] = HoursField(label=_("Hours"), required=False)
            self.order_fields(self.field_order)
        for name, place in self.choices.items():
            self.fields[name] = RateField(
                place.record,
                label=place.name,
                required=False,
                unchosen=gettext("Don’t count it there"),
            )
        if self.is_kept:
            for name, field in self.fields.items():
                field.disabled = name not in self.ALWAYS_OPEN

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("completed_on"):
            for field, problem in self._problems():
                self.add_error(field, problem.message)
        return cleaned

    def _problems(self) -> Iterator[tuple[str, Problem]]:
        """Ask each of the other records, by its own rules."""
        if self.credit:
            changed = self.fill(copy(self.credit.activity))
            for place in self.places:
                if place.credit:
                    for problem in check_elsewhere(changed, place.credit):
                        yield FIELD_OF.get(problem.code, "completed_on"), problem
            return
        new = super().fill(Activity())
        for name, place in self.choices.items():
            if rate := self.cleaned_data.get(name):
                for problem in check_entry(place.record.registration, new, rate):
                    yield name, named(problem, place.record.registration)

    def fill(self, activity: Activity) -> Activity:
        if self.is_kept:
            activity.version = self.cleaned_data.get("version") or 0
            return activity
        hours = activity.hours
        super().fill(activity)
        if "hours" not in self.fields:
            activity.hours = hours  # of a time when another record counted them
        return activity

    def also(self) -> dict[Registration, Rate]:
        """Return in which other records a new entry counts too, and as what."""
        return {
            place.record.registration: rate
            for name, place in self.choices.items()
            if (rate := self.cleaned_data.get(name))
        }

    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in super().main_fields() if field.name not in self.choices]

    def other_fields(self) -> list[forms.BoundField]:
        """The choices of other records."""
        return [self[name] for name in self.choices]
