"""What goes out by itself as a year or a cycle ends; each letter takes its notice."""

from datetime import timedelta

from django.utils.translation import gettext as _

from activities.notice_letters import YEAR, record_page, values_of_year, weight
from cec import mail
from cec.wording import amount, day, number
from registrations import letters
from registrations.models import Notice, Registration
from registrations.notice_letters import example, registration_of

CYCLE = {
    "total": "108.00",
    "needed": "120.00",
    "ends_on": "2029-03-14",
    "turn_in_until": "2029-05-13",
    "early": "false",
    "year": "3",
    "has": "21.00",
    "yearly": "30.00",
    "strictness": "advised",
}


def certificate_page(registration: Registration) -> tuple[str, str]:
    page = mail.absolute_url("certificate", registration=registration.pk)
    return _("See what’s left to do"), page


@mail.letter(
    "year_end_coming",
    example=lambda: (
        example("year_end_coming", "2028-03-14:60", **{**YEAR, "today": "2028-01-14"}),
    ),
)
def year_end_coming(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    return mail.Letter(
        subject=_("%(to_go)s to %(needed)s before %(day)s"),
        heading=_("Year %(number)s ends on %(day)s"),
        paragraphs=[
            _(
                "You have %(has)s of the %(needed)s that a year asks for: %(to_go)s to go. What you"
                " finish by %(day)s counts for this year."
            ),
            "%(brought)s",
            "%(advice)s",
            _("Did you learn something that isn’t logged yet? Adding it takes a minute."),
            "%(weight)s",
        ],
        values=values_of_year(notice),
        button=record_page(registration),
        why=letters.why(registration),
    )


@mail.letter("cycle_ending", example=lambda: (example("cycle_ending", "2029-03-14:90", **CYCLE),))
def cycle_ending(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    return mail.Letter(
        subject="%(headline)s",
        heading=_("Your program ends on %(day)s"),
        paragraphs=["%(where)s", "%(in_time)s", "%(year)s", "%(turn_in)s", _more_time()],
        values=_values(notice),
        facts=[
            (_("Your program ends on"), day(notice.day("ends_on"))),
            (_("Turn in your record by"), day(notice.day("turn_in_until"))),
        ],
        button=certificate_page(registration),
        why=letters.why(registration),
    )


@mail.letter(
    "grace_ending", example=lambda: (example("grace_ending", "2029-05-13:start", **CYCLE),)
)
def grace_ending(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    return mail.Letter(
        subject=_("Turn in your record by %(until)s"),
        heading=_("Your record waits for you"),
        paragraphs=[
            _(
                "Your program ended on %(day)s. You have until %(until)s to turn in your record;"
                " after that, the registration lapses, and no certificate comes of it."
            ),
            "%(where)s",
            "%(late)s",
            _more_time(),
            _("Whatever happens, nothing that you logged is lost."),
        ],
        values=_values(notice),
        facts=[(_("Turn in your record by"), day(notice.day("turn_in_until")))],
        button=certificate_page(registration),
        why=letters.why(registration),
    )


@mail.letter(
    "ready",
    example=lambda: (example("ready", "2026-03-15", **{**CYCLE, "total": "120.00"}),),
)
def ready(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    return mail.Letter(
        subject=_("You’ve reached %(needed)s"),
        heading=_("You’ve reached %(needed)s"),
        paragraphs=[
            _("That is the total that your certificate asks for. Well done."),
            "%(turn_in)s",
            _("You can go on logging until then. Nothing that you learn is lost."),
        ],
        values=_values(notice),
        button=certificate_page(registration),
        why=letters.why(registration),
    )


@mail.letter(
    "registration_lapsed",
    example=lambda: (example("registration_lapsed", "2029-05-14", ends_on="2029-03-14"),),
)
def registration_lapsed(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    return mail.Letter(
        subject=_("Your %(code)s registration has lapsed"),
        heading=_("Your registration has lapsed"),
        paragraphs=[
            _(
                "Your program ended on %(day)s, and the time for turning in your record is over. So"
                " no certificate comes of this registration."
            ),
            _("Nothing is lost: what you logged and what you paid stays on your pages."),
            _(
                "If you think that this is a slip, or if something came between, write to"
                " %(contact)s."
            ),
            _("You can register again at any time. A new cycle begins then."),
        ],
        values={**letters.known(registration), "day": day(notice.day("ends_on"))},
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See your registration"), letters.status_page(registration)),
        why=letters.why(registration),
    )


def _more_time() -> str:
    return _(
        "Did something come between, such as an illness or a leave? The committee can give you more"
        " time: write to %(contact)s."
    )


def _values(notice: Notice) -> dict[str, object]:
    """Return the values of a letter about a cycle's end."""
    registration = registration_of(notice)
    unit = registration.program.unit
    total, needed = notice.decimal("total"), notice.decimal("needed")
    values: dict[str, object] = {
        **letters.known(registration),
        "day": day(notice.day("ends_on")),
        "next_day": day(notice.day("ends_on") + timedelta(days=1)),
        "until": day(notice.day("turn_in_until")),
        "total": number(total),
        "needed": amount(needed, unit),
        "to_go": amount(max(needed - total, needed * 0), unit),
    }
    reached = total >= needed
    return values | {
        "headline": _headline(reached) % values,
        "where": _where(reached) % values,
        "in_time": _in_time(reached) % values,
        "late": _late(reached) % values,
        "year": _year(notice, unit),
        "turn_in": _turn_in(reached and notice.facts["early"] == "true") % values,
    }


def _headline(reached: bool) -> str:
    if reached:
        return _("Turn in your record by %(until)s")
    return _("%(to_go)s to go before %(day)s")


def _where(reached: bool) -> str:
    """Say how the total stands; points of a year or a group, the fee, a membership may lack too."""
    if reached:
        return _(
            "You’ve reached %(needed)s. Your page says whether anything else is missing before you"
            " turn in your record."
        )
    return _("You have %(total)s of %(needed)s: %(to_go)s to go.")


def _in_time(reached: bool) -> str:
    return "" if reached else _("What you finish by %(day)s counts, also if you log it later.")


def _late(reached: bool) -> str:
    return "" if reached else _("What you finished by %(day)s counts, also if you log it now.")


def _year(notice: Notice, unit: str) -> str:
    """Say that the last year is below its minimum (P3), if it is, and what depends on that."""
    has, yearly = notice.decimal("has"), notice.decimal("yearly")
    if has >= yearly:
        return ""
    needed = amount(yearly, unit)
    said = _("Year %(number)s has %(has)s of the %(needed)s that a year asks for.") % {
        "number": notice.facts["year"],
        "has": number(has),
        "needed": needed,
    }
    return f"{said} {weight(notice.facts['strictness'], needed)}"


def _turn_in(early: bool) -> str:
    if early:
        return _(
            "You can turn in your record now already if nothing else is missing, and by %(until)s"
            " at the latest."
        )
    return _("You can turn in your record from %(next_day)s on, and by %(until)s at the latest.")
