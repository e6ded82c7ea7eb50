"""What the program writes about a registration. Each is sent once per occasion."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import mail
from cec.wording import amount, day, money, spelled
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


def known(registration: Registration) -> dict[str, str]:
    """Return the placeholders that every text about a registration may have."""
    association = registration.association
    whom = association.name if association else registration.program.issuer
    return {
        "name": registration.person.name,
        "code": registration.program.code,
        "program": registration.program.name,
        "reference": registration.reference,
        "contact": f"{whom} ({association.email})" if association and association.email else whom,
    }


@mail.letter(
    "registration_received",
    example=lambda: (example(),),
    label=gettext_lazy("Registration received"),
    when=gettext_lazy("At once, when somebody has sent the form."),
)
def received(registration: Registration) -> mail.Letter:
    program = registration.program
    facts = [(_("Your reference"), registration.reference)]
    to_pay = registration.fee > 0
    if to_pay:
        facts.append((_("To pay"), money(registration.fee)))
        if registration.association and registration.association.email:
            facts.append((_("Your association"), registration.association.email))
    return mail.Letter(
        subject=_("We have your %(code)s registration"),
        heading=_("Thank you, %(name)s"),
        paragraphs=[
            _("We have your registration. You’ll usually hear from us within %(days)s days."),
            "%(how_to_pay)s",
        ],
        values={
            **known(registration),
            "days": program.answer_days,
            "how_to_pay": program.how_to_pay if to_pay else "",
        },
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


@mail.letter(
    "payment_recorded",
    example=lambda: (example(), _payment(), Decimal("15.00")),
    label=gettext_lazy("Payment recorded"),
    when=gettext_lazy("At once, when a payment of the fee is recorded."),
)
def payment_recorded(registration: Registration, line: Payment, left: Decimal) -> mail.Letter:
    facts = [
        (_("Amount"), money(line.amount)),
        (_("Received on"), day(line.received_on)),
        (_("Method"), line.get_method_display()),
        (_("Your reference"), registration.reference),
    ]
    if left > 0:
        facts.append((_("Still to pay"), money(left)))
        rest = _("Your payment is a part of the fee; %(left)s are left to pay.")
    else:
        rest = _("Your fee is settled; there is nothing left to pay.")
    return mail.Letter(
        subject=_("Your %(amount)s payment is recorded"),
        heading=_("Your payment arrived"),
        paragraphs=[_("Thank you. %(what_is_left)s")],
        values={
            **known(registration),
            "amount": money(line.amount),
            "what_is_left": rest % {"left": money(left)},
        },
        facts=facts,
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


@mail.letter(
    "fee_waived",
    example=lambda: (example(), _payment(), Decimal(0)),
    label=gettext_lazy("Fee waived"),
    when=gettext_lazy("At once, when the fee is waived."),
)
def fee_waived(registration: Registration, line: Payment, left: Decimal) -> mail.Letter:
    return mail.Letter(
        subject=_("Your %(code)s fee is waived"),
        heading=_("You don’t have to pay the fee"),
        paragraphs=[
            _("%(amount)s of your fee is waived; there is nothing left to pay."),
            "%(reason)s",
        ],
        values={**known(registration), "amount": money(line.amount), "reason": line.reason},
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


@mail.letter(
    "fee_refunded",
    example=lambda: (example(), _payment(), Decimal("25.00")),
    label=gettext_lazy("Fee refunded"),
    when=gettext_lazy("At once, when a refund is recorded."),
)
def fee_refunded(registration: Registration, line: Payment, left: Decimal) -> mail.Letter:
    return mail.Letter(
        subject=_("%(amount)s of your fee goes back to you"),
        heading=_("Your money is on its way back"),
        paragraphs=["%(reason)s"],
        values={**known(registration), "amount": money(abs(line.amount)), "reason": line.reason},
        facts=[
            (_("Amount"), money(abs(line.amount))),
            (_("Method"), line.get_method_display()),
            (_("Your reference"), registration.reference),
        ],
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


def _begins(registration: Registration) -> str:
    """Say when the program begins or began, as the end of a sentence."""
    program, starts_on = registration.program, registration.starts_on
    today = today_in(program)
    if starts_on is None or starts_on < today:
        return _("your program started on %(day)s") % {"day": day(starts_on)}
    if starts_on > today:
        return _("your program starts on %(day)s") % {"day": day(starts_on)}
    if program.cycle_years and program.cycle_years > 1:
        return _("your %(years)s years start today") % {"years": spelled(program.cycle_years)}
    return _("your program starts today")


@mail.letter(
    "registration_approved",
    example=lambda: (example(),),
    label=gettext_lazy("Registration approved"),
    when=gettext_lazy("At once, when a registration is approved."),
)
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
        subject=_("You’re registered: %(begins)s"),
        heading=_("You’re registered, %(name)s"),
        paragraphs=[
            _("Your registration is approved. Anything you learn from %(day)s on can count.")
        ],
        values={
            **known(registration),
            "begins": _begins(registration),
            "day": day(registration.starts_on),
        },
        facts=facts,
        button=(
            _("Open your record"),
            mail.absolute_url("record", registration=registration.pk),
        ),
        why=why(registration),
    )


@mail.letter(
    "registration_declined",
    example=lambda: (example(), "No current membership."),
    label=gettext_lazy("Registration declined"),
    when=gettext_lazy("At once, when a registration is declined."),
)
def declined(registration: Registration, reason: str) -> mail.Letter:
    return mail.Letter(
        subject=_("About your %(code)s registration"),
        heading=_("We couldn’t approve your registration"),
        paragraphs=[
            _("This is the reason that we were given:"),
            "%(reason)s",
            _("Once that’s settled, you can register again: your answers are kept."),
        ],
        values={**known(registration), "reason": reason},
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )
