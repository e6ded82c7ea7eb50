"""The introductory letter to an employer (E5): the program's facts, and the person's own words.

It is always optional. Every figure and name comes from the rows of the program, its rules and the
association, so that a third program has its letter too.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cec.wording import amount, day, money, spelled
from certificates.models import EmployerLetter
from certificates.printing.lettering import clean
from certificates.printing.stationery import HEADINGS, Row, lettered, paragraphs, print_on
from registrations.calendar import today_in
from registrations.models import Program, Registration

MOST_PAGES = 2
MOST_PARAGRAPHS = 8  # more would be a list, and no letter any more
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter as it is read: every text cleaned and in its language, nothing drawn yet."""

    language: str
    issuer: str
    about: str
    written_on: date
    to: tuple[str, ...]
    heading: str
    greeting: str
    before: tuple[str, ...]
    own: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    after: tuple[str, ...]
    closing: str
    signed: tuple[str, ...]


def can_have_letter(registration: Registration) -> bool:
    """Say whether there is something to tell an employer: it was sent, and isn't given up."""
    status = registration.status
    return status != Registration.Status.DRAFT and status not in Registration.CLOSED


def letter_of(registration: Registration) -> EmployerLetter:
    """Return what was written last, or an unsaved start with what is known already."""
    kept = EmployerLetter.objects.filter(registration=registration).first()
    return kept or EmployerLetter(
        registration=registration,
        language=registration.person.language,
        organisation=registration.employer,
    )


def keep(registration: Registration, **texts: str) -> None:
    """Keep what the person wrote; two windows at once keep one of both."""
    EmployerLetter.objects.update_or_create(registration=registration, defaults=texts)


def write(written: EmployerLetter, *, language: str | None = None) -> Letter:
    """Put the letter together from what the person wrote and what the program says."""
    registration = written.registration
    program = registration.program
    code = language or written.language
    with translation.override(code):
        about = clean(program.text("issuer_about", code))
        return Letter(
            language=code,
            issuer=clean(program.text("issuer", code)),
            about=about,
            written_on=today_in(program),
            to=tuple(
                text
                for text in map(
                    clean, (written.recipient, written.recipient_title, written.organisation)
                )
                if text
            ),
            heading=clean(program.text("name", code)),
            greeting=_greeting(clean(written.recipient)),
            before=tuple(_opening(program, code)),
            own=tuple(paragraphs(written.own_words, most=MOST_PARAGRAPHS)),
            facts=tuple(_facts(registration)),
            after=tuple(_ending(registration, code)),
            closing=_("Sincerely,"),
            signed=tuple(_signed(registration)),
        )


def _greeting(recipient: str) -> str:
    return _("Dear %(name)s,") % {"name": recipient} if recipient else _("To whom it may concern,")


def _opening(program: Program, code: str) -> list[str]:
    issuer = clean(program.text("issuer", code))
    about = clean(program.text("issuer_about", code))
    who = _("%(issuer)s (%(about)s)") % {"issuer": issuer, "about": about} if about else issuer
    takes_part = _("I’m taking part in a program called “%(program)s”. It is run by %(who)s.")
    said = takes_part % {"program": clean(program.text("name", code)), "who": who}
    return [text for text in (said, clean(program.text("summary", code))) if text]


def _facts(registration: Registration) -> list[tuple[str, str]]:
    program = registration.program
    facts = []
    if time := _time(registration):
        facts.append((_("How long"), time))
    if needed := registration.rules.requirement("cycle"):
        facts.append((_("What is needed"), _needed(program, needed.points)))
    kinds = [clean(kind.name) for kind in registration.rules.types.all()]
    facts.append((_("What counts"), "; ".join(kinds)))
    if registration.fee > 0:
        cost = _("%(fee)s in all, for the administration of the program")
        facts.append((_("What it costs"), cost % {"fee": money(registration.fee)}))
    return facts


def _time(registration: Registration) -> str:
    years = registration.program.cycle_years
    if years is None:
        return ""
    long = ngettext("%(number)s year", "%(number)s years", years) % {"number": spelled(years)}
    if registration.starts_on is None or registration.ends_on is None:
        return _("%(long)s from the day of approval") % {"long": _capital(long)}
    dates = {"start": day(registration.starts_on), "end": day(registration.ends_on)}
    return _("%(long)s; mine run from %(start)s to %(end)s") % {"long": _capital(long), **dates}


def _needed(program: Program, points: Decimal) -> str:
    steady = program.steady(points)
    if steady is None:
        return amount(points, program.unit)
    return _("%(total)s, about %(steady)s a year") % {
        "total": amount(points, program.unit),
        "steady": amount(steady.quantize(Decimal(1)), program.unit),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ending(registration: Registration, code: str) -> list[str]:
    program, association = registration.program, registration.association
    voluntary = _("Taking part is voluntary.")
    said = [f"{voluntary} {clean(program.text('disclaimer', code))}".strip()]
    if association is not None:
        contact = ", ".join(filter(None, (association.email, association.website)))
        text = _("My association is %(association)s. It answers questions about the program.")
        said.append(text % {"association": clean(association.name)})
        if contact:
            said[-1] += " " + _("You reach it here: %(contact)s") % {"contact": contact}
    said.append(_("I’d be glad to talk about how this learning can serve our work."))
    return said


def _signed(registration: Registration) -> list[str]:
    lines = [clean(registration.person.name), clean(registration.position)]
    return [line for line in lines if line]


def texts_of(letter: Letter) -> list[str]:
    """Return all that a letter says, to look through its characters."""
    facts = [text for fact in letter.facts for text in fact]
    return [
        *(letter.issuer, letter.about, letter.heading, letter.greeting, *letter.to),
        *(*letter.before, *letter.own, *facts, *letter.after, *letter.signed),
    ]


def render(letter: Letter) -> bytes:
    """The letter's PDF. Raises UncoveredCharacters if a letter is in none of the fonts."""
    context: dict[str, Any] = {
        "title": f"{letter.heading} – {letter.signed[0]}",
        "author": letter.signed[0],
        "created": letter.written_on.isoformat(),
        "issuer": lettered(letter.issuer, HEADINGS),
        "about": lettered(letter.about),
        "to": [lettered(line) for line in letter.to],
        "heading": lettered(letter.heading, HEADINGS),
        "greeting": lettered(letter.greeting),
        "before": [lettered(text) for text in letter.before],
        "own": [lettered(text) for text in letter.own],
        "rows": [Row(label, lettered(value)) for label, value in letter.facts],
        "after": [lettered(text) for text in letter.after],
        "closing": letter.closing,
        "signed": [lettered(line) for line in letter.signed],
    }
    with translation.override(letter.language):
        context["date"] = day(letter.written_on)
    return print_on("letter.html", context, language=letter.language, most_pages=MOST_PAGES)
