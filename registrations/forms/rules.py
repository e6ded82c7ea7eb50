"""The forms in which administrators write the rules of a program."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cec.wording import number
from registrations.forms.desk import PlainForm
from registrations.models import ActivityType, Cap, Requirement, TypeGroup
from registrations.models.programs import Per
from registrations.rulebook.facts import day_of_year

LAST_DAY_OF_EVERY_MONTH = 28
BOTH = _("Fill in both languages.")


class NumberField(forms.DecimalField):
    """Points as an exact number above zero, with a comma or a full stop."""

    widget = forms.TextInput(
        attrs={"inputmode": "decimal", "autocomplete": "off", "class": "chars-10"}
    )

    def __init__(self, *, digits: int = 8, decimals: int = 2, **kwargs: Any) -> None:
        wrong = _("Enter a number above zero, like 20 or 1.5.")
        super().__init__(
            max_digits=digits,
            decimal_places=decimals,
            min_value=Decimal(1).scaleb(-decimals),
            required=kwargs.pop("required", False),
            error_messages=dict.fromkeys(("required", "invalid", "min_value"), wrong),
            widget=kwargs.pop("widget", self.widget),
            **kwargs,
        )

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        return number(value) if isinstance(value, Decimal) else value


def text(label: Any, *, longest: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, error_messages={"required": BOTH}, **kwargs
    )


def _strictness(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, initial=choices[0][0])


_CAP_CHOICES = [
    (Cap.Strictness.ENFORCED.value, _("More is parked")),
    (Cap.Strictness.ADVISED.value, _("More still counts, with a notice")),
]
_NEED_CHOICES = [
    (Requirement.Strictness.REQUIRED.value, _("Required for the certificate")),
    (Requirement.Strictness.ADVISED.value, _("Only suggested")),
]


class PairedForm(PlainForm):
    """A form whose fields stand side by side where two belong together."""

    SECOND = ("_fr", "_strictness")  # what belongs to the field before it
    ALSO_SECOND = frozenset({"fixed", "least", "day"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name.endswith(("_en", "_fr")):  # so that a screen reader says it as it is written
                field.widget.attrs["lang"] = name[-2:]

    def in_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """Return the visible fields, each with the one that belongs to it."""
        found: list[tuple[forms.BoundField, forms.BoundField | None]] = []
        for field in self.visible_fields():
            follows = field.name.endswith(self.SECOND) or field.name in self.ALSO_SECOND
            if follows and found and found[-1][1] is None:
                found[-1] = (found[-1][0], field)
            else:
                found.append((field, None))
        return found


class SeenForm(PairedForm):
    """A form that says which state of the rules it was filled in beside."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def periods(self, kind: str) -> dict[str, dict[str, Any] | None]:
        """Return what is written by a type's or a group's period: of "cap" or of "need"."""
        found: dict[str, dict[str, Any] | None] = {}
        for per in Per.values:
            points = self.cleaned_data.get(f"{per}_{kind}")
            strictness = self.cleaned_data[f"{per}_{kind}_strictness"]
            found[per] = {"points": points, "strictness": strictness} if points else None
        return found


def period_values(kind: str, rows: Iterable[Cap | Requirement]) -> dict[str, Any]:
    """Return the first values of the fields that `SeenForm.periods` reads."""
    values: dict[str, Any] = {}
    for row in rows:
        values[f"{row.per}_{kind}"] = row.points
        values[f"{row.per}_{kind}_strictness"] = row.strictness
    return values


def _cap_fields() -> dict[str, forms.Field]:
    return {
        "year_cap": NumberField(label=_("At most in a program year")),
        "year_cap_strictness": _strictness(_("What is above that"), _CAP_CHOICES),
        "cycle_cap": NumberField(label=_("At most in the whole cycle")),
        "cycle_cap_strictness": _strictness(_("What is above that in the cycle"), _CAP_CHOICES),
    }


