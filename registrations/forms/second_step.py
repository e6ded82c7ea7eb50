"""The forms of the second step: allauth's, in our words."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as either
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.utils.translation import gettext_lazy as _

from registrations import second_factor
from registrations.forms.desk import AccountField, PlainForm
from registrations.models import Person

NO_CODE = _("Enter the code.")
ATTRIBUTES = {"inputmode": "numeric", "spellcheck": "false"}


def _ask_for_code(form: forms.Form, hint: Any) -> None:
    field = form.fields["code"]
    field.label, field.help_text = _("Code"), hint
    field.max_length = 12  # type: ignore[attr-defined]
    field.error_messages["required"] = NO_CODE
    field.widget.attrs = {"autocomplete": "one-time-code", "maxlength": "12", **ATTRIBUTES}


def _what_is_taken(person: Person) -> Any:
    """Nobody who has a passkey alone looks for digits of an app."""
    if second_factor.has_app(person):
        return _("Six digits from your app, or one of your recovery codes.")
    return _("One of your recovery codes.")


class OnceOnly:
    """A code of an app works once (B3), also while the next one would still be taken."""

    user: Person

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if not second_factor.use(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class DeviceAnswer(forms.JSONField):
    """JSON of a device. A number of thousands of digits is none, and no fault of ours."""

    def to_python(self, value: Any) -> Any:
        """See forms.Field."""
        try:
            return super().to_python(value)
        except ValueError:
            raise get_adapter().validation_error("incorrect_code") from None


class Readable:
    """What a device answered; whatever a stranger sends instead is not one of ours."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise get_adapter().validation_error("incorrect_code") from None


class TakePasskeyForm(Readable, passkeys.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The second step by a passkey."""

    credential = DeviceAnswer(widget=forms.HiddenInput)


class AgainPasskeyForm(Readable, passkeys.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Who it is, by a passkey."""

    credential = DeviceAnswer(widget=forms.HiddenInput)


class SignInPasskeyForm(Readable, passkeys.LoginWebAuthnForm):  # type: ignore[misc]
    """Both steps by a passkey."""

    credential = DeviceAnswer(widget=forms.HiddenInput)


class TakeForm(OnceOnly, either.AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _what_is_taken(self.user))


class AgainForm(OnceOnly, either.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _what_is_taken(self.user))


class SetUpAppForm(app.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _("The six digits that the app shows now."))


def _name(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        required=required,
        max_length=60,
        help_text=_("So that you know it again, such as “My phone”."),
        error_messages={"required": _("Enter a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AddPasskeyForm(passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey asks for a finger, a face or a PIN, and so is both steps in one."""

    passwordless = None
    name = _name(required=False)
    credential = DeviceAnswer(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages["required"] = _(
            "Your device hasn’t made a passkey. Press the button again."
        )

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        try:
            cleaned: dict[str, Any] = super().clean()
        except (AttributeError, KeyError, TypeError, ValueError):
            raise get_adapter().validation_error("incorrect_code") from None
        return cleaned


class RenamePasskeyForm(passkeys.EditWebAuthnForm):  # type: ignore[misc]
    """Another name, so that several are told apart."""

    name = _name(required=True)


class LostFactorForm(PlainForm):
    """Whom to take the second step away from, and why."""

    email = AccountField(closed_too=True)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("How you know that it’s them, such as “called back on the known number”."),
        max_length=500,
        error_messages={"required": _("Write how you know that it’s them.")},
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
