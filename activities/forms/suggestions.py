from django import forms
from django.utils.translation import gettext_lazy as _

from activities.models.review import LONGEST_ANSWER, LONGEST_SUGGESTION, Suggestion
from registrations.forms.desk import OnceForm, PlainForm


class SuggestionForm(OnceForm):
    text = forms.CharField(
        label=_("Your suggestion"),
        max_length=LONGEST_SUGGESTION,
        help_text=_("The participant decides what to do with it."),
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SuggestionAnswerForm(PlainForm):
    """What the participant did with a suggestion; the pressed button is the answer."""

    answer = forms.ChoiceField(
        choices=Suggestion.Answer.choices,
        error_messages={"required": _("Choose an answer.")},
        widget=forms.HiddenInput,
    )
    reply = forms.CharField(
        label=_("A word, if you like"), required=False, max_length=LONGEST_ANSWER
    )
