"""What goes out by itself about a registration; each letter takes its notice."""

from django.utils.translation import gettext as _

from cec import mail
from cec.wording import day, exact_money, money
from registrations import letters
from registrations.models import Notice, Registration


def example(kind: str, occasion: str = "", **facts: str) -> Notice:
    """A notice that exists nowhere, to show and to test its letter with."""
    registration = letters.example()
    return Notice(
        pk=5,
        kind=kind,
        occasion=occasion,
        person=registration.person,
        registration=registration,
        facts=facts,
    )


def registration_of(notice: Notice) -> Registration:
    assert notice.registration is not None
    return notice.registration


@mail.letter(
    "fee_outstanding",
    example=lambda: (example("fee_outstanding", "14", balance="40.00"),),
)
def fee_outstanding(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    contact = registration.association.email if registration.association else ""
    balance = notice.decimal("balance")
    facts = [
        (_("Your reference"), registration.reference),
        (_("To pay"), exact_money(balance, registration.program.currency)),
    ]
    return mail.Letter(
        subject=_("%(balance)s to pay for your %(code)s registration"),
        heading=_("Your fee is still open"),
        paragraphs=[
            _(
                "We have your registration, and %(balance)s of the fee are left to pay. Your"
                " program can begin once that’s done."
            ),
            "%(how_to_pay)s",
            _("If you’ve paid in the last few days, there’s nothing else to do."),
        ],
        values={
            **letters.known(registration),
            "balance": money(balance),
            "how_to_pay": registration.program.how_to_pay,
        },
        facts=facts + ([(_("Your association"), contact)] if contact else []),
        button=(_("See where it stands"), letters.status_page(registration)),
        why=letters.why(registration),
    )


@mail.letter(
    "membership_lapsing",
    example=lambda: (example("membership_lapsing", "2027-06-30", good_until="2027-06-30"),),
)
def membership_lapsing(notice: Notice) -> mail.Letter:
    registration = registration_of(notice)
    return mail.Letter(
        subject=_("Your membership ends on %(day)s"),
        heading=_("Time to renew your membership"),
        paragraphs=[
            _(
                "Your membership is confirmed until %(day)s. You need to be a member in good"
                " standing when you turn in your record."
            ),
            _(
                "Renew it with your association, as you do each time. If you’re on its next list of"
                " members, there’s nothing else to do here. Questions go to %(contact)s."
            ),
            _("Nothing in your record is lost if it takes a while: you can go on logging."),
        ],
        values={**letters.known(registration), "day": day(notice.day("good_until"))},
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See your registration"), letters.status_page(registration)),
        why=letters.why(registration),
    )
