from django import forms
from django.utils.translation import gettext_lazy as _

from cec.forms import DayField
from registrations.forms.desk import OnceForm, PlainForm
from registrations.models import CycleChange


class _ReasonedForm(OnceForm):
    cause = forms.ChoiceField(
        label=_("Because of"),
        choices=CycleChange.Cause.choices,
        error_messages={"required": _("Choose a reason.")},
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=500,
        help_text=_("Needed for another reason. The person reads it: no more than they told you."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ExtensionForm(_ReasonedForm):
    until = DayField(label=_("New last day of the program"))
    field_order = ("until", "cause", "reason")


class LeaveForm(_ReasonedForm):
    first_day = DayField(label=_("First day of the leave"))
    last_day = DayField(
        label=_("Last day of the leave"),
        help_text=_("If it isn’t known yet, the day that is expected: it can be taken back."),
    )
    field_order = ("first_day", "last_day", "cause", "reason")


class TakeBackForm(PlainForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The person reads it."),
        error_messages={"required": _("Say why, in a few words.")},
    )
