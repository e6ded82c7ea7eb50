"""What the program writes when somebody's circumstances change."""

from datetime import date

from django.utils.translation import gettext as _

from cec import mail
from cec.wording import day
from registrations.letters import example, status_page, why
from registrations.models import CycleChange, Registration


def example_leave() -> CycleChange:
    """A leave that exists nowhere, to show and to test the letters with."""
    return CycleChange(
        registration=example(),
        kind=CycleChange.Kind.LEAVE,
        cause=CycleChange.Cause.PARENTAL,
        first_day=date(2027, 1, 11),
        last_day=date(2027, 10, 8),
    )


@mail.letter("registration_withdrawn", example=lambda: (example(), "As you asked by phone."))
def withdrawn(registration: Registration, reason: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Your %(code)s registration is withdrawn") % {"code": registration.program.code},
        heading=_("Your registration is withdrawn"),
        paragraphs=[
            text
            for text in (
                _(
                    "What you logged stays readable for you, and you can register again at any "
                    "time."
                ),
                reason,
            )
            if text
        ],
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


@mail.letter("association_changed", example=lambda: (example(),))
def association_changed(registration: Registration) -> mail.Letter:
    association = registration.association
    facts = [(_("Your reference"), registration.reference)]
    if association and association.email:
        facts.append((_("Your association"), association.email))
    return mail.Letter(
        subject=_("Your registration moved to another association"),
        heading=_("You’re with %(association)s now")
        % {"association": association.name if association else ""},
        paragraphs=[
            _("It checks your membership next."),
            _("Your record, your points and what you paid go along."),
            _("If you didn’t ask for this, write to your association, please."),
        ],
        facts=facts,
        button=(_("See where it stands"), status_page(registration)),
        why=why(registration),
    )


@mail.letter("cycle_extended", example=lambda: (example_leave(), "A long illness."))
def cycle_extended(change: CycleChange, reason: str) -> mail.Letter:
    registration = change.registration
    leave = change.leave
    paragraphs = [
        _("The steering group extended your program. Nothing that you logged is lost."),
    ]
    if leave:
        paragraphs = [
            _("Your leave from %(first)s to %(last)s is recorded.")
            % {"first": day(leave[0]), "last": day(leave[1])},
            _(
                "The program year that it begins in is longer by it, and later ones start later. "
                "Nothing that you logged is lost."
            ),
        ]
    return mail.Letter(
        subject=_("Your program now runs until %(day)s") % {"day": day(registration.ends_on)},
        heading=_("You have more time"),
        paragraphs=[text for text in (*paragraphs, reason) if text],
        facts=[(_("It ends on"), day(registration.ends_on))],
        button=(_("Open your record"), mail.absolute_url("record", registration=registration.pk)),
        why=why(registration),
    )


@mail.letter("cycle_change_taken_back", example=lambda: (example_leave(), "Back earlier."))
def cycle_change_taken_back(change: CycleChange, reason: str) -> mail.Letter:
    registration = change.registration
    return mail.Letter(
        subject=_("Your program now runs until %(day)s") % {"day": day(registration.ends_on)},
        heading=_("The dates of your program changed"),
        paragraphs=[
            _("The steering group took an extension or a leave back. This is the reason:"),
            reason,
        ],
        facts=[(_("It ends on"), day(registration.ends_on))],
        button=(_("Open your record"), mail.absolute_url("record", registration=registration.pk)),
        why=why(registration),
    )
