"""What a closed program year says to its person: what counted, what is parked, what is left."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.models import YearResult
from activities.pace import Pace
from activities.rules import RecordRules
from activities.yearend import results
from cec import mail
from cec.wording import amount, day, number, short_day
from registrations import letters, notice_letters
from registrations.models import Notice, Registration, Requirement

FIGURES = ("raw", "counted", "brought", "carried", "needed", "counted_so_far", "cycle_needed")


def example() -> Notice:
    """A notice that exists nowhere, to show and to test the letter with."""
    notice = notice_letters.example("year_result", "1")
    assert notice.registration is not None
    notice.registration.program.cycle_years = 3
    notice.facts = {
        "number": 1,
        "rules_version": 1,
        "edition": 1,
        "first_day": "2026-03-15",
        "last_day": "2027-03-14",
        "raw": "63.5",
        "counted": "61.5",
        "brought": "0",
        "carried": "0",
        "needed": "30",
        "strictness": "advised",
        "reached": True,
        "counted_so_far": "61.5",
        "cycle_needed": "120",
        "types": {"pd-f": ["22", "20"], "pd-i": ["18", "18"], "lead": ["23.5", "23.5"]},
    }
    return notice


def result_of(notice: Notice) -> YearResult:
    """Return the result that a notice tells of, as its facts say it."""
    facts = notice.facts
    figures = {name: None if facts[name] is None else Decimal(facts[name]) for name in FIGURES}
    return YearResult(
        registration=notice.registration,
        number=facts["number"],
        rules_version=facts["rules_version"],
        edition=facts["edition"],
        first_day=date.fromisoformat(facts["first_day"]),
        last_day=date.fromisoformat(facts["last_day"]),
        strictness=facts["strictness"],
        types=facts["types"],
        **figures,
    )


@mail.letter("year_result", example=lambda: (example(),))
def year_result(notice: Notice) -> mail.Letter:
    registration = notice.registration
    assert registration is not None
    result = result_of(notice)
    unit = registration.program.unit
    return mail.Letter(
        subject=_subject(result),
        heading=_("Year %(number)s of your program is closed"),
        paragraphs=[
            _("From %(first_day)s to %(last_day)s, %(counted)s count."),
            "%(again)s",
            "%(yearly)s",
            "%(parked)s",
            "%(carried)s",
            "%(ahead)s",
        ],
        closing=["%(later)s"],
        values={
            **letters.known(registration),
            "number": result.number,
            "first_day": day(result.first_day),
            "last_day": day(result.last_day),
            "counted": amount(result.counted, unit),
            "left": number(result.left),
            "again": _again(result),
            "yearly": _yearly(result, unit, reached=bool(notice.facts["reached"])),
            "parked": _parked(result, unit),
            "carried": _carried(result, unit),
            "ahead": " ".join(_ahead(result, registration)),
            "later": _later(registration),
        },
        facts=list(_facts(result, unit)),
        button=(
            _("See where you stand"),
            mail.absolute_url("standing", registration=registration.pk),
        ),
        why=_("You’re getting this because you take part in this program: %(program)s.")
        % {"program": registration.program.name},
    )


def _subject(result: YearResult) -> str:
    if result.left is None:
        return _("Year %(number)s: %(counted)s")
    if not result.left:
        return _("Year %(number)s: %(counted)s, and the total is reached")
    return _("Year %(number)s: %(counted)s, %(left)s to go")


def _again(result: YearResult) -> str:
    if result.edition == 1:
        return ""
    return _("The year was opened again and closed anew: this takes the place of what we sent you.")


def _yearly(result: YearResult, unit: str, *, reached: bool) -> str:
    """Whether the year has what it asks for (P3), and what follows from it."""
    if result.needed is None:
        return ""
    needed = amount(result.needed, unit)
    if reached:
        return _("You’ve reached the %(needed)s of the year.") % {"needed": needed}
    values = {
        "needed": needed,
        "missing": number(result.needed - result.counted - result.brought),
    }
    if result.strictness == Requirement.Strictness.REQUIRED:
        return (
            _(
                "The year asks for %(needed)s, and %(missing)s are missing. Talk to your "
                "association."
            )
            % values
        )
    return (
        _(
            "The suggested %(needed)s of the year aren’t reached: %(missing)s are missing. That "
            "doesn’t stand between you and your certificate: the total does."
        )
        % values
    )


def _parked(result: YearResult, unit: str) -> str:
    if not result.parked:
        return ""
    return _(
        "%(parked)s are over a limit and parked: they stay in your record, and count again if an "
        "earlier activity goes away."
    ) % {"parked": amount(result.parked, unit)}


def _carried(result: YearResult, unit: str) -> str:
    if not result.carried:
        return ""
    return _("Into the next year you carry %(carried)s.") % {
        "carried": amount(result.carried, unit)
    }


def _ahead(result: YearResult, registration: Registration) -> Iterator[str]:
    """What is left to the total, and what that means for each year and week that is left."""
    if result.left is None:
        return
    speed = _pace(result, registration)
    yield speed.headline
    years = (registration.program.cycle_years or 0) - result.number
    if years > 1 and result.left:
        values = {
            "years": years,
            "points": amount(
                (result.left / years).quantize(Decimal("0.1"), ROUND_CEILING), speed.unit
            ),
        }
        text = ngettext(
            "With %(years)s year left, that’s about %(points)s a year.",
            "With %(years)s years left, that’s about %(points)s a year.",
            years,
        )
        yield text % values
    yield from speed.advice[:1]


def _pace(result: YearResult, registration: Registration) -> Pace:
    """The pace on the day after the year, whenever the mail is written; none without a cycle."""
    assert registration.starts_on is not None
    steady = registration.program.steady(result.cycle_needed)
    slowest = RecordRules(registration).slowest_rate if registration.rules_id else None
    return Pace(
        counted=result.counted_so_far,
        needed=result.cycle_needed,
        steady=steady,
        per_hour=slowest,
        unit=registration.program.unit,
        starts_on=registration.starts_on,
        ends_on=registration.ends_on if steady else None,
        today=result.last_day + timedelta(days=1),
    )


def _later(registration: Registration) -> str:
    """What is turned in takes no more entries."""
    if registration.status != Registration.Status.ACTIVE:
        return ""
    return _("What you enter for this year later still counts. It stands in your record.")


def _facts(result: YearResult, unit: str) -> Iterator[tuple[str, str]]:
    for part in results.by_type(result):
        yield part.label, _counted(part.counted, part.parked)
    if result.brought:
        yield _("Brought from the year before"), amount(result.brought, unit)
    label = _("Year %(number)s, to %(day)s") % {
        "number": result.number,
        "day": short_day(result.last_day),
    }
    yield label, _counted(result.counted, result.parked)
    if result.cycle_needed is not None:
        yield (
            _("So far"),
            _("%(counted)s of %(needed)s")
            % {"counted": number(result.counted_so_far), "needed": number(result.cycle_needed)},
        )


def _counted(counted: Decimal, parked: Decimal) -> str:
    if not parked:
        return number(counted)
    values = {"counted": number(counted), "parked": number(parked)}
    return _("%(counted)s, and %(parked)s parked") % values
