"""Rows of which a form has several: the rates of a type, the subject areas of a program."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registrations.forms.rules import BOTH, NumberField, PairedForm, text
from registrations.models import Rate
from registrations.rulebook.drafting import MOST_RATES, MOST_SUBJECTS


class RateForm(PairedForm):
    """What an hour gives, or a fixed number."""

    key = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    per_hour = NumberField(label=_("Points an hour"), digits=5)
    fixed = NumberField(label=_("Or a fixed number, whatever the hours"), digits=7)
    name_en = text(
        _("Name in English"),
        longest=150,
        required=False,
        help_text=_("Where a type has several rates, like “committee”."),
    )
    name_fr = text(_("Name in French"), longest=150, required=False)
    step = NumberField(
        label=_("Rounded half up to steps of"),
        digits=6,
        decimals=4,
        help_text=_("Like 0.1. Empty: not rounded."),
    )
    least = NumberField(label=_("At least"), digits=6, decimals=4)

    VALUES = ("per_hour", "fixed", "name_en", "name_fr", "step", "least")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and bool(data.get("per_hour")) == bool(data.get("fixed")):
            self.add_error(
                "per_hour", _("Enter either points an hour or a fixed number, one of the two.")
            )
        elif data.get("fixed") and (data.get("step") or data.get("least")):
            self.add_error("step", _("A fixed number isn’t rounded: leave this empty."))
        if bool(data.get("name_en")) != bool(data.get("name_fr")):
            self.add_error("name_fr", BOTH)
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in self.VALUES}


class _Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Some rows, each with a box to remove it, and an empty one for a new one."""

    remove: Any = _("Remove")

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = self.remove
        if index is not None and index >= self.initial_form_count():
            del form.fields["DELETE"]

    def kept(self) -> "list[Any]":
        """Return the forms that say something and aren't to be removed."""
        return [
            form
            for form in self.forms
            if (form in self.initial_forms or form.has_changed())
            and not form.cleaned_data.get("DELETE")
        ]


class _RateRows(_Rows):
    remove = _("Remove this rate")

    def clean(self) -> None:
        if not any(self.errors) and not self.kept():
            raise ValidationError(_("Enter what an activity of this type gives."))


RateForms = forms.formset_factory(
    RateForm,
    formset=_RateRows,
    extra=1,
    can_delete=True,
    max_num=MOST_RATES,
    absolute_max=MOST_RATES + 1,
    validate_max=True,
)


def rate_values(rate: Rate) -> dict[str, Any]:
    return {name: getattr(rate, name) for name in ("key", *RateForm.VALUES)}


class SubjectForm(PairedForm):
    pk = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    name_en = text(_("In English"), longest=100)
    name_fr = text(_("In French"), longest=100)
    place = forms.IntegerField(
        label=_("Place"),
        required=False,
        min_value=1,
        max_value=9999,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "chars-4"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Enter a place in the list, like 3.")
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pk"].widget = forms.HiddenInput()


class _SubjectRows(_Rows):
    remove = _("Remove this subject area")
    twice: Any = _("A subject area stands in the list twice.")

    def clean(self) -> None:
        if any(self.errors):
            return
        names = [form.cleaned_data["name_en"].casefold() for form in self.kept()]
        if len(names) != len(set(names)):
            raise ValidationError(self.twice)

    def in_order(self) -> list[dict[str, Any]]:
        """Return what the rows that are kept say, by their places; without one they come last."""
        kept = sorted(self.kept(), key=lambda form: form.cleaned_data.get("place") or 10_000)
        return [form.cleaned_data for form in kept]


class _UseRows(_SubjectRows):
    remove = _("Remove it")
    twice = _("It stands in the list twice.")


SubjectForms = forms.formset_factory(
    SubjectForm,
    formset=_SubjectRows,
    extra=1,
    can_delete=True,
    max_num=MOST_SUBJECTS,
    absolute_max=MOST_SUBJECTS + 1,
    validate_max=True,
)

UseForms = forms.formset_factory(
    SubjectForm,
    formset=_UseRows,
    extra=1,
    can_delete=True,
    max_num=MOST_SUBJECTS,
    absolute_max=MOST_SUBJECTS + 1,
    validate_max=True,
)
