"""Asking for data to be erased: one's own, or somebody's who asked in writing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.forms.desk import AccountField, PlainForm
from registrations.models import Person


class _EraseForm(PlainForm):
    certificates_too = forms.BooleanField(
        label=_("Take the name off issued certificates too"),
        required=False,
        help_text=_(
            "Whoever checks such a certificate then reads that its holder’s data were removed. "
            "Without this, certificates can be verified as before."
        ),
    )


class EraseForm(_EraseForm):
    """One's own address, typed: nobody does this by a slip."""

    email = forms.CharField(
        label=_("Type your e-mail address"),
        max_length=254,
        help_text=_("The one of your account, so that this doesn’t happen by a slip."),
        error_messages={"required": _("Type the e-mail address of your account.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["certificates_too", "email"]

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"].strip()
        if typed.casefold() != self.person.email.casefold():
            raise forms.ValidationError(_("This isn’t the e-mail address of your account."))
        return typed


class DeskEraseForm(_EraseForm):
    """Somebody's account, and where they asked for it."""

    email = AccountField(closed_too=True)
    reason = forms.CharField(
        label=_("How the person asked for it"),
        max_length=500,
        help_text=_("For example a letter, and its day. It is deleted with the data."),
        error_messages={"required": _("Say how the person asked for it.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ["email", "reason", "certificates_too"]
