"""The forms of a certificate's texts, of who signs it, and of a specimen."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cec.forms import DayField, LineField
from cec.problems import Refused
from certificates import signatories, wordings
from certificates.models import CertificateWording, Signatory
from certificates.signatories import inking
from certificates.wordings.preview import HOLDERS
from registrations.calendar import today_in
from registrations.forms.desk import PlainForm
from registrations.forms.rules import PairedForm
from registrations.models import Association, Program

HINTS = {
    "subject_en": _("It goes on after the points: “of continuing learning in …”"),
    "subject_fr": _("It goes on after the points: “de formation continue en …”"),
    "not_a_diploma_en": _("It never goes missing: the certificate is an informal recognition."),
}


class WordingForm(PairedForm):
    """Every text in both languages; `seen` is the state of what is edited."""

    LONG = ("issuer_sentence", "not_a_diploma")

    seen = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CertificateWording.names():
            column = CertificateWording._meta.get_field(name)
            widget = forms.Textarea(attrs={"rows": 3}) if name.startswith(self.LONG) else None
            self.fields[name] = LineField(
                label=wordings.label(name),
                max_length=column.max_length,
                required=not column.blank,
                help_text=HINTS.get(name, ""),
                widget=widget,
                error_messages={"required": _("Fill in both languages.")},
            )
            self.fields[name].widget.attrs["lang"] = name[-2:]

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in CertificateWording.names()}


class DiscardForm(PlainForm):
    seen = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)


class PublishWordingForm(DiscardForm):
    """Why the draft is published; `seen` is the state that was looked at."""

    reason = LineField(
        label=_("Reason"),
        max_length=500,
        help_text=_("It stands with the version, for those who come after you."),
        error_messages={"required": _("Say why, in a few words.")},
    )


class SignatoryForm(PairedForm):
    """Who signs; `seen` counts the changes of the row that was looked at."""

    ALSO_SECOND = frozenset({"last_day"})
    COLUMNS = ("name", "title_en", "title_fr", "first_day", "last_day", "position")

    seen = forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )
    name = LineField(
        label=_("Name"),
        max_length=150,
        help_text=_("As it stands below the signature."),
        error_messages={"required": _("Enter the name.")},
    )
    title_en = LineField(
        label=_("Position in English"),
        max_length=150,
        error_messages={"required": _("Fill in both languages.")},
    )
    title_fr = LineField(
        label=_("Position in French"),
        max_length=150,
        error_messages={"required": _("Fill in both languages.")},
    )
    association = forms.ModelChoiceField(
        label=_("Signs for"),
        queryset=Association.objects.none(),
        required=False,
        empty_label=_("everybody"),
        help_text=_("Everybody, or only the members of an association."),
    )
    first_day = DayField(label=_("First day"))
    last_day = DayField(
        label=_("Last day"), required=False, help_text=_("Leave it empty as long as it is open.")
    )
    position = forms.IntegerField(
        label=_("Place in the order"),
        min_value=0,
        max_value=99,
        help_text=_("A whole number; the lowest stands on the left."),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Enter a number from 0 to 99.")
        ),
        widget=forms.NumberInput(attrs={"class": "chars-4"}),
    )
    picture = forms.FileField(
        label=_("Picture of the signature"),
        required=False,
        help_text=_(
            "Dark ink on plain paper, scanned or photographed: a PNG or a JPEG of up to 10 MB. "
            "The paper and the empty edges are taken away. Without one, a line is printed."
        ),
        widget=forms.FileInput(attrs={"accept": inking.ACCEPT}),
        error_messages={
            "empty": _("This file is empty. Choose another one."),
            "max_length": _("The name of this file is too long."),
        },
    )
    without_picture = forms.BooleanField(
        label=_("Sign without a picture from now on"), required=False
    )

    def __init__(
        self, program: Program, *args: Any, row: Signatory | None = None, **kwargs: Any
    ) -> None:
        self.program, self.row = program, row
        if row is not None:
            names = (*self.COLUMNS, "association")
            kwargs["initial"] = {name: getattr(row, name) for name in names} | {"seen": row.edits}
        else:
            kwargs["initial"] = {"first_day": today_in(program), "position": 0}
        super().__init__(*args, **kwargs)
        if program.needs_membership:
            self.fields["association"].queryset = Association.objects.all()
        else:
            del self.fields["association"]
        if row is None or row.picture_id is None:
            del self.fields["without_picture"]

    def clean_picture(self) -> bytes | None:
        """What is kept of the upload."""
        upload = self.cleaned_data["picture"]
        if not upload:
            return None
        try:
            return inking.inked(upload)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("The last day can’t be before the first."))
        printed = ("name", "title_en", "title_fr")
        if all(data.get(name) for name in printed):
            said = {name: data[name] for name in printed}
            for problem in signatories.check(self.program, **said):
                self.add_error(problem.code, problem.message)
        return data

    @property
    def known(self) -> dict[str, Any]:
        """What `signatories.add` and `signatories.change` are given."""
        data = self.cleaned_data
        known = {name: data[name] for name in (*self.COLUMNS, "picture")}
        if self.row is not None:
            known["without_picture"] = data.get("without_picture", False)
        return known | {"association": data.get("association")}


class SpecimenForm(PlainForm):
    """What a specimen shows: which version, who signs on which day, for whom, how long a name."""

    version = forms.TypedChoiceField(label=_("Texts"), coerce=int)
    on = DayField(label=_("Issued on"), help_text=_("Those who sign on this day are printed."))
    association = forms.ModelChoiceField(
        label=_("Association of the holder"),
        queryset=Association.objects.none(),
        required=False,
        empty_label=_("none"),
    )
    holder = forms.ChoiceField(
        label=_("Name of the holder"),
        choices=list(HOLDERS.items()),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a name.")),
    )
    french_first = forms.BooleanField(label=_("French on the left"), required=False)

    def __init__(self, program: Program, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(program.wordings.all()) or [wordings.in_force(program)]
        self.versions = {row.version: row for row in rows}
        current = next(row.version for row in rows if not row.is_draft)
        self.fields["version"].choices = [
            (row.version, _version(row, current=current)) for row in rows
        ]
        self.initial = {
            "version": rows[0].version,
            "on": today_in(program),
            "holder": "short",
            **self.initial,
        }
        if program.needs_membership:
            self.fields["association"].queryset = Association.objects.all()
        else:
            del self.fields["association"]

    def clean_on(self) -> date:
        """A day of a calendar that has a year before and after it."""
        on: date = self.cleaned_data["on"]
        if not 2000 <= on.year < 3000:
            raise forms.ValidationError(_("Enter a day from the year 2000 on."))
        return on

    @property
    def chosen(self) -> dict[str, Any]:
        """What `preview.facts_of_specimen` is given, but for the pictures."""
        data = self.cleaned_data
        return {
            "wording": self.versions[data["version"]],
            "association": data.get("association"),
            **{name: data[name] for name in ("on", "holder", "french_first")},
        }


def _version(row: CertificateWording, *, current: int) -> str:
    if row.is_draft:
        return _("Version %(version)s, the draft") % {"version": row.version}
    if row.version == current:
        return _("Version %(version)s, in force") % {"version": row.version}
    return _("Version %(version)s") % {"version": row.version}
