"""What goes out by itself about a registration; each letter takes its notice."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import mail
from cec.wording import money
from registrations import letters
from registrations.models import Notice


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


@mail.letter(
    "fee_outstanding",
    example=lambda: (example("fee_outstanding", "14", balance="40.00"),),
    when=gettext_lazy("14 and 30 days after the form was sent, if the fee isn’t settled"),
)
def fee_outstanding(notice: Notice) -> mail.Letter:
    registration = notice.registration
    assert registration is not None
    contact = registration.association.email if registration.association else ""
    facts = [
        (_("Your reference"), registration.reference),
        (_("To pay"), money(notice.decimal("balance"))),
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
            "balance": money(notice.decimal("balance")),
            "how_to_pay": registration.program.how_to_pay,
        },
        facts=facts + ([(_("Your association"), contact)] if contact else []),
        button=(_("See where it stands"), letters.status_page(registration)),
        why=letters.why(registration),
    )
