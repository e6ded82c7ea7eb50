"""Questions on entries and their answers; the form that an audit draw is made with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activities.drawing import Plan, usual
from activities.models.review import LONGEST_QUESTION
from cec.forms import DayField
from registrations.forms.desk import OnceForm, PlainForm
from registrations.forms.programs import whole
from registrations.models import Program


class QuestionForm(OnceForm):
    text = forms.CharField(
        label=_("Your question"),
        max_length=LONGEST_QUESTION,
        help_text=_("The participant gets it by mail. The points count as before meanwhile."),
        error_messages={"required": _("Write your question first.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(PlainForm):
    text = forms.CharField(
        max_length=LONGEST_QUESTION,
        error_messages={"required": _("Write your answer first.")},
        widget=forms.Textarea,
    )


class DrawForm(OnceForm):
    """How a draw is made; proposed is what the last one was made with."""

    program = forms.ModelChoiceField(
        label=_("Program"), queryset=Program.objects.none(), empty_label=None
    )
    percent = whole(_("Share of the records, in per cent"), least=1, most=100)
    first_day = DayField(label=_("Sent for review from"), required=False)
    last_day = DayField(
        label=_("Sent for review until"),
        required=False,
        help_text=_("Without days, all records that wait now take part."),
    )
    days = whole(_("Days for sending evidence"), least=1, most=365)
    exempt_years = whole(_("Years without another audit, after passing one"), least=0, most=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programs = Program.objects.filter(cycle_years__isnull=False)
        self.fields["program"].queryset = programs  # type: ignore[attr-defined]
        first = programs.first()
        proposed = usual(first) if first else Plan()
        self.initial = {
            "program": first,
            "percent": proposed.percent,
            "days": proposed.days,
            "exempt_years": proposed.exempt_years,
        } | self.initial

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("Choose a day that isn’t before the first one."))
        return data

    @property
    def plan(self) -> Plan:
        names = ("percent", "days", "exempt_years", "first_day", "last_day")
        return Plan(**{name: self.cleaned_data[name] for name in names})
