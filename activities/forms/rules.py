from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.forms.rules import SeenForm


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=help_text,
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PublishForm(SeenForm):
    """For whom the draft is published, and why."""

    whom = forms.ChoiceField(
        label=_("These rules are for"),
        choices=[
            ("new", _("new registrations alone: everybody else keeps the rules they began under")),
            ("all", _("everybody: who waits for approval or has an open record moves to them")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whom the rules are for.")},
    )
    reason = _reason(_("It stands with the version, and those whose points change read it."))

    def __init__(self, *args: Any, is_first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_first:  # nobody is there who could move to them
            self.fields["whom"].widget = forms.HiddenInput()
            self.initial["whom"] = "new"
            self.fields["reason"].help_text = _("It stands with the version.")


class MoveForm(SeenForm):
    """Why one registration moves to the current rules; `seen` is the version that was looked at."""

    reason = _reason(_("The person reads it if their points change."))
