from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registrations.models import Person


class SignupForm(forms.Form):
    """What we ask beside e-mail and password when somebody opens an account."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("As you want it on your certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: Person) -> None:
        user.name = self.cleaned_data["name"]
        user.language = (get_language() or "en")[:2]
        user.save(update_fields=["name", "language"])
