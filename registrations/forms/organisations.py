"""Forms of organisations and of the numbers that they allocate."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cec.wording import number
from registrations.forms.desk import PlainForm
from registrations.models import ActivityType, Organisation, Part

NO_NUMBER = _("Enter a number from 0 on, like 12 or 1.5")


class CreditsField(forms.DecimalField):
    """A number of credits, with a point or a comma; 0 is a number too."""

    widget = forms.TextInput(
        attrs={"inputmode": "decimal", "autocomplete": "off", "class": "chars-4"}
    )

    def __init__(self, **kwargs: Any) -> None:
        messages = ("required", "invalid", "min_value", "max_value")
        messages += ("max_digits", "max_decimal_places", "max_whole_digits")
        super().__init__(
            min_value=0,
            max_digits=7,
            decimal_places=2,
            error_messages=dict.fromkeys(messages, NO_NUMBER),
            **kwargs,
        )

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = value.strip().replace(",", ".")
        found: Decimal | None = super().to_python(value)
        return found

    def prepare_value(self, value: Any) -> Any:
        """Write a number as the language of the page does; typed text stays as it was."""
        return number(value) if isinstance(value, Decimal) else value


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    website = forms.URLField(
        label=_("Website"), required=False, max_length=200, assume_scheme="https"
    )

    class Meta:
        model = Organisation
        fields = ["name_en", "name_fr", "email", "website", "programs", "is_active"]
        labels = {"programs": _("It recognizes the courses of"), "name_en": _("English name")}
        widgets = {"programs": forms.CheckboxSelectMultiple}
        help_texts = {"name_fr": _("Leave it empty if it is the same.")}
        error_messages = {
            "name_en": {
                "required": _("Enter the name of the organization."),
                "unique": _("This organization is listed already."),
            },
            "programs": {"required": _("Choose at least one program.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class AllocationForm(PlainForm):
    """A number for each part in each course; an empty cell allocates nothing."""

    seen = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, courses: Iterable[ActivityType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.courses = list(courses)
        for course in self.courses:
            for part in Part:
                field = CreditsField(required=False, label=f"{course.name}: {part.label}")
                field.part = part  # type: ignore[attr-defined]
                self.fields[_cell(course, part)] = field

    @property
    def rows(self) -> list[tuple[ActivityType, list[forms.BoundField]]]:
        """Each course with its fields, in the order of the parts."""
        return [(course, [self[_cell(course, part)] for part in Part]) for course in self.courses]

    @property
    def figures(self) -> dict[tuple[str, str], Decimal | None]:
        return {
            (course.key, part.value): self.cleaned_data[_cell(course, part)]
            for course in self.courses
            for part in Part
        }

    @staticmethod
    def initial_of(figures: dict[tuple[str, str], Decimal]) -> dict[str, Any]:
        return {f"{course}-{part}": credits for (course, part), credits in figures.items()}


def _cell(course: ActivityType, part: Part) -> str:
    return f"{course.key}-{part}"
