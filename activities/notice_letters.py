"""What goes out by itself about a record as it goes on; each letter takes its notice."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.pace import Pace
from cec import mail
from cec.wording import amount, day, number
from registrations import letters
from registrations.models import Notice, Registration, Requirement
from registrations.notice_letters import example, registration_of

YEAR = {
    "year": "2",
    "starts_on": "2027-03-15",
    "ends_on": "2028-03-14",
    "today": "2027-09-15",
    "has": "8.00",
    "brought": "0",
    "needed": "30.00",
    "strictness": "advised",
    "per_hour": "1.00",
}


def record_page(registration: Registration) -> tuple[str, str]:
    """Return the button that opens the record."""
    return _("Open your record"), mail.absolute_url("record", registration=registration.pk)


def pace_of(notice: Notice) -> Pace:
    """Return the pace of the year that a notice is about."""
    per_hour = notice.facts["per_hour"]
    return Pace(
        counted=notice.decimal("has"),
        needed=notice.decimal("needed"),
        steady=None,
        per_hour=Decimal(per_hour) if per_hour else None,
        unit=registration_of(notice).program.unit,
        starts_on=notice.day("starts_on"),
        ends_on=notice.day("ends_on"),
        today=notice.day("today"),
    )


def values_of_year(notice: Notice) -> dict[str, object]:
    """Return the values of a letter about a program year."""
    registration, pace = registration_of(notice), pace_of(notice)
    return {
        **letters.known(registration),
        "number": notice.facts["year"],
        "has": amount(pace.counted, pace.unit),
        "needed": number(pace.needed),
        "to_go": amount(pace.to_go, pace.unit),
        "day": day(pace.ends_on),
        "advice": " ".join(pace.advice[:1]),
        "brought": _brought(notice),
        "weight": weight(notice.facts["strictness"], amount(notice.decimal("needed"), pace.unit)),
    }


def _brought(notice: Notice) -> str:
    brought = notice.decimal("brought")
    if not brought:
        return ""
    unit = registration_of(notice).program.unit
    return _("Of these, %(brought)s come from the year before.") % {
        "brought": amount(brought, unit)
    }


def weight(strictness: str, needed: str) -> str:
    """Say what depends on a year's minimum (P3), which is named: it may stand by itself."""
    if strictness == Requirement.Strictness.REQUIRED:
        text = _("Each year needs its %(needed)s: your certificate depends on it.")
    else:
        text = _("The %(needed)s a year are a suggestion: your certificate doesn’t depend on them.")
    return text % {"needed": needed}


@mail.letter("pace", example=lambda: (example("pace", "2028-03-14:6", **YEAR, months="6"),))
def pace(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    return mail.Letter(
        subject=_("Year %(number)s so far: %(has)s of %(needed)s"),
        heading=_("How year %(number)s is going"),
        paragraphs=[
            _(
                "Year %(number)s is %(months)s months old, and you have %(has)s of the %(needed)s"
                " that a year asks for. There’s time until %(day)s: %(to_go)s to go."
            ),
            "%(brought)s",
            "%(advice)s",
            _("Did you learn something that isn’t logged yet? Adding it takes a minute."),
            "%(weight)s",
        ],
        values={**values_of_year(notice), "months": notice.facts["months"]},
        button=record_page(registration),
        why=letters.why(registration),
    )


@mail.letter("nudge", example=lambda: (example("nudge", "2027-06-13", since="2027-03-15"),))
def nudge(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    return mail.Letter(
        subject=_("Anything learned lately? It takes a minute"),
        heading=_("Anything learned lately?"),
        paragraphs=[
            _(
                "Nothing has been added to your record since %(since)s. If there was nothing to"
                " add, that’s fine."
            ),
            _(
                "If there was, a title, a date and hours are enough: a webinar, an article, a"
                " talk, an hour with a colleague."
            ),
        ],
        values={**letters.known(registration), "since": day(notice.day("since"))},
        button=record_page(registration),
        why=letters.why(registration),
    )


@mail.letter(
    "audit_due",
    example=lambda: (
        example("audit_due", "2029-05-13:7", evidence_until="2029-05-13", missing="2"),
    ),
)
def audit_due(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    missing = int(notice.facts["missing"])
    page = mail.absolute_url("activities", registration=registration.pk)
    what = ngettext(
        "%(count)d activity still needs something that shows it.",
        "%(count)d activities still need something that shows them.",
        missing,
    )
    return mail.Letter(
        subject=_("Please add your evidence by %(day)s"),
        heading=_("Some evidence is still missing"),
        paragraphs=[
            "%(missing)s",
            _(
                "The committee asked for it by %(day)s for the audit of your record: a certificate,"
                " a program, a confirmation by e-mail. A photo will do."
            ),
            _("If something can’t be found, write to %(contact)s."),
        ],
        values={
            **letters.known(registration),
            "day": day(notice.day("evidence_until")),
            "missing": what % {"count": missing},
        },
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See what is asked for"), f"{page}?year=all&status=evidence"),
        why=letters.why(registration),
    )
