"""What goes out about mentoring. No letter says anything of a fee, a membership or an address."""

from django.utils.translation import gettext as _

from cec import mail
from cec.wording import day
from registrations import letters
from registrations.models import (
    Association,
    MentorInvitation,
    MentorOffer,
    Mentorship,
    Person,
    Registration,
)


def example(state: str = Mentorship.State.ACTIVE) -> Mentorship:
    """A mentoring that exists nowhere, to show and to test the letters with."""
    registration = letters.example()
    mentor = Person(pk=8, email="mentor@example.org", name="Alex Example")
    offer = MentorOffer(
        person=mentor,
        program=registration.program,
        association=Association(code="EX", name_en="Example Association"),
        in_english=True,
        about="Twenty years of cataloguing.",
    )
    return Mentorship(
        pk=9,
        registration=registration,
        mentor=mentor,
        offer=offer,
        kind=Mentorship.Kind.VOLUNTEER,
        state=state,
    )


def _invited() -> tuple[MentorInvitation, str]:
    row = MentorInvitation(registration=letters.example(), email="boss@example.org")
    row.expires_at = row.registration.ends_on  # type: ignore[assignment]
    return row, "secret"


def _participant(mentorship: Mentorship) -> str:
    return mentorship.registration.person.name


def _names(mentorship: Mentorship) -> dict[str, str]:
    return {"mentor": mentorship.mentor.name, "name": _participant(mentorship)}


def _why_mentor() -> str:
    return _("You’re getting this because you mentor, or offered to.")


def _why_committee() -> str:
    return _("You’re getting this because you look after the participants of this association.")


def _why_participant(registration: Registration) -> str:
    return _("You’re getting this because you take part in this program: %(program)s.") % {
        "program": registration.program.name
    }


def _mentees() -> tuple[str, str]:
    return _("Go to your mentees"), mail.absolute_url("mentees")


def _plan(registration: Registration) -> tuple[str, str]:
    return _("Open plan and mentor"), mail.absolute_url("plan", registration=registration.pk)


@mail.letter("mentor_confirmed", example=lambda: (example().offer,))
def confirmed(offer: MentorOffer) -> mail.Letter:
    return mail.Letter(
        subject=_("You’re a %(code)s mentor now") % {"code": offer.program.code},
        heading=_("Thank you for mentoring, %(name)s") % {"name": offer.person.name},
        paragraphs=[
            _("Your offer is confirmed. We write to you when somebody would like your help."),
            _("You can accept or decline each time, and pause whenever you need to."),
        ],
        button=_mentees(),
        why=_why_mentor(),
    )


@mail.letter("mentor_turned_down", example=lambda: (example().offer, "We have enough for now."))
def turned_down(offer: MentorOffer, reason: str) -> mail.Letter:
    return mail.Letter(
        subject=_("About your offer to mentor"),
        paragraphs=[
            _("Thank you for your offer. We can’t take it up now, for this reason:"),
            reason,
        ],
        why=_why_mentor(),
    )


@mail.letter("mentor_asked", example=lambda: (example(Mentorship.State.PROPOSED),))
def asked(mentorship: Mentorship) -> mail.Letter:
    registration = mentorship.registration
    facts = [(_("Program"), registration.program.name)]
    if registration.association:
        facts.append((_("Association"), registration.association.name))
    return mail.Letter(
        subject=_("Would you mentor %(name)s?") % _names(mentorship),
        paragraphs=[
            _("%(name)s would like a mentor, and we thought of you.") % _names(mentorship),
            _("See what they would like help with, then accept or decline."),
        ],
        facts=facts,
        button=_mentees(),
        why=_why_mentor(),
    )


@mail.letter("mentor_found", example=lambda: (example(),))
def found(mentorship: Mentorship) -> mail.Letter:
    names = _names(mentorship) | {"code": mentorship.registration.program.code}
    about = mentorship.offer.about if mentorship.offer else ""
    return mail.Letter(
        subject=_("Meet your %(code)s mentor, %(mentor)s") % names,
        paragraphs=[
            _("%(mentor)s helps you plan from now on, and can read your record.") % names,
            *filter(None, [" ".join(about.split())]),
            _("Write a first note: what would you like to learn this year?"),
        ],
        button=_plan(mentorship.registration),
        why=_why_participant(mentorship.registration),
    )


