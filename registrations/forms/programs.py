"""The forms in which administrators set up a program, a part of it each."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cec.forms import DayField, LineField, TextField
from cec.wording import money, number
from registrations.forms.desk import LONGEST_LEDGER_REASON, PlainForm
from registrations.forms.organisations import CreditsField
from registrations.forms.rules import BOTH, SeenForm
from registrations.models import Program
from registrations.models.scheme import CODE

# Where Canada keeps another time, by places that people know.
TIME_ZONES = [
    ("America/St_Johns", _("Newfoundland")),
    ("America/Halifax", _("Atlantic (Halifax)")),
    ("America/Toronto", _("Eastern (Toronto, Montreal)")),
    ("America/Winnipeg", _("Central (Winnipeg)")),
    ("America/Regina", _("Saskatchewan")),
    ("America/Edmonton", _("Mountain (Edmonton, Yellowknife)")),
    ("America/Vancouver", _("Pacific (Vancouver)")),
    ("America/Whitehorse", _("Yukon")),
]
CURRENCIES = [("CAD", _("Canadian dollars")), ("USD", _("US dollars"))]
NO_CODE = _("Enter one to eight letters, like CEC.")
NO_ADDRESS = _("Enter small letters, figures and dashes, like my-program.")


def line(label: Any, *, longest: int, **kwargs: Any) -> LineField:
    kwargs.setdefault("error_messages", {"required": BOTH})
    return LineField(label=label, max_length=longest, **kwargs)


def words(label: Any, *, longest: int = 2000, rows: int = 4, **kwargs: Any) -> TextField:
    return TextField(
        label=label, rows=rows, max_length=longest, error_messages={"required": BOTH}, **kwargs
    )


def whole(label: Any, *, least: int, most: int, **kwargs: Any) -> forms.IntegerField:
    text = format_lazy(_("Enter a whole number from {least} to {most}."), least=least, most=most)
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "chars-4"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), text),
        **kwargs,
    )


class CodeField(LineField):
    """The letters that begin every serial number and reference."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Code"),
            max_length=8,
            help_text=_("One to eight letters. They begin every serial number and reference."),
            error_messages={"required": NO_CODE, "max_length": NO_CODE},
            validators=[RegexValidator(f"^(?:{CODE.pattern})\\Z", NO_CODE)],
            widget=forms.TextInput(attrs={"class": "chars-10", "autocapitalize": "characters"}),
        )

    def to_python(self, value: Any) -> str:
        return super().to_python(value).upper()


def slug_field() -> forms.SlugField:
    return forms.SlugField(
        label=_("Address of its pages"),
        max_length=50,
        help_text=_("The last part of the link, the same in both languages, like my-program."),
        error_messages=dict.fromkeys(("required", "invalid"), NO_ADDRESS),
    )


