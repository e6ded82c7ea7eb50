from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from registrations.forms.desk import OnceForm, PlainForm
from registrations.models import Association, MentorOffer, Program, ProgramYear, SubjectArea
from registrations.models.mentoring import LONGEST_WORDS, MOST_MENTEES
from registrations.models.planning import LONGEST_NOTE


def _words(label: Any, hint: Any = "", *, longest: int = LONGEST_WORDS, rows: int = 3) -> Any:
    """A few words that may be left out."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _areas(label: Any, hint: Any = "") -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        label=label,
        help_text=hint,
        queryset=SubjectArea.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "columns"}),
    )


class OfferForm(PlainForm):
    """What somebody offers who wants to mentor."""

    association = forms.ModelChoiceField(
        label=_("Your association"),
        queryset=Association.objects.filter(is_active=True),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose your association.")},
        help_text=_("Its representative confirms your offer."),
    )
    languages = forms.MultipleChoiceField(
        label=_("You help in"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose at least one language.")},
        widget=forms.CheckboxSelectMultiple,
    )
    capacity = forms.TypedChoiceField(
        label=_("How many people at the same time?"),
        choices=[(number, str(number)) for number in range(1, MOST_MENTEES + 1)],
        coerce=int,
        initial=2,
        widget=forms.Select(attrs={"class": "chars-10"}),
    )
    areas = _areas(_("Areas that you know well"))
    other_areas = forms.CharField(label=_("Other areas"), required=False, max_length=200)
    about = _words(
        _("About you"),
        _("Participants read it when they meet you: where you work, what you like to help with."),
    )
    anywhere = forms.BooleanField(
        label=_("Members of other associations are welcome too"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, program: Program, offer: MentorOffer | None = None, **kwargs: Any
    ) -> None:
        if offer:
            kwargs.setdefault("initial", _answers(offer))
        super().__init__(*args, **kwargs)
        areas: Any = self.fields["areas"]
        areas.queryset = program.subject_areas.all()

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, as the verb takes it."""
        data = dict(self.cleaned_data)
        spoken = data.pop("languages")
        return data | {"in_english": "en" in spoken, "in_french": "fr" in spoken}


def _answers(offer: MentorOffer) -> dict[str, Any]:
    names = ("association", "capacity", "other_areas", "about", "anywhere")
    answers: dict[str, Any] = {name: getattr(offer, name) for name in names}
    return answers | {"languages": offer.languages, "areas": list(offer.areas.all())}


class WishForm(PlainForm):
    text = _words(
        _("What would you like help with?"),
        _("Whoever is asked to mentor you reads it, and your association."),
    )
    areas = _areas(_("Areas"))

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas: Any = self.fields["areas"]
        areas.queryset = program.subject_areas.all()


class InviteForm(PlainForm):
    email = forms.EmailField(
        label=_("Their e-mail"),
        max_length=254,
        error_messages={"required": _("Enter the e-mail of the person.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class NoteForm(OnceForm):
    text = forms.CharField(
        label=_("Your note"),
        max_length=LONGEST_NOTE,
        help_text=_("You both read it. It can’t be changed later."),
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class GoalForm(OnceForm):
    text = forms.CharField(
        label=_("What do you want to learn?"),
        max_length=300,
        error_messages={"required": _("Write your goal in a line or two.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    year = forms.TypedChoiceField(label=_("Program year"), coerce=int, choices=[])

    def __init__(self, *args: Any, years: list[ProgramYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year: Any = self.fields["year"]
        year.choices = [(row.number, row.number) for row in years]
        if len(years) < 2:
            year.widget = forms.HiddenInput()
            year.initial = years[0].number


class AnswerForm(PlainForm):
    """A word that goes with declining or ending."""

    reason = _words(_("A word, if you like"), rows=2)


class TurnDownForm(PlainForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_WORDS,
        help_text=_("The person reads it."),
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AssignForm(PlainForm):
    """Whom to ask; taking somebody's place wants a reason."""

    offer = forms.TypedChoiceField(
        coerce=int,
        choices=[],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose a mentor from the list.")
        ),
        widget=forms.HiddenInput,
    )
    reason = _words(
        _("Reason for the change"),
        _("It stays in the history, where the participant reads it too."),
        rows=2,
    )

    def __init__(self, *args: Any, offers: list[MentorOffer], replaces: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["offer"]
        choice.choices = [(row.pk, row.pk) for row in offers]
        if not replaces:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = _("Say why, in a few words.")
