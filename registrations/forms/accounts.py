"""The forms of an account: allauth's, in our words, and the profile."""

import unicodedata
from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cec.bilingual import OWN_NAMES
from registrations.models import Person
from registrations.models.committee import roles_of
from registrations.passwords import MOST

EMAIL = _("E-mail")
NO_EMAIL = _("Enter your e-mail address.")
NO_PASSWORD = _("Enter your password.")
NO_NEW_PASSWORD = _("Choose a password.")
PASSWORD_HINT = _("At least 12 characters. A few words in a row do well.")
NAME_HINT = _("As you want it on your certificate, in any script.")


def _say(field: forms.Field, label: Any, hint: Any = "", *, missing: Any) -> None:
    """Give a field of allauth our words; a placeholder would vanish when it is needed."""
    field.label, field.help_text = label, hint
    field.error_messages["required"] = missing
    field.widget.attrs.pop("placeholder", None)


def _new_password(form: forms.Form, label: Any) -> None:
    """Ask for the new password once: it can be looked at, and pasted, and reset (B2)."""
    form.fields.pop("password2", None)
    field = form.fields["password1"]
    _say(field, label, PASSWORD_HINT, missing=NO_NEW_PASSWORD)
    field.max_length = MOST  # type: ignore[attr-defined]
    field.widget.attrs["maxlength"] = str(MOST)


class PersonName(forms.CharField):
    """A name as its owner writes it, in one line, without letters that nobody sees."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Your name"))
        options.setdefault("help_text", NAME_HINT)
        options.setdefault("max_length", 150)
        options.setdefault("error_messages", {"required": _("Write your name.")})
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "name"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        """Bring the letters into one form and the spaces into order."""
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        joiners = "\u200c\u200d"  # some scripts are not written right without them
        seen = (
            " " if letter.isspace() else letter
            for letter in text
            if letter.isspace() or letter in joiners or unicodedata.category(letter)[0] != "C"
        )
        return " ".join("".join(seen).split())

    def validate(self, value: str) -> None:
        """A name has a letter in it."""
        super().validate(value)
        if value and not any(letter.isalpha() for letter in value):
            raise ValidationError(_("Write your name with letters."), code="no_letter")


class SignupForm(allauth.SignupForm):  # type: ignore[misc]
    """Name, e-mail and password, each once."""

    name = PersonName()
    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["email"], EMAIL, missing=NO_EMAIL)
        _new_password(self, _("Password"))

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is made of the person's name; allauth knows only the address."""
        cleaned: dict[str, Any] = super().clean()
        password = cleaned.get("password1")
        if password:
            person = Person(name=cleaned.get("name", ""), email=cleaned.get("email", ""))
            try:
                get_adapter().clean_password(password, user=person)
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def try_save(self, request: HttpRequest) -> Any:
        """Take as long for an address that has an account as for a new one (B1)."""
        if self.account_already_exists:
            Person().set_password(self.cleaned_data["password1"])
        return super().try_save(request)

    def signup(self, request: HttpRequest, user: Person) -> None:
        """Keep the name, and the language that the person was reading."""
        user.name = self.cleaned_data["name"]
        user.language = (get_language() or "en")[:2]
        user.save(update_fields=["name", "language"])


class LoginForm(allauth.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["login"], EMAIL, missing=NO_EMAIL)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        _say(self.fields["password"], _("Password"), missing=NO_PASSWORD)


class RequestCodeForm(allauth.RequestLoginCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["email"], EMAIL, missing=NO_EMAIL)


class CodeForm(allauth.ConfirmLoginCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self.fields["code"],
            _("Code"),
            _("Eight letters, in capitals or not."),
            missing=_("Enter the code from the e-mail."),
        )
        self.fields["code"].widget.attrs.update(autocapitalize="characters", spellcheck="false")


class ResetPasswordForm(allauth.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["email"], EMAIL, missing=NO_EMAIL)


class NewPasswordForm(allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self, _("New password"))


class ChangePasswordForm(allauth.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["oldpassword"], _("Your password now"), missing=NO_PASSWORD)
        _new_password(self, _("New password"))


class SetPasswordForm(allauth.SetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self, _("Password"))


class ReauthenticateForm(allauth.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["password"], _("Password"), missing=NO_PASSWORD)


class ChangeEmailForm(allauth.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["email"], _("New e-mail"), missing=_("Enter the new e-mail address."))


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person may change about themselves without further ado."""

    name = PersonName()

    class Meta:
        model = Person
        fields = ["name", "language", "theme", "shortcuts"]
        widgets = {"language": forms.RadioSelect, "theme": forms.RadioSelect}
        help_texts = {
            "language": _("Of these pages, and of the e-mails that you get."),
            "shortcuts": _("In the committee’s lists, single letters then move and select."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = list(OWN_NAMES.items())  # type: ignore[attr-defined]
        if not roles_of(self.instance).is_staff:
            del self.fields["shortcuts"]
