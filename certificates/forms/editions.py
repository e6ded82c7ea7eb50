"""Forms around a certificate that is put right or revoked."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cec.forms import LineField
from certificates import serial as serials
from certificates.completion import check_name
from certificates.facts import association_names
from certificates.models import Certificate
from certificates.models.correction import LONGEST_REASON
from registrations.forms.desk import OnceForm, PlainForm
from registrations.models import Association


def _words(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_REASON,
        help_text=hint,
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NameForm(PlainForm):
    """A name as it should be printed."""

    name = LineField(
        label=_("Name as it should be printed"),
        max_length=150,
        error_messages={"required": _("Enter the name as it should be printed.")},
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        for problem in check_name(name):
            raise forms.ValidationError(str(problem.message))
        return name


class CorrectForm(NameForm):
    """What the next edition says otherwise. `seen` stands for the proposal that was looked at."""

    NO_ASSOCIATION = "none"

    association = forms.ChoiceField(label=_("Association as it should be printed"), required=False)
    renewed = forms.BooleanField(
        label=_("Take today’s texts and signatories of the program"),
        required=False,
        help_text=_("Where a text had a typo, or the wrong person signed."),
    )
    reason = _words(_("Reason"), _("It stays in the history, where the holder reads it too."))
    seen = forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)

    def __init__(self, certificate: Certificate, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.associations = {str(row.pk): row for row in Association.objects.filter(is_active=True)}
        printed = certificate.facts.get("association_en") or gettext("none")
        self.fields["association"].choices = [  # type: ignore[attr-defined]
            ("", gettext("As it is: %(association)s") % {"association": printed}),
            *((key, row.name) for key, row in self.associations.items()),
            (self.NO_ASSOCIATION, gettext("No association")),
        ]

    @property
    def said(self) -> dict[str, Any]:
        """What `correcting.propose` is given."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "association": self._association(data["association"]),
            "renewed": data["renewed"],
        }

    def _association(self, chosen: str) -> tuple[str, str] | None:
        return association_names(self.associations.get(chosen)) if chosen else None


class RevokeForm(PlainForm):
    """Why, and the serial number typed as a confirmation."""

    reason = _words(
        _("Reason"),
        _("The holder gets it by e-mail, word for word. The public page doesn’t show it."),
    )
    serial = forms.CharField(
        label=_("Serial number, to confirm"),
        max_length=60,
        error_messages={"required": _("Type the serial number of this certificate.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, certificate: Certificate, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.certificate = certificate
        self.fields["serial"].help_text = gettext("Type %(serial)s.") % {
            "serial": certificate.serial
        }

    def clean_serial(self) -> str:
        typed: str = self.cleaned_data["serial"]
        if serials.normalise(typed) != self.certificate.serial:
            raise forms.ValidationError(gettext("Type the serial number of this certificate."))
        return typed


class AskForm(NameForm):
    """The holder asks for a correction."""

    reason = _words(
        _("What is wrong"),
        _("For example: I changed my name, or a letter is missing. Say what else should differ."),
    )


class DeclineForm(PlainForm):
    """Why a certificate stays as it is."""

    answer = _words(_("Your answer"), _("The holder gets it by e-mail, word for word."))


class MailAgainForm(OnceForm):
    """The button that sends a PDF once more."""