class NewProgramForm(PlainForm):
    """What a program is called, and what it begins as."""

    source = forms.ModelChoiceField(
        label=_("Begin with"),
        queryset=Program.objects.none(),
        required=False,
        empty_label=_("Nothing: an empty program"),
        help_text=_(
            "A copy is the easy way. You can change everything in it before it opens. Texts of "
            "mails and certificates that were written in the browser stay behind, and so does who "
            "signs."
        ),
        error_messages={"invalid_choice": _("Choose a program of this list.")},
    )
    name_en = line(_("Name in English"), longest=150)
    name_fr = line(_("Name in French"), longest=150)
    code = CodeField()
    slug = slug_field()

    def __init__(self, *args: Any, programs: QuerySet[Program], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = programs  # type: ignore[attr-defined]
        self.initial.setdefault("source", programs.first())
        for code in ("en", "fr"):
            self.fields[f"name_{code}"].widget.attrs["lang"] = code


class SectionForm(SeenForm):
    """A part of a program. Of a text in two languages both are given, or neither."""

    def __init__(self, *args: Any, held: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in held:
            if name in self.fields:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Fixed, for people have begun to register.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in [name for name in self.fields if name.endswith("_en")]:
            other = f"{name[:-3]}_fr"
            if {name, other} <= data.keys() and bool(data[name]) != bool(data[other]):
                self.add_error(name if data[other] else other, BOTH)
        return data


class NamesForm(SectionForm):
    name_en = line(_("Name in English"), longest=150)
    name_fr = line(_("Name in French"), longest=150)
    code = CodeField()
    slug = slug_field()
    unit_en = line(_("What is counted, in English"), longest=30, help_text=_("Like points."))
    unit_fr = line(_("What is counted, in French"), longest=30)
    issuer_en = line(_("Who offers it, in English"), longest=150)
    issuer_fr = line(_("Who offers it, in French"), longest=150)
    issuer_about_en = line(
        _("Who that is, in English"),
        longest=300,
        required=False,
        help_text=_("A few words below the name, like “a network of library associations”."),
    )
    issuer_about_fr = line(_("Who that is, in French"), longest=300, required=False)
    position = whole(
        _("Place on the public pages"),
        least=0,
        most=999,
        help_text=_("The home page is about the open program with the lowest number."),
    )


class TextsForm(SectionForm):
    summary_en = words(
        _("In a sentence, in English"),
        rows=2,
        longest=500,
        required=True,
        help_text=_("It introduces the program wherever people choose one."),
    )
    summary_fr = words(_("In a sentence, in French"), rows=2, longest=500, required=True)
    counts_en = words(
        _("What counts, in English"),
        help_text=_("It stands above the types. Empty: only the types are shown."),
    )
    counts_fr = words(_("What counts, in French"))
    how_en = words(
        _("How it works, in English"),
        help_text=_("What is particular here. Years, fee and points are told from the rules."),
    )
    how_fr = words(_("How it works, in French"))
    evidence_en = words(
        _("What to keep as evidence, in English"),
        rows=2,
        longest=500,
        help_text=_("Like “the certificate of attendance, or the agenda with your name”."),
    )
    evidence_fr = words(_("What to keep as evidence, in French"), rows=2, longest=500)


class PeopleForm(SectionForm):
    needs_membership = forms.TypedChoiceField(
        label=_("Who can register"),
        choices=[
            ("1", _("Members of an association, once it has confirmed the membership")),
            ("0", _("Everybody with an account")),
        ],
        coerce=lambda chosen: chosen == "1",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who can register.")},
        help_text=_("In both cases somebody of the committee approves each registration."),
    )
    offers_mentors = forms.BooleanField(
        label=_("The associations look for a mentor for those who would like one"),
        required=False,
        help_text=_("Inviting somebody one knows as a mentor is always possible."),
    )
    answer_days = whole(
        _("Days until an answer"),
        least=1,
        most=90,
        help_text=_("What applicants are told. Later than that, a registration is shown as late."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["needs_membership"] = _flag(self.initial.get("needs_membership"))


class FeeForm(SectionForm):
    fee = CreditsField(
        label=_("Fee"), help_text=_("Once for all the years, like 40 or 12.50. 0 is no fee.")
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)
    how_to_pay_en = words(
        _("How to pay, in English"),
        rows=3,
        longest=1000,
        help_text=_("Like “Send an e-transfer to your association and write your reference”."),
    )
    how_to_pay_fr = words(_("How to pay, in French"), rows=3, longest=1000)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("fee") and not data.get("how_to_pay_en") and "how_to_pay_en" not in self.errors:
            self.add_error("how_to_pay_en", _("Say how to pay the fee, in both languages."))
        return data


class TimeForm(SectionForm):
    cycle_years = whole(
        _("Years of a cycle"),
        least=1,
        most=20,
        required=False,
        help_text=_("Empty: the program has no end, and people ask for statements."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("By it a day begins and ends, for deadlines too.")
    )
    grace_days = whole(
        _("Days for turning in after the end"),
        least=0,
        most=730,
        help_text=_("It holds for everybody at once, also for those who have begun."),
    )
    early_completion = forms.BooleanField(
        label=_("People can turn in as soon as they have what is needed"),
        required=False,
        help_text=_("Otherwise when their years are over."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.initial.get("time_zone")
        known = dict(TIME_ZONES)
        more = [(own, own)] if own and own not in known else []
        self.fields["time_zone"].choices = [*TIME_ZONES, *more]  # type: ignore[attr-defined]


class CertificateForm(SectionForm):
    certificate_en = line(
        _("Title in English"),
        longest=150,
        required=False,
        help_text=_("Empty: the name of the program."),
    )
    certificate_fr = line(_("Title in French"), longest=150, required=False)
    field_en = line(
        _("The field of learning in English"),
        longest=150,
        required=False,
        help_text=_("After “points of continuing learning in”, like “library work”."),
    )
    field_fr = line(_("The field of learning in French"), longest=150, required=False)
    disclaimer_en = line(
        _("What it doesn’t replace, in English"),
        longest=400,
        required=False,
        help_text=_("Empty: a sentence that it replaces no diploma."),
    )
    disclaimer_fr = line(_("What it doesn’t replace, in French"), longest=400, required=False)
    audit_percent = whole(
        _("Share of the records that is audited, in per cent"),
        least=1,
        most=100,
        required=False,
        help_text=_("It is proposed at the first draw. Empty: what is usual."),
    )


FORMS: dict[str, type[SectionForm]] = {
    "names": NamesForm,
    "texts": TextsForm,
    "people": PeopleForm,
    "fee": FeeForm,
    "time": TimeForm,
    "certificate": CertificateForm,
}


class OpenForm(SeenForm):
    """From when and until when people can register."""

    opens_on = DayField(
        label=_("First day"),
        required=False,
        help_text=_("Empty: at once. Before it, the pages can be read already."),
    )
    closes_on = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: until you close it.")
    )


class RetireForm(SeenForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_LEDGER_REASON,
        help_text=_("It stands in the history."),
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def shown_values(program: Program, section: str) -> list[tuple[str, str, str, str]]:
    """Return what a part says now, for a page to list: what it is called, the value, no link, and
    the language of a text that has one of its own.
    """
    fields = FORMS[section].base_fields
    return [
        (str(field.label), _value(field, getattr(program, name)), "", _language(name))
        for name, field in fields.items()
        if name != "seen"
    ]


def _language(name: str) -> str:
    ending = name.rpartition("_")[2]
    return ending if ending in dict(settings.LANGUAGES) else ""


def _flag(value: Any) -> str:
    """A yes or a no as the value of a choice."""
    return "1" if value else "0"


def _value(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return str(_("Yes") if value else _("No"))
    if isinstance(field, forms.ChoiceField):
        key = _flag(value) if isinstance(value, bool) else value
        choices = dict(field.choices or TIME_ZONES)  # type: ignore[arg-type]
        return str(choices.get(key, key))
    if isinstance(field, CreditsField):
        return money(value)
    return "" if value is None else number(value) if not isinstance(value, str) else value
