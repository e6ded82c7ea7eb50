"""Forms about personal data: agreeing, looking through the history, the register of incidents."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cec.forms import DayField, LineField, TextField
from registrations import consents
from registrations.audit_log import Asked
from registrations.forms.desk import OnceForm, PlainForm
from registrations.models import Consent, Event, IncidentAccount

Kind = consents.Kind


class AgreeForm(PlainForm):
    """What is agreed to on sending a registration; what was agreed to already isn't asked."""

    program = forms.BooleanField(
        error_messages={
            "required": _("Tick the box if you agree; without it we can’t register you.")
        }
    )
    reminders = forms.BooleanField(required=False)

    def __init__(self, *args: Any, agreed: Mapping[str, Consent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in (Kind.PROGRAM, Kind.REMINDERS):
            row = agreed.get(kind)
            if row is not None and row.version >= consents.asked_since(kind):
                del self.fields[kind]
            else:
                self.fields[kind].label = consents.to_agree(kind).words


class HistoryForm(PlainForm):
    """Which lines of the history; what isn't readable is said, and finds nothing."""

    about = LineField(
        label=_("About (e-mail, reference or association)"),
        required=False,
        max_length=254,
    )
    by = LineField(
        label=_("By (e-mail)"),
        required=False,
        max_length=254,
    )
    kind = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("Anything")), *Event.Kind.choices]
    )
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)

    @property
    def asked(self) -> Asked | None:
        """Return what is asked for; None when it can't be read."""
        return Asked(**self.cleaned_data) if self.is_valid() else None


class ViewsForm(HistoryForm):
    """Which looks at records."""

    kind = None


class IncidentForm(OnceForm, forms.ModelForm):  # type: ignore[misc]
    """What is known of an incident. `seen` is the version that this one follows."""

    seen = forms.IntegerField(
        required=False, min_value=0, max_value=32_000, widget=forms.HiddenInput
    )
    found_on = DayField(label=_("When was it found?"))
    happened = LineField(
        label=_("When did it happen?"),
        max_length=200,
        help_text=_("A day, a period, or about when."),
        error_messages={"required": _("Say when it happened, or about when.")},
    )
    what = TextField(
        label=_("What happened?"),
        rows=4,
        required=True,
        max_length=4000,
        help_text=_("And why, as far as is known. No names of those whom it concerns."),
        error_messages={"required": _("Say what happened, as far as is known.")},
    )
    data = TextField(
        label=_("Which personal data?"),
        rows=2,
        required=True,
        max_length=2000,
        error_messages={"required": _("Say which data, as far as is known.")},
    )
    people = forms.IntegerField(
        label=_("How many people?"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_("About how many, if it isn’t known. Leave it empty as long as nobody knows."),
    )
    people_in_quebec = forms.IntegerField(
        label=_("How many of them in Quebec?"), required=False, min_value=0, max_value=10_000_000
    )
    risk_why = TextField(
        label=_("Why is that so?"),
        rows=3,
        max_length=4000,
        help_text=_("How sensitive the data is, what could come of it, how likely misuse is."),
    )
    measures = TextField(label=_("What was done about it?"), rows=3, max_length=4000)
    regulators_told_on = DayField(label=_("Commissioners told on"), required=False)
    people_told_on = DayField(label=_("People told on"), required=False)
    others_told = TextField(label=_("Who else was told, and when?"), rows=2, max_length=2000)

    class Meta:
        model = IncidentAccount
        fields = [
            *("found_on", "happened", "what", "data", "people", "people_in_quebec"),
            *("risk", "risk_why", "measures"),
            *("regulators_told_on", "people_told_on", "others_told"),
        ]
        labels = {"risk": _("Is there a risk of serious injury?")}
        widgets = {"risk": forms.RadioSelect}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        people, quebec = cleaned.get("people"), cleaned.get("people_in_quebec")
        if people is not None and quebec is not None and quebec > people:
            self.add_error("people_in_quebec", _("That is more than all of them."))
        if cleaned.get("risk") not in ("", None, "unknown") and not cleaned.get("risk_why"):
            self.add_error("risk_why", _("Say why, in a few words."))
        today = timezone.localdate()
        for name in ("found_on", "regulators_told_on", "people_told_on"):
            if cleaned.get(name) and cleaned[name] > today:
                self.add_error(name, _("That day is still ahead."))
        return cleaned
