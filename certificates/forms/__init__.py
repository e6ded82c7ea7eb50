from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.audit import Choice
from activities.forms.fields import LineField
from activities.models import Activity, AuditDecision
from activities.models.audit import LONGEST_REASON
from cec.bilingual import OWN_NAMES, in_language
from cec.forms import DayField
from cec.wording import short_day
from certificates import serial as serials
from certificates.models import EmployerLetter, Sharing
from certificates.models.employer import LONGEST_OWN_WORDS
from certificates.models.sharing import SWITCHES
from certificates.proofs import Proof, fingerprint
from certificates.stationery import what_cannot_be_printed
from registrations.calendar import today_in
from registrations.forms.desk import PlainForm
from registrations.models import Program, Registration

# More entries than this get no question of their own: a form has at most 1,000 fields.
MOST_QUESTIONS = 800
LONGEST_QUESTION = 2000
MOST_DECISIONS = 300  # three fields each
LARGEST_FILE = 1_000_000  # bytes; a certificate has fewer than a tenth

Kind = AuditDecision.Kind
IN_RECORD = [Kind.PASS, Kind.MEND, Kind.DISALLOW]  # what is decided on an entry that counts


class ReviewForm(PlainForm):
    """Questions on entries and a reason; `activities` are the ids of the entries shown.

    `seen` is the event by which the record on the page was turned in.
    """

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("A few words to the participant"),
        required=False,
        max_length=1000,
        help_text=_("Goes out with your questions when you send the record back."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, activities: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activities = list(activities[:MOST_QUESTIONS])
        for pk in self.activities:
            self.fields[f"question_{pk}"] = forms.CharField(
                label=_("Your question"),
                required=False,
                max_length=LONGEST_QUESTION,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def questions(self) -> dict[int, str]:
        """Questions by activity id, the empty ones left out."""
        asked = {pk: self.cleaned_data[f"question_{pk}"] for pk in self.activities}
        return {pk: text for pk, text in asked.items() if text}


class AuditForm(PlainForm):
    """A decision and a reason for each entry; `entries` are shown with their latest decision.

    What was shown comes back with it, so that nobody decides on something else.
    """

    def __init__(
        self,
        *args: Any,
        entries: Sequence[Activity],
        latest: Mapping[int, AuditDecision],
        disallowed: Collection[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entries = list(entries[:MOST_DECISIONS])
        for entry in self.entries:
            last = latest.get(entry.pk)
            kinds = [Kind.ALLOW] if entry.pk in disallowed else IN_RECORD
            self.fields[f"kind_{entry.pk}"] = forms.ChoiceField(
                label=_("Decision"),
                required=False,
                choices=[("", _("Nothing now")), *((kind.value, kind.label) for kind in kinds)],
            )
            self.fields[f"reason_{entry.pk}"] = forms.CharField(
                label=_("Reason, or what to mend"),
                required=False,
                max_length=LONGEST_REASON,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"seen_{entry.pk}"] = forms.RegexField(
                r"^\d{1,9}-\d{1,18}$",
                required=False,
                initial=f"{entry.version}-{last.pk if last else 0}",
                widget=forms.HiddenInput,
            )

    @property
    def choices(self) -> list[Choice]:
        """What was decided, the entries without a decision left out."""
        return [
            Choice(entry.pk, kind, self.cleaned_data[f"reason_{entry.pk}"], self._seen(entry))
            for entry in self.entries
            if (kind := self.cleaned_data[f"kind_{entry.pk}"])
        ]

    def _seen(self, entry: Activity) -> tuple[int, int]:
        version, decision = (self.cleaned_data[f"seen_{entry.pk}"] or "0-0").split("-")
        return int(version), int(decision)


class AskedEntriesForm(PlainForm):
    """Which entries an audit asks for; none are all that count."""

    entries = forms.TypedMultipleChoiceField(
        label=_("Ask for evidence on"),
        required=False,
        coerce=int,
        help_text=_("Choose none to ask for evidence on everything that counts."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, entries: Sequence[Activity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entries"].choices = [  # type: ignore[attr-defined]
            (entry.pk, f"{short_day(entry.completed_on)} {entry.title}")
            for entry in entries[:MOST_QUESTIONS]
        ]


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


_NO_SERIAL = _(
    "That isn’t a serial number of ours: a character is mistyped or missing. They look like "
    "CEC-2028-0417-K7, and the last two characters are never I, L, O or U."
)


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

    `with_badge` is False for a certificate from before there were badges.
    """

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


class LinesField(forms.CharField):
    """A text in lines, each of whose ends is one character, as the browser counts them."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n")


class EmployerLetterForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the person adds to the program's facts; everything is optional."""

    own_words = LinesField(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST_OWN_WORDS,
        help_text=_("For example what you’d like to learn, and what your library gains by it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    class Meta:
        model = EmployerLetter
        fields = ["language", "recipient", "recipient_title", "organisation", "own_words"]
        labels = {
            "language": _("Language of the letter"),
            "recipient": _("Name of the recipient"),
            "recipient_title": _("Position of the recipient"),
            "organisation": _("Organization"),
        }
        widgets = {"language": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["language"].choices = list(OWN_NAMES.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what no font prints, beside the field that has it."""
        data = super().clean() or {}
        for name in ("recipient", "recipient_title", "organisation", "own_words"):
            if lacking := what_cannot_be_printed(data.get(name) or ""):
                self.add_error(name, cannot_print(lacking))
        return data


def cannot_print(characters: Iterable[str]) -> str:
    """Say in one sentence which characters no font has."""
    return _("Our fonts can’t print %(characters)s. Write it in another way.") % {
        "characters": " ".join(characters)
    }


class StatementForm(PlainForm):
    """What a credit statement is for (K4), over which days, in which language.

    The uses are the program's; any other one is said in words.
    """

    OTHER = "other"

    use = forms.ChoiceField(
        label=_("Use"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose what the statement is for.")
        ),
        widget=forms.RadioSelect,
    )
    words = LineField(
        label=_("The other use, in your words"),
        required=False,
        max_length=150,
    )
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"))
    language = forms.ChoiceField(
        label=_("Language of the statement"),
        choices=list(OWN_NAMES.items()),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a language.")),
        widget=forms.RadioSelect,
    )

    def __init__(self, registration: Registration, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uses = {row.key: row for row in registration.program.statement_uses.all()}
        choices = [(key, row.name) for key, row in self.uses.items()]
        self.fields["use"].choices = [*choices, (self.OTHER, _("Another use"))]  # type: ignore[attr-defined]
        self.initial.setdefault("first", registration.starts_on)
        self.initial.setdefault("last", today_in(registration.program))
        self.initial.setdefault("language", registration.person.language)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("use") == self.OTHER and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("Say in a few words what the statement is for."))
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day can’t be before the first."))
        if lacking := what_cannot_be_printed(data.get("words") or ""):
            self.add_error("words", cannot_print(lacking))
        return data

    @property
    def said(self) -> dict[str, Any]:
        """What `statement.write` is given: the use as it is printed, in the chosen language."""
        data = self.cleaned_data
        chosen = self.uses.get(data["use"])
        use = in_language(chosen, "name", data["language"]) if chosen else data["words"]
        return {name: data[name] for name in ("first", "last", "language")} | {"use": use}


class ProofForm(forms.Form):
    """What a proof sheet showed, for confirming just that.

    The ids are in one field, as a form has at most 1,000. `seen` is the fingerprint of the sheet,
    and `form_key` makes a form that arrives twice one batch.
    """

    form_key = forms.UUIDField()
    seen = forms.CharField(max_length=64)
    registrations = forms.RegexField(r"^[0-9]{1,18}(\.[0-9]{1,18})*$", max_length=60_000)

    @classmethod
    def of(cls, proofs: Sequence[Proof]) -> "ProofForm":
        """Return the form that confirms these proofs."""
        ids = ".".join(str(proof.registration.pk) for proof in proofs)
        return cls(initial={"form_key": uuid4(), "seen": fingerprint(proofs), "registrations": ids})

    def clean_registrations(self) -> list[int]:
        """Return the ids."""
        return [int(pk) for pk in self.cleaned_data["registrations"].split(".")]
