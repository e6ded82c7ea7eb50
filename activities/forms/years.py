from django import forms
from django.utils.translation import gettext_lazy as _

from activities.models.yearend import LONGEST_REASON
from registrations.forms.desk import PlainForm


class ReopenForm(PlainForm):
    """Opening a closed year again. The address names the result, and each is opened once."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The person reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why, in a few words.")},
    )
