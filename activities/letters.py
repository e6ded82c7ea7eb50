"""What goes out about requests to organisations: to their officers, and to the person who asked."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from activities.models import CreditRequest
from cec import mail
from cec.wording import amount, day
from registrations import letters
from registrations.models import ActivityType, Organisation, Part


def example(state: str = CreditRequest.State.ASKED) -> CreditRequest:
    """A request that exists nowhere, to show and to test the letters with."""
    return CreditRequest(
        pk=11,
        registration=letters.example(),
        organisation=Organisation(pk=3, name_en="Example College", name_fr="Collège Exemple"),
        course=ActivityType(code_en="W", name_en="Example course", name_fr="Cours exemple"),
        part=Part.PRESENTER,
        done_on=date(2026, 3, 10),
        words="I gave it twice.",
        state=state,
        credits=Decimal(3) if state == CreditRequest.State.APPROVED else None,
        allocated=Decimal(2),
        proposed=Decimal(2),
        note="You gave it twice." if state in ("approved", "declined") else "",
        question="How long was it?",
        answer="Two hours.",
    )


def _facts(request: CreditRequest) -> list[tuple[str, str]]:
    return [
        (_("Program"), request.registration.program.name),
        (_("For"), request.what),
        (_("Role"), request.get_part_display()),
        (_("Day"), day(request.done_on)),
    ]


def _page(request: CreditRequest) -> tuple[str, str]:
    address = mail.absolute_url("request", request.registration_id, request.pk)
    return _("See the request"), address


def _desk_page(request: CreditRequest) -> tuple[str, str]:
    address = mail.absolute_url("desk_request", request.organisation_id, request.pk)
    return _("Read the request"), address


def _names(request: CreditRequest) -> dict[str, str]:
    return {
        "name": request.registration.person.name,
        "organisation": request.organisation.name,
    }


def _why(request: CreditRequest) -> str:
    return _("You’re getting this because you asked %(organisation)s.") % _names(request)


def _why_officer(request: CreditRequest) -> str:
    return _("You’re getting this because you’re an officer of %(organisation)s.") % _names(request)


@mail.letter("credits_asked", example=lambda: (example(),))
def asked(request: CreditRequest) -> mail.Letter:
    """To an organisation's officers."""
    return mail.Letter(
        subject=_("%(name)s asks %(organisation)s for approval") % _names(request),
        heading=_("%(name)s asks you for approval") % _names(request),
        paragraphs=[
            _("Approve it, with your own number if need be, ask something, or decline."),
        ],
        facts=_facts(request),
        button=_desk_page(request),
        why=_why_officer(request),
    )


@mail.letter("credits_answer", example=lambda: (example(),))
def answered(request: CreditRequest) -> mail.Letter:
    """To an organisation's officers."""
    return mail.Letter(
        subject=_("%(name)s has answered your question") % _names(request),
        paragraphs=[" ".join(request.answer.split())],
        facts=_facts(request),
        button=_desk_page(request),
        why=_why_officer(request),
    )


@mail.letter("credits_question", example=lambda: (example(CreditRequest.State.QUESTION),))
def question(request: CreditRequest) -> mail.Letter:
    return mail.Letter(
        subject=_("%(organisation)s has a question") % _names(request),
        paragraphs=[
            _("Before it decides, %(organisation)s would like to know:") % _names(request),
            " ".join(request.question.split()),
        ],
        facts=_facts(request),
        button=_page(request),
        why=_why(request),
    )


@mail.letter("credits_approved", example=lambda: (example(CreditRequest.State.APPROVED),))
def approved(request: CreditRequest) -> mail.Letter:
    number = amount(request.credits or Decimal(0), request.registration.program.unit)
    values = {"number": number, **_names(request)}
    return mail.Letter(
        subject=_("%(organisation)s approved %(number)s") % values,
        heading=_("Your request is approved"),
        paragraphs=[
            _("%(organisation)s approved %(number)s.") % values,
            *filter(None, [" ".join(request.note.split())]),
        ],
        facts=_facts(request),
        button=_page(request),
        why=_why(request),
    )


@mail.letter("credits_declined", example=lambda: (example(CreditRequest.State.DECLINED),))
def declined(request: CreditRequest) -> mail.Letter:
    return mail.Letter(
        subject=_("%(organisation)s declined your request") % _names(request),
        paragraphs=[
            _("This is the reason that we were given:"),
            " ".join(request.note.split()),
            _("What your record counts isn’t touched by this."),
        ],
        facts=_facts(request),
        button=_page(request),
        why=_why(request),
    )
