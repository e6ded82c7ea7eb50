"""Papers that are made when somebody asks: the letter to the employer, the credit statement."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cec.bilingual import OWN_NAMES, in_language
from cec.forms import DayField, LineField
from certificates.models import EmployerLetter
from certificates.models.employer import LONGEST_OWN_WORDS
from certificates.printing.stationery import what_cannot_be_printed
from registrations.calendar import today_in
from registrations.forms.desk import PlainForm
from registrations.models import Registration


class LinesField(forms.CharField):
    """A text in lines, each of whose ends is one character, as the browser counts them."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n")


class EmployerLetterForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the person adds to the program's facts; everything is optional."""

    own_words = LinesField(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST_OWN_WORDS,
        help_text=_("For example what you’d like to learn, and what your library gains by it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    class Meta:
        model = EmployerLetter
        fields = ["language", "recipient", "recipient_title", "organisation", "own_words"]
        labels = {
            "language": _("Language of the letter"),
            "recipient": _("Name of the recipient"),
            "recipient_title": _("Position of the recipient"),
            "organisation": _("Organization"),
        }
        widgets = {"language": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["language"].choices = list(OWN_NAMES.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what no font prints, beside the field that has it."""
        data = super().clean() or {}
        for name in ("recipient", "recipient_title", "organisation", "own_words"):
            if lacking := what_cannot_be_printed(data.get(name) or ""):
                self.add_error(name, cannot_print(lacking))
        return data


def cannot_print(characters: Iterable[str]) -> str:
    """Say in one sentence which characters no font has."""
    return _("Our fonts can’t print %(characters)s. Write it in another way.") % {
        "characters": " ".join(characters)
    }


class StatementForm(PlainForm):
    """What a credit statement is for (K4), over which days, in which language.

    The uses are the program's; any other one is said in words.
    """

    OTHER = "other"

    use = forms.ChoiceField(
        label=_("Use"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose what the statement is for.")
        ),
        widget=forms.RadioSelect,
    )
    words = LineField(
        label=_("The other use, in your words"),
        required=False,
        max_length=150,
    )
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"))
    language = forms.ChoiceField(
        label=_("Language of the statement"),
        choices=list(OWN_NAMES.items()),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a language.")),
        widget=forms.RadioSelect,
    )

    def __init__(self, registration: Registration, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uses = {row.key: row for row in registration.program.statement_uses.all()}
        choices = [(key, row.name) for key, row in self.uses.items()]
        self.fields["use"].choices = [*choices, (self.OTHER, _("Another use"))]  # type: ignore[attr-defined]
        self.initial.setdefault("first", registration.starts_on)
        self.initial.setdefault("last", today_in(registration.program))
        self.initial.setdefault("language", registration.person.language)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("use") == self.OTHER and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("Say in a few words what the statement is for."))
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day can’t be before the first."))
        if lacking := what_cannot_be_printed(data.get("words") or ""):
            self.add_error("words", cannot_print(lacking))
        return data

    @property
    def said(self) -> dict[str, Any]:
        """What `statement.write` is given: the use as it is printed, in the chosen language."""
        data = self.cleaned_data
        chosen = self.uses.get(data["use"])
        use = in_language(chosen, "name", data["language"]) if chosen else data["words"]
        return {name: data[name] for name in ("first", "last", "language")} | {"use": use}
