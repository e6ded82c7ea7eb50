"""Checking a certificate from outside, and what its holder shows there."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates import serial as serials
from certificates.models import Sharing
from certificates.models.sharing import SWITCHES
from registrations.forms.desk import PlainForm
from registrations.models import Program

LARGEST_FILE = 1_000_000  # bytes; a certificate has fewer than a tenth
_NO_SERIAL = _(
    "That isn’t a serial number of ours: a character is mistyped or missing. They look like "
    "CEC-2028-0417-K7, and the last two characters are never I, L, O or U."
)


class VerifyForm(PlainForm):
    """Checking by hand: the serial shows nothing without the name (reliability F6)."""

    serial = forms.CharField(
        label=_("Serial number"),
        max_length=60,
        help_text=_("At the lower left of the certificate, like CEC-2028-0417-K7."),
        error_messages={"required": _("Enter the serial number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    name = forms.CharField(
        label=_("Family name on the certificate"),
        max_length=300,
        error_messages={"required": _("Enter the family name as it is printed.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_serial(self) -> str:
        typed = self.cleaned_data["serial"]
        found = serials.normalise(typed)
        if found is None:
            raise forms.ValidationError([_NO_SERIAL, *self._perhaps(typed)])
        return found

    def _perhaps(self, typed: str) -> list[str]:
        """Help with a slip, by arithmetic alone: it tells nothing about what was issued."""
        near = serials.nearest(
            typed,
            prefixes=set(Program.objects.values_list("code", flat=True)),
            until=timezone.localdate().year,
        )
        text = _("Is it %(serial)s? Look at the paper again before you try that.")
        return [text % {"serial": near}] if near else []


class CertificateFileForm(PlainForm):
    """A file to compare with what we issued. What it is called counts for nothing."""

    file = forms.FileField(
        label=_("The certificate’s PDF"),
        help_text=_("Up to 1 MB. We compare it and keep nothing of it."),
        error_messages=dict.fromkeys(
            ("required", "missing", "invalid"), _("Choose the PDF of the certificate.")
        )
        | {"empty": _("This file is empty. Choose another one.")},
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )

    def clean_file(self) -> bytes:
        """Return the bytes of a PDF; they are looked at no further here."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("This file is larger than 1 MB, so it isn’t a certificate of ours.")
            )
        content: bytes = upload.read()
        if not content.startswith(b"%PDF-"):
            raise forms.ValidationError(
                _("This isn’t a PDF. Certificates are checked as the PDF that we sent.")
            )
        return content


class SharingForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the holder shows: nothing more than the paper's facts unless a box is ticked.

    `with_badge` is False for a certificate from before there were badges. `seen` is the edition
    that the page showed.
    """

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Sharing
        fields = SWITCHES
        help_texts = {
            "points": _("Otherwise others read that you earned at least what the program asks."),
            "transcript": _("Day, title, type and points of each activity that counted."),
            "newest_edition": _("Turn this off to keep a former name apart from your name now."),
            "badge": _("An Open Badge with the facts on the paper, which badge sites can read."),
        }

    def __init__(self, *args: Any, with_badge: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", auto_id="id_sharing_%s", **kwargs)
        if not with_badge:
            del self.fields["badge"]
