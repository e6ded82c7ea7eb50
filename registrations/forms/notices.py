"""Forms about mails that go out by themselves: the office's, and a person's choice of reminders."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from registrations import notices
from registrations.forms.desk import OnceForm, PlainForm


class PauseForm(PlainForm):
    """Why a kind is held back, for colleagues who wonder."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Your colleagues read it here and in the history."),
        error_messages={"required": _("Say why, in a few words.")},
    )


class NoticeForm(OnceForm):
    """The button that was pressed beside a notice."""

    deed = forms.SlugField(max_length=20)


class RemindersForm(PlainForm):
    """A switch for each kind of reminder; `listed` says which ones the page had."""

    wanted = forms.MultipleChoiceField(
        label=_("Send me"), required=False, widget=forms.CheckboxSelectMultiple
    )
    listed = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, kinds: Sequence[notices.Kind], off: set[str], **kwargs: Any
    ) -> None:
        names = [kind.name for kind in kinds]
        initial = {
            "wanted": [name for name in names if name not in off],
            "listed": " ".join(names),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["wanted"].choices = [(kind.name, _described(kind)) for kind in kinds]

    @property
    def choice(self) -> dict[str, Any]:
        """Return what was chosen, and among what."""
        return {
            "among": self.cleaned_data["listed"].split(),
            "wanted": self.cleaned_data["wanted"],
        }


def _described(kind: notices.Kind) -> str:
    """A kind's name, and when it comes."""
    if not kind.description:
        return str(kind.label)
    return format_html('{}<br><span class="muted">{}</span>', kind.label, kind.description)
