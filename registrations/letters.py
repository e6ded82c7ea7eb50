"""What the program writes about a registration. Each is sent once per occasion."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cec import mail
from cec.wording import amount, day, money
from registrations.calendar import today_in
from registrations.models import Association, Payment, Person, Program, Registration


def example() -> Registration:
    """A registration that exists nowhere, to show and to test the letters with."""
    program = Program(
        code="CEC",
        name_en="Example program",
        name_fr="Programme exemple",
        issuer_en="Example network",
        unit_en="points",
        how_to_pay_en="By e-transfer.",
        how_to_pay_fr="Par virement.",
        fee=Decimal("40.00"),
        time_zone="America/Toronto",
        answer_days=10,
    )
    return Registration(
        pk=42,
        person=Person(pk=7, email="person@example.org", name="Robin Example"),
        program=program,
        association=Association(code="EX", name_en="Example Association"),
        status=Registration.Status.ACTIVE,
        fee=Decimal("40.00"),
        starts_on=date(2026, 3, 15),
        ends_on=date(2029, 3, 14),
    )


def status_page(registration: Registration) -> str:
    return mail.absolute_url("registration_status", registration=registration.pk)


def why(registration: Registration) -> str:
    return _("You’re getting this because you registered for this program: %(program)s.") % {
        "program": registration.program.name
    }


@mail.letter("registration_received", example=lambda: (example(),))
def received(registration: Registration) -> mail.Letter:
    program = registration.program
    facts = [(_("Your reference"), registration.reference)]
    paragraphs = [
        _("We have your registration. You’ll usually hear from us within %(days)s days.")
        % {"days": program.answer_days}
    ]
    if registration.fee > 0:
        facts.append((_("To pay"), money(registration.fee)))
        if registration.association and registration.association.email:
            facts.append((_("Your association"), registration.association.email))
        paragraphs.append(program.how_to_pay)
    return mail.Letter(
        subject=_("We have your %(code)s registration") % {"code": program.code},
        heading=_("Thank you, %(name)s") % {"name": registration.person.name},
        paragraphs=[text for text in paragraphs if text],
        facts=facts,
        button=(_("See where it stands"), status_page(registration)),
        why=why(registration),
    )


def _payment() -> Payment:
    """A payment that exists nowhere."""
    return Payment(
        pk=9,
        kind=Payment.Kind.PAYMENT,
        amount=Decimal("25.00"),
        method=Payment.Method.TRANSFER,
        reference="CEC-R-1042",
        received_on=date(2026, 3, 10),
        reason="Bursary of the association.",
    )


@mail.letter("payment_recorded", example=lambda: (example(), _payment(), Decimal("15.00")))
def payment_recorded(registration: Registration, line: Payment, left: Decimal) -> mail.Letter:
    facts = [
        (_("Amount"), money(line.amount)),
        (_("Received on"), day(line.received_on)),
        (_("Method"), line.get_method_display()),
        (_("Your reference"), registration.reference),
    ]
    if left > 0:
        facts.append((_("Still to pay"), money(left)))
        text = _("Thank you. Your payment is a part of the fee; %(left)s are left to pay.")
    else:
        text = _("Thank you. Your fee is settled; there is nothing left to pay.")
    return mail.Letter(
        subject=_("Your %(amount)s payment is recorded") % {"amount": money(line.amount)},
        heading=_("Your payment arrived"),
        paragraphs=[text % {"left": money(left)}],
        facts=facts,
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


@mail.letter("fee_waived", example=lambda: (example(), _payment(), Decimal(0)))
def fee_waived(registration: Registration, line: Payment, left: Decimal) -> mail.Letter:
    return mail.Letter(
        subject=_("Your %(code)s fee is waived") % {"code": registration.program.code},
        heading=_("You don’t have to pay the fee"),
        paragraphs=[
            _("%(amount)s of your fee is waived; there is nothing left to pay.")
            % {"amount": money(line.amount)},
            line.reason,
        ],
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


@mail.letter("fee_refunded", example=lambda: (example(), _payment(), Decimal("25.00")))
def fee_refunded(registration: Registration, line: Payment, left: Decimal) -> mail.Letter:
    return mail.Letter(
        subject=_("%(amount)s of your fee goes back to you") % {"amount": money(abs(line.amount))},
        heading=_("Your money is on its way back"),
        paragraphs=[line.reason],
        facts=[
            (_("Amount"), money(abs(line.amount))),
            (_("Method"), line.get_method_display()),
            (_("Your reference"), registration.reference),
        ],
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


@mail.letter("registration_approved", example=lambda: (example(),))
def approved(registration: Registration) -> mail.Letter:
    program = registration.program
    ahead = registration.starts_on and registration.starts_on > today_in(program)
    starts = _("Your program starts on") if ahead else _("Your program started on")
    facts = [(starts, day(registration.starts_on))]
    if registration.ends_on:
        facts.append((_("It ends on"), day(registration.ends_on)))
    needed = registration.rules.requirement("cycle") if registration.rules_id else None
    steady = program.steady(needed.points) if needed else None
    if needed and steady:
        facts.append(
            (
                _("To earn"),
                _("%(total)s, about %(steady)s a year")
                % {
                    "total": amount(needed.points, program.unit),
                    "steady": amount(steady.quantize(Decimal(1)), program.unit),
                },
            )
        )
    return mail.Letter(
        subject=_("Your %(code)s registration is approved") % {"code": program.code},
        heading=_("You’re registered, %(name)s") % {"name": registration.person.name},
        paragraphs=[
            _("Your registration is approved. Anything you learn from %(day)s on can count.")
            % {"day": day(registration.starts_on)}
        ],
        facts=facts,
        button=(
            _("Open your record"),
            mail.absolute_url("record", registration=registration.pk),
        ),
        why=why(registration),
    )


@mail.letter("registration_declined", example=lambda: (example(), "No current membership."))
def declined(registration: Registration, reason: str) -> mail.Letter:
    return mail.Letter(
        subject=_("About your %(code)s registration") % {"code": registration.program.code},
        heading=_("We couldn’t approve your registration"),
        paragraphs=[
            _("This is the reason that we were given:"),
            reason,
            _("Once that’s settled, you can register again: your answers are kept."),
        ],
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


@mail.letter("membership_proof", example=lambda: (example(), "Please send a receipt."))
def membership_proof(registration: Registration, note: str) -> mail.Letter:
    return _about_membership(
        registration,
        subject=_("One question about your membership"),
        heading=_("Can you show us that you’re a member?"),
        paragraphs=[
            _("We couldn’t find your membership of %(association)s by ourselves.")
            % {"association": _association(registration)},
            note,
            _("Upload a receipt or your membership card on the page of your registration, please."),
        ],
    )


@mail.letter("membership_not_confirmed", example=lambda: (example(), ""))
def membership_not_confirmed(registration: Registration, note: str) -> mail.Letter:
    return _about_membership(
        registration,
        subject=_("Your membership isn’t current"),
        heading=_("We couldn’t confirm a current membership"),
        paragraphs=[
            note,
            _("Renew with %(association)s, and tell them that you registered here.")
            % {"association": _association(registration)},
        ],
    )


@mail.letter("membership_lapsed", example=lambda: (example(), ""))
def membership_lapsed(registration: Registration, note: str) -> mail.Letter:
    """To a participant, by whoever noticed: a date that passed, a roster, a person."""
    return _about_membership(
        registration,
        subject=_("Your membership isn’t current any more"),
        heading=_("Your membership isn’t current any more"),
        paragraphs=[
            _(
                "You need to be a member of %(association)s in good standing again when you turn in"
                " your record."
            )
            % {"association": _association(registration)},
            note,
            _("Nothing in your record is lost, and you can go on logging what you learn."),
            _(
                "Renew your membership. If you’re on your association’s next list, you needn’t do"
                " anything else; otherwise upload a receipt on the page of your registration."
            ),
        ],
    )


def _about_membership(
    registration: Registration, *, subject: str, heading: str, paragraphs: list[str]
) -> mail.Letter:
    return mail.Letter(
        subject=subject,
        heading=heading,
        paragraphs=[text for text in paragraphs if text],
        facts=_contact(registration),
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


def _association(registration: Registration) -> str:
    return registration.association.name if registration.association else ""


def _contact(registration: Registration) -> list[tuple[str, str]]:
    facts = [(_("Your reference"), registration.reference)]
    if registration.association and registration.association.email:
        facts.append((_("Your association"), registration.association.email))
    return facts