@mail.letter("mentor_declined", example=lambda: (example(Mentorship.State.DECLINED),))
def declined(mentorship: Mentorship) -> mail.Letter:
    said = [_("In their words: %(reason)s") % {"reason": mentorship.reason}]
    return mail.Letter(
        subject=_("%(mentor)s can’t mentor %(name)s") % _names(mentorship),
        paragraphs=[
            _("%(name)s is in your list again, to find another mentor.") % _names(mentorship),
            *(said if mentorship.reason else []),
        ],
        button=(
            _("Find another mentor"),
            mail.absolute_url("mentor_assign", registration=mentorship.registration_id),
        ),
        why=_why_committee(),
    )


@mail.letter("mentor_thanked", example=lambda: (example(Mentorship.State.ENDED),))
def thanked(mentorship: Mentorship) -> mail.Letter:
    """To the mentor: the mentoring is over, or the asking was taken back."""
    names = _names(mentorship)
    if mentorship.accepted_at is None:
        return mail.Letter(
            subject=_("No need to answer: %(name)s") % names,
            paragraphs=[_("You’re no longer asked to mentor %(name)s. Thank you.") % names],
            why=_why_mentor(),
        )
    return mail.Letter(
        subject=_("Your mentoring of %(name)s has ended") % names,
        paragraphs=[
            _("Thank you for your time. You no longer see the record of %(name)s.") % names
        ],
        why=_why_mentor(),
    )


@mail.letter("mentoring_ended", example=lambda: (example(Mentorship.State.ENDED),))
def ended(mentorship: Mentorship) -> mail.Letter:
    names = _names(mentorship)
    goes_on = mentorship.registration.status == Registration.Status.ACTIVE
    return mail.Letter(
        subject=_("Your mentoring with %(mentor)s has ended") % names,
        paragraphs=[
            _("%(mentor)s no longer sees your record. Your notes stay with you.") % names,
            *([_("You can ask for another mentor, or work without one.")] if goes_on else []),
        ],
        button=_plan(mentorship.registration),
        why=_why_participant(mentorship.registration),
    )


@mail.letter("mentor_needed_again", example=lambda: (example(Mentorship.State.ENDED),))
def needed_again(mentorship: Mentorship) -> mail.Letter:
    names = _names(mentorship)
    return mail.Letter(
        subject=_("%(name)s would like another mentor") % names,
        paragraphs=[_("The mentoring by %(mentor)s has ended before the program did.") % names],
        button=(
            _("Find another mentor"),
            mail.absolute_url("mentor_assign", registration=mentorship.registration_id),
        ),
        why=_why_committee(),
    )


@mail.letter("supervisor_mentors", example=lambda: (example(),))
def supervisor_mentors(mentorship: Mentorship) -> mail.Letter:
    names = _names(mentorship)
    return mail.Letter(
        subject=_("%(name)s has a mentor") % names,
        paragraphs=[
            _("%(name)s invited somebody they know: %(mentor)s. There’s nothing to do.") % names
        ],
        why=_why_committee(),
    )


@mail.letter("mentor_note", example=lambda: (example(), "How did it go?", example().mentor))
def note(mentorship: Mentorship, text: str, by: Person) -> mail.Letter:
    """To the other one of the two."""
    registration = mentorship.registration
    if by.pk == mentorship.mentor_id:
        subject = _("A note on your record from %(name)s") % {"name": by.name}
        button, why = _plan(registration), _why_participant(registration)
    else:
        subject = _("A note from %(name)s") % {"name": by.name}
        address = mail.absolute_url("mentee", mentorship=mentorship.pk)
        button, why = (_("Open the record"), address), _why_mentor()
    return mail.Letter(
        subject=subject,
        paragraphs=[*filter(None, (line.strip() for line in text.splitlines()))],
        button=button,
        closing=[_("More notes within the hour come without a mail.")],
        why=why,
    )


@mail.letter("mentor_invitation", example=_invited)
def invitation(row: MentorInvitation, secret: str) -> mail.Letter:
    names = {"name": row.registration.person.name, "program": row.registration.program.name}
    return mail.Letter(
        subject=_("%(name)s would like you as a mentor") % names,
        paragraphs=[
            _("%(name)s takes part in this program: %(program)s.") % names,
            _("As a mentor you help to plan, and you can read the record of what was learned."),
            _("Sign in, or open an account, with this address. Then you decide."),
        ],
        facts=[(_("The link works until"), day(row.expires_at))],
        button=(_("See the invitation"), mail.absolute_url("mentor_invitation", secret=secret)),
        closing=[_("If you don’t know this person, don’t do anything: nothing happens then.")],
        why=_("You’re getting this because %(name)s gave this address.") % names,
    )
