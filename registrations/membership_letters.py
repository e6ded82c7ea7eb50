"""What the program writes about a membership. Each is sent once per occasion."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import mail
from registrations.letters import example, known, status_page, why
from registrations.models import Registration


@mail.letter(
    "membership_proof",
    example=lambda: (example(), "Please send a receipt."),
    label=gettext_lazy("Proof of membership asked for"),
    when=gettext_lazy("At once, when a committee member asks for a proof."),
)
def membership_proof(registration: Registration, note: str) -> mail.Letter:
    return _about_membership(
        registration,
        note,
        subject=_("One question about your membership"),
        heading=_("Can you show us that you’re a member?"),
        paragraphs=[
            _("We couldn’t find your membership of %(association)s by ourselves."),
            "%(note)s",
            _("Upload a receipt or your membership card on the page of your registration, please."),
        ],
    )


@mail.letter(
    "membership_not_confirmed",
    example=lambda: (example(), ""),
    label=gettext_lazy("Membership not confirmed"),
    when=gettext_lazy("At once, when no membership in good standing was found."),
)
def membership_not_confirmed(registration: Registration, note: str) -> mail.Letter:
    return _about_membership(
        registration,
        note,
        subject=_("Your membership isn’t current"),
        heading=_("We couldn’t confirm a current membership"),
        paragraphs=[
            "%(note)s",
            _("Renew with %(association)s, and tell them that you registered here."),
        ],
    )


@mail.letter(
    "membership_lapsed",
    example=lambda: (example(), ""),
    label=gettext_lazy("Membership lapsed"),
    when=gettext_lazy("At once, when a membership has lapsed during the program."),
)
def membership_lapsed(registration: Registration, note: str) -> mail.Letter:
    """To a participant, by whoever noticed: a date that passed, a roster, a person."""
    return _about_membership(
        registration,
        note,
        subject=_("Your membership isn’t current any more"),
        heading=_("Your membership isn’t current any more"),
        paragraphs=[
            _(
                "You need to be a member of %(association)s in good standing again when you turn in"
                " your record."
            ),
            "%(note)s",
            _("Nothing in your record is lost, and you can go on logging what you learn."),
            _(
                "Renew your membership. If you’re on your association’s next list, you needn’t do"
                " anything else; otherwise upload a receipt on the page of your registration."
            ),
        ],
    )


def _about_membership(
    registration: Registration, note: str, *, subject: str, heading: str, paragraphs: list[str]
) -> mail.Letter:
    association = registration.association
    return mail.Letter(
        subject=subject,
        heading=heading,
        paragraphs=paragraphs,
        values={
            **known(registration),
            "association": association.name if association else "",
            "note": note,
        },
        facts=_contact(registration),
        button=(_("See your registration"), status_page(registration)),
        why=why(registration),
    )


def _contact(registration: Registration) -> list[tuple[str, str]]:
    facts = [(_("Your reference"), registration.reference)]
    if registration.association and registration.association.email:
        facts.append((_("Your association"), registration.association.email))
    return facts
