"""The forms of the texts of mails."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cec.forms import LineField, TextField
from cec.problems import Refused
from registrations import mail_texts
from registrations.forms.desk import OnceForm, PlainForm
from registrations.forms.rules import BOTH, PairedForm
from registrations.mail_texts.editable import Texts
from registrations.models import MailText
from registrations.models.mail_texts import LONGEST_BODY, LONGEST_CLOSING, LONGEST_LINE

IN_LANGUAGE = {"en": _("%(text)s in English"), "fr": _("%(text)s in French")}
HINTS = {
    "heading": _("Left empty, the subject is repeated."),
    "body": _("An empty line begins a paragraph."),
    "closing": _("It may stay empty."),
}


def _reason(**kwargs: Any) -> LineField:
    return LineField(
        label=_("Reason"),
        max_length=500,
        error_messages={"required": _("Say why, in a few words.")},
        **kwargs,
    )


def _text(name: str, language: str) -> forms.CharField:
    label = IN_LANGUAGE[language] % {"text": mail_texts.label(name)}
    known: dict[str, Any] = {"label": label, "help_text": HINTS.get(name, "")}
    known["error_messages"] = {"required": BOTH}
    if name == "body":
        return TextField(rows=10, required=True, max_length=LONGEST_BODY, **known)
    if name == "closing":
        return TextField(rows=3, max_length=LONGEST_CLOSING, **known)
    return LineField(max_length=LONGEST_LINE, required=name == "subject", **known)


class MailTextForm(PairedForm):
    """The texts of a mail in both languages; `seen` stands for the versions that are edited.

    A look at the `preview` wants no reason.
    """

    seen = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        edited: Mapping[str, Texts],
        seen: str,
        preview: bool = False,
        **kwargs: Any,
    ) -> None:
        initial = {"seen": seen}
        for language, texts in edited.items():
            initial |= {f"{name}_{language}": text for name, text in asdict(texts).items()}
        super().__init__(*args, initial=initial, **kwargs)
        for name in MailText.TEXTS:
            for language in mail_texts.LANGUAGES:
                field = _text(name, language)
                field.widget.attrs["lang"] = language
                self.fields[f"{name}_{language}"] = field
        help_text = _("It stands with the version, for those who come after you.")
        self.fields["reason"] = _reason(required=not preview, help_text=help_text)

    @property
    def texts(self) -> dict[str, Texts]:
        """What is entered, by language."""
        return {
            language: Texts(
                **{name: self.cleaned_data[f"{name}_{language}"] for name in MailText.TEXTS}
            )
            for language in mail_texts.LANGUAGES
        }

    def refuse(self, refused: Refused) -> None:
        """Say what is wrong, at the fields that it is about."""
        for problem in refused.problems:
            field = problem.code if problem.code in self.fields else None
            self.add_error(field, problem.message)


class AgainForm(PlainForm):
    """Why another version is put in force again; `seen` stands for what was looked at."""

    seen = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    reason = _reason()


class TestMailForm(OnceForm):
    """The button that sends a mail to whoever presses it."""
