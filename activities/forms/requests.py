"""Forms of requests to organisations: asking, and the answers of an officer."""

from decimal import Decimal
from typing import Any
from uuid import uuid5

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activities import crediting
from activities.checks import check_dates
from activities.models import Credit
from activities.models.requests import LONGEST_WORDS
from activities.record import Record
from cec.forms import DayField
from cec.wording import day
from registrations.forms.desk import OnceForm, PlainForm
from registrations.forms.organisations import CreditsField
from registrations.models import ActivityType, Organisation, Part


def _words(label: Any, *, missing: Any = "", hint: Any = "") -> forms.CharField:
    """A few words; they are asked for if it is said how, when they are missing."""
    return forms.CharField(
        label=label,
        required=bool(missing),
        max_length=LONGEST_WORDS,
        help_text=hint,
        error_messages={"required": missing} if missing else None,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AskForm(OnceForm):
    """What both kinds of requests begin with."""

    organisation = forms.ModelChoiceField(
        label=_("Organization"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose an organization from the list.")
        ),
    )

    def __init__(self, record: Record, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        found = Organisation.objects.asked_in(record.program)
        self.fields["organisation"].queryset = found  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Let the key stand for this form with this content: going back and asking something else
        is another request.
        """
        data = super().clean() or {}
        if key := data.pop("form_key", None):
            said = [f"{name}={getattr(value, 'pk', value)!r}" for name, value in data.items()]
            data["form_key"] = uuid5(key, "\n".join(said))
        return data


class EntryChoice(forms.ModelChoiceField):
    def label_from_instance(self, credit: Credit) -> str:  # type: ignore[override]
        values = {"label": day(credit.completed_on), "value": credit.activity.title}
        return gettext("%(label)s: %(value)s") % values


class AskForEntryForm(AskForm):
    """Ask for something that one took part in."""

    field_order = ["credit", "organisation", "words"]

    credit = EntryChoice(
        label=_("Your entry"),
        queryset=Credit.objects.none(),
        empty_label=_("Choose"),
        help_text=_("What you’ve done and what counts in your record."),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose an entry from the list.")
        ),
    )
    words = _words(_("A few words for the organization"))

    def __init__(self, record: Record, *args: Any, **kwargs: Any) -> None:
        super().__init__(record, *args, **kwargs)
        self.fields["credit"].queryset = crediting.askable(  # type: ignore[attr-defined]
            record.registration
        )


class AskForPartForm(AskForm):
    """Ask for having presented, facilitated, helped with or overseen a course."""

    field_order = ["part", "course", "done_on", "organisation", "words"]

    part = forms.ChoiceField(
        label=_("Your role"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose your role.")),
        widget=forms.RadioSelect,
    )
    course = forms.ModelChoiceField(
        label=_("Course"),
        queryset=ActivityType.objects.none(),
        empty_label=_("Choose"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose a course from the list.")
        ),
    )
    done_on = DayField(label=_("Day"), help_text=_("The last day, if there were several."))
    words = _words(
        _("What you did"),
        missing=_("Say in a few words what you did."),
        hint=_("The organization reads it."),
    )

    def __init__(self, record: Record, *args: Any, **kwargs: Any) -> None:
        super().__init__(record, *args, **kwargs)
        self.fields["part"].choices = [  # type: ignore[attr-defined]
            (part.value, capfirst(part.label)) for part in Part if part != Part.PARTICIPANT
        ]
        types = ActivityType.objects.filter(rules=record.registration.rules_id)
        self.fields["course"].queryset = types  # type: ignore[attr-defined]

    def clean_done_on(self) -> Any:
        found = self.cleaned_data["done_on"]
        for problem in check_dates(self.record.registration, completed_on=found):
            raise forms.ValidationError(problem.message)
        return found


class ApproveRequestForm(PlainForm):
    """A number of credits; another one than the allocation's wants a note."""

    credits = CreditsField(label=_("Number"))
    note = _words(
        _("Note, if it is another number than in your table"), hint=_("The person reads it.")
    )
    seen = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)

    def __init__(self, *args: Any, allocated: Decimal | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allocated = allocated
        self.initial.setdefault("credits", allocated)
        self.initial.setdefault("seen", crediting.seen_of(allocated))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asked, credits = self.allocated, data.get("credits")
        differs = asked is not None and credits is not None and credits != asked
        if differs and not data.get("note") and "note" not in self.errors:
            self.add_error("note", _("Say why it is another number than in your table."))
        return data


class DeclineRequestForm(PlainForm):
    note = _words(
        _("Reason"), missing=_("Say why, in a few words."), hint=_("The person reads it.")
    )


class AskBackForm(PlainForm):
    question = _words(
        _("Your question"), missing=_("Write your question."), hint=_("The person reads it.")
    )


class AnswerForm(PlainForm):
    answer = _words(
        _("Your answer"),
        missing=_("Write a few words."),
        hint=_("The organization reads it."),
    )