def _need_fields() -> dict[str, forms.Field]:
    return {
        "cycle_need": NumberField(label=_("Needed in the whole cycle")),
        "cycle_need_strictness": _strictness(_("In the cycle it is"), _NEED_CHOICES),
        "year_need": NumberField(label=_("Needed each program year")),
        "year_need_strictness": _strictness(_("Each year it is"), _NEED_CHOICES),
    }


class NeededForm(SeenForm):
    """What the whole program asks for, and when its years begin."""

    carry = NumberField(
        label=_("Of more than that, carried into the next year at most"),
        help_text=_("Empty: nothing is carried over."),
    )
    years = forms.ChoiceField(
        label=_("Program years begin"),
        choices=[
            ("own", _("on the anniversaries of each person’s start")),
            ("fixed", _("for everybody on the same day")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose when years begin.")},
        help_text=_(
            "Who has begun already keeps their program years, and so can’t move to rules with "
            "other ones: those are for new registrations alone."
        ),
    )
    month = forms.TypedChoiceField(label=_("Month"), required=False, coerce=int, empty_value=None)
    day = forms.IntegerField(
        label=_("Day"),
        required=False,
        min_value=1,
        max_value=LAST_DAY_OF_EVERY_MONTH,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "chars-4"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Enter a day from 1 to 28.")
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = [(month, day_of_year(month, 1).split("\u00a0")[1]) for month in range(1, 13)]
        self.fields["month"].choices = [("", "–"), *months]  # type: ignore[attr-defined]
        self.fields = {**_need_fields(), **self.fields}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("carry") and not data.get("year_need"):
            self.add_error("carry", _("Say first what each year needs."))
        if data.get("years") == "fixed":
            for name in ("month", "day"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Say on which day years begin."))
        return data

    @property
    def begins(self) -> tuple[int, int] | None:
        data = self.cleaned_data
        return (data["month"], data["day"]) if data["years"] == "fixed" else None

    @property
    def needs(self) -> dict[str, dict[str, Any] | None]:
        needs = self.periods("need")
        if needs["year"] is not None:
            needs["year"]["carry"] = self.cleaned_data.get("carry")
        return needs


class GroupForm(SeenForm):
    """Types that share a limit or a minimum."""

    name_en = text(_("Name in English"), longest=150)
    name_fr = text(_("Name in French"), longest=150)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {**_cap_fields(), **_need_fields()}

    @property
    def texts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name_en", "name_fr")}


class TypeForm(SeenForm):
    """An activity type with its limits; its rates are `RateForms` beside it."""

    TEXTS = ("code_en", "code_fr", "name_en", "name_fr", "about_en", "about_fr", "colour")

    code_en = text(_("Code in English"), longest=12)
    code_fr = text(_("Code in French"), longest=12)
    name_en = text(_("Name in English"), longest=150)
    name_fr = text(_("Name in French"), longest=150)
    about_en = text(
        _("What it is, in English"),
        longest=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    about_fr = text(
        _("What it is, in French"),
        longest=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    colour = forms.ChoiceField(
        label=_("Colour"),
        choices=[
            (ActivityType.Colour.SPRUCE.value, _("dark green")),
            (ActivityType.Colour.JADE.value, _("light green")),
            (ActivityType.Colour.WINE.value, _("wine red")),
            (ActivityType.Colour.ROSE.value, _("rose")),
            (ActivityType.Colour.BRASS.value, _("brass yellow")),
            (ActivityType.Colour.INDIGO.value, _("indigo blue")),
        ],
    )
    needs_outcome = forms.BooleanField(
        label=_("Counts only once the learning outcomes are written"), required=False
    )
    group = forms.ChoiceField(label=_("Group"), required=False)

    def __init__(self, *args: Any, groups: Mapping[str, TypeGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("None")), *((key, group.name) for key, group in groups.items())]
        self.fields["group"].choices = choices  # type: ignore[attr-defined]
        if not groups:
            self.fields["group"].widget = forms.HiddenInput()
        self.fields |= _cap_fields()

    @property
    def texts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*self.TEXTS, "needs_outcome")}


class StateForm(SeenForm):
    """The hidden state alone: a button that removes a part, or discards the draft."""
