"""What is asked before something is done to several registrations at once."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cec.forms import DayField
from registrations import bulk
from registrations.forms.desk import OnceForm
from registrations.models import MembershipCheck


class BulkForm(OnceForm):
    """Nothing but who; the page lists the names."""


class ConfirmForm(BulkForm):
    good_until = DayField(
        label=_("In good standing until"), help_text=_("The last day of these memberships.")
    )


class ProofForm(BulkForm):
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MembershipCheck._meta.get_field("note").max_length,
        help_text=_("Everybody listed reads it in the e-mail."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


FORMS: dict[str, type[BulkForm]] = {
    bulk.CONFIRM: ConfirmForm,
    bulk.PROOF: ProofForm,
    bulk.APPROVE: BulkForm,
}


def bulk_form(action: str, data: QueryDict | None) -> BulkForm:
    """Return the form of an action, as it was sent or anew."""
    return FORMS[action](data)
