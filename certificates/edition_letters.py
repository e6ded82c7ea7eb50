"""What the program writes about a certificate that is put right or revoked."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from cec import mail
from cec.wording import day
from certificates.letters import example_certificate
from certificates.models import Certificate, Sharing
from registrations.models import Registration


def _example(edition: int = 1) -> Certificate:
    found = example_certificate()
    found.edition = edition
    found.replaces = example_certificate() if edition > 1 else None
    found.revoked_on = date(2029, 4, 2)
    return found


def _page(certificate: Certificate) -> str:
    return mail.absolute_url("certificate", registration=certificate.registration_id)


def _why(certificate: Certificate) -> str:
    return _("You’re getting this because you hold a certificate of this program: %(program)s.") % {
        "program": certificate.registration.program.name
    }


def _lines(text: str) -> Sequence[str]:
    return [line for line in text.splitlines() if line.strip()]


def whom_to_write_to(registration: Registration) -> str:
    """Say in a sentence where a holder turns who disagrees."""
    association = registration.association
    if association is None or not association.email:
        return _("If you think that this is wrong, write to your association.")
    return _("If you think that this is wrong, write to your association: %(email)s.") % {
        "email": association.email
    }


def _on_a_former_name(certificate: Certificate, former: Certificate) -> Sequence[str]:
    """Tell who has another name now that the two are kept apart, unless they want otherwise."""
    if certificate.holder == former.holder:
        return []
    if Sharing.of(certificate.registration).newest_edition:
        return []
    return [
        _(
            "Your two names are kept apart: the page of the one before says that it was replaced, "
            "and doesn’t lead to this one. You can let it on your certificate’s page."
        )
    ]


@mail.letter("certificate_corrected", example=lambda: (_example(edition=2),))
def corrected(certificate: Certificate) -> mail.Letter:
    former = certificate.replaces
    assert former is not None
    return mail.Letter(
        subject=_("Your corrected certificate is ready"),
        heading=_("Edition %(number)d of your certificate") % {"number": certificate.edition},
        paragraphs=[
            _("Your certificate is put right. The new one is attached as a PDF, ready to print."),
            _(
                "It has a serial number of its own and the day on which you earned it. From now "
                "on show this one: who checks the one before is told that it doesn’t hold any "
                "more."
            ),
            *_on_a_former_name(certificate, former),
        ],
        facts=[
            (_("Awarded to"), certificate.holder),
            (_("Serial number"), certificate.serial),
            (_("Serial number before"), former.serial),
            (_("Issued"), day(certificate.issued_on)),
        ],
        button=(_("Open your certificate"), _page(certificate)),
        why=_why(certificate),
    )


@mail.letter(
    "certificate_revoked",
    example=lambda: (_example(), "An entry was counted that belongs to somebody else."),
)
def revoked(certificate: Certificate, reason: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Your certificate is revoked"),
        heading=_("Your certificate doesn’t hold any more"),
        paragraphs=[
            _("The administrators of the program have revoked your certificate. They write:"),
            *_lines(reason),
            _("Who checks it is told that it was revoked, and not why."),
            whom_to_write_to(certificate.registration),
        ],
        facts=[(_("Serial number"), certificate.serial)],
        button=(_("See where it stands"), _page(certificate)),
        why=_why(certificate),
    )


@mail.letter(
    "correction_declined", example=lambda: (_example(), "It is the name of your membership.")
)
def declined(certificate: Certificate, answer: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Your certificate stays as it is"),
        heading=_("About the correction that you asked for"),
        paragraphs=[
            _("The administrators of the program have looked at it and write:"),
            *_lines(answer),
            whom_to_write_to(certificate.registration),
        ],
        facts=[(_("Serial number"), certificate.serial)],
        button=(_("Open your certificate"), _page(certificate)),
        why=_why(certificate),
    )
