from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cec.files import checking
from registrations.models import Association, Program, Registration


class ApplicationForm(forms.ModelForm):
    """What somebody tells on registering; work and mentor are optional."""

    class Meta:
        model = Registration
        fields = [
            "association",
            "member_number",
            "employer",
            "position",
            "language",
            "wants_mentor",
        ]

    association = forms.ModelChoiceField(
        label=_("Your association"),
        queryset=Association.objects.none(),
        help_text=_("The one where you’re a member in good standing."),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose your association.")},
    )
    member_number = forms.CharField(
        label=_("Member number"),
        max_length=50,
        required=False,
        help_text=_("On your membership card or renewal. Leave it empty if you don’t know it."),
    )
    employer = forms.CharField(
        label=_("Employer"),
        max_length=150,
        required=False,
        help_text=_("You don’t need to be employed."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    position = forms.CharField(
        label=_("Position"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    language = forms.ChoiceField(
        label=_("Which language shall we write to you in?"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )
    wants_mentor = forms.TypedChoiceField(
        label=_("Would you like a mentor?"),
        help_text=_("Someone who helps you plan. Working without one is fine."),
        choices=[("", _("No")), ("1", _("Yes"))],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        associations: Any = self.fields["association"]
        associations.queryset = Association.objects.filter(is_active=True)
        if not program.needs_membership:
            for name in ("association", "member_number"):
                del self.fields[name]
        if not program.has_mentors:
            del self.fields["wants_mentor"]

    def clean_member_number(self) -> str:
        return " ".join(self.cleaned_data["member_number"].split())


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Is there something we should know?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ProofForm(forms.Form):
    """A file that shows a membership; what is wrong with it is said by `cec.files.checking`."""

    file = forms.FileField(
        label=_("Receipt or membership card"),
        help_text=_("A PDF, a JPEG or a PNG file of up to 10 MB."),
        allow_empty_file=True,
        max_length=None,
        error_messages=dict.fromkeys(
            ("required", "missing", "invalid"), _("Choose the file that shows your membership.")
        ),
        widget=forms.FileInput(attrs={"accept": checking.ACCEPT}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", use_required_attribute=False, **kwargs)
