from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cec.forms import DayField
from registrations.models import (
    Appointment,
    Association,
    MembershipCheck,
    Organisation,
    Payment,
    Person,
)

LONGEST_LEDGER_REASON = 500  # as long as the ledger's column


class PlainForm(forms.Form):
    """A form without a colon after its labels, whose fields know which form they stand in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", f"id_{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)


class OnceForm(PlainForm):
    """A form that is entered once, however often its button is pressed."""

    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_key", uuid4())


class SeenForm(OnceForm):
    """A form that is filled in beside the latest check of a membership, and says which."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)


class AccountField(forms.EmailField):
    """Somebody's account, by its e-mail; its value is the person. `closed_too` takes any."""

    def __init__(self, *, closed_too: bool = False, **kwargs: Any) -> None:
        self.people = {} if closed_too else {"is_active": True}
        super().__init__(
            label=_("E-mail of the person’s account"),
            error_messages={"required": _("Enter the e-mail of the person’s account.")},
            widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> Person:
        email = super().clean(value)
        found = Person.objects.filter(email__iexact=email, **self.people).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has an account with this e-mail."))
        return found


class MatchForm(SeenForm):
    """The button beside a row of the association's list."""

    member = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


class MembershipForm(SeenForm):
    outcome = forms.ChoiceField(
        label=_("The membership is"),
        choices=[
            (MembershipCheck.Outcome.CONFIRMED, _("In good standing")),
            (MembershipCheck.Outcome.LAPSED, _("Not in good standing")),
            (MembershipCheck.Outcome.PROOF, _("Can’t tell: ask for proof")),
        ],
        error_messages={"required": _("Choose what you found.")},
        widget=forms.RadioSelect,
    )
    good_until = DayField(
        label=_("In good standing until"),
        required=False,
        help_text=_("The last day of the membership; needed if it’s in good standing."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        help_text=_("The person reads it when you ask for proof or can’t confirm."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        confirmed = data.get("outcome") == MembershipCheck.Outcome.CONFIRMED
        if confirmed and not data.get("good_until") and "good_until" not in self.errors:
            self.add_error("good_until", _("Enter the last day of the membership."))
        return data


class ApproveForm(PlainForm):
    starts_on = DayField(
        label=_("The program starts on"),
        help_text=_(
            "Normally the day when both form and fee had arrived. For another day, give a reason."
        ),
    )
    reason = forms.CharField(
        label=_("Reason, if this is an exception"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    override = forms.BooleanField(label=_("Approve although something is missing"), required=False)

    def __init__(self, *args: Any, may_override: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_override:
            del self.fields["override"]


def _reason(*, longest: int) -> forms.CharField:
    """A reason that somebody else will read."""
    return forms.CharField(
        label=_("Reason"),
        max_length=longest,
        help_text=_("The person reads it."),
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(PlainForm):
    reason = _reason(longest=1000)


class WaiveForm(OnceForm):
    reason = _reason(longest=LONGEST_LEDGER_REASON)


class PaymentForm(OnceForm):
    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=8,
        decimal_places=2,
        min_value=Decimal("0.01"),
        error_messages=dict.fromkeys(
            ("required", "invalid"), _("Enter the amount as a number, like 40 or 20.50.")
        ),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    method = forms.ChoiceField(
        label=_("Method"),
        choices=[choice for choice in Payment.Method.choices if choice[0] != Payment.Method.NONE],
    )
    received_on = DayField(label=_("Received on"))
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=100,
        help_text=_("Cheque number or the bank’s reference."),
    )


class RefundForm(OnceForm):
    amount = PaymentForm.base_fields["amount"]
    method = PaymentForm.base_fields["method"]
    reason = _reason(longest=LONGEST_LEDGER_REASON)


class RemarkForm(OnceForm):
    text = forms.CharField(
        label=_("Note"),
        max_length=2000,
        help_text=_("The committee alone reads it, never the person or a mentor."),
        error_messages={"required": _("Write a few words.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AssociationNoteForm(OnceForm):
    text = forms.CharField(
        label=_("Note"),
        max_length=4000,
        help_text=_("Its representatives and the steering group read it, now and later."),
        error_messages={"required": _("Write a few words.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LastDayForm(PlainForm):
    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Access ends by itself the day after. Leave it empty for no end."),
    )


class AppointmentForm(PlainForm):
    email = AccountField(help_text=_("They open an account first."))
    role = forms.ChoiceField(label=_("Role"), choices=Appointment.Role.choices)
    association = forms.ModelChoiceField(
        label=_("Association"),
        queryset=Association.objects.filter(is_active=True),
        required=False,
        empty_label=_("No association"),
        help_text=_("For a representative."),
    )
    organisation = forms.ModelChoiceField(
        label=_("Organization"),
        queryset=Organisation.objects.filter(is_active=True),
        required=False,
        empty_label=_("No organization"),
        help_text=_("For an organization’s officer."),
    )
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        representative = data.get("role") == Appointment.Role.REPRESENTATIVE
        if representative and not data.get("association"):
            self.add_error("association", _("Choose the association to represent."))
        if not representative:
            data["association"] = None
        officer = data.get("role") == Appointment.Role.ORGANISATION
        if officer and not data.get("organisation"):
            self.add_error("organisation", _("Choose the organization."))
        if not officer:
            data["organisation"] = None
        first, last = data.get("first_day"), data.get("last_day")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("last_day", _("The last day can’t be before the first."))
        return data
