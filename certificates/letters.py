"""What the program writes about a finished record and its certificate. Once per occasion each."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cec import mail
from cec.wording import day
from certificates.models import Certificate
from registrations.letters import example, known
from registrations.models import Registration


def example_certificate() -> Certificate:
    """A certificate that exists nowhere, to show and to test the letter with."""
    registration = example()
    return Certificate(
        pk=42,
        registration=registration,
        program=registration.program,
        serial="CEC-2029-0001-N6",
        public_id="not-a-certificate-0000",
        holder=registration.person.name,
        issued_on=date(2029, 3, 28),
    )


def _page(registration: Registration) -> str:
    return mail.absolute_url("certificate", registration=registration.pk)


def _why(registration: Registration) -> str:
    return _("You’re getting this because you take part in this program: %(program)s.") % {
        "program": registration.program.name
    }


@mail.letter("record_received", example=lambda: (example(),))
def received(registration: Registration) -> mail.Letter:
    return mail.Letter(
        subject=_("We have your record"),
        heading=_("Your record is with the committee"),
        paragraphs=[
            _("A committee member reads it now and accepts it or asks you about single entries."),
            _("Until then it’s closed for changes. You’ll hear from us either way."),
        ],
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See where it stands"), _page(registration)),
        why=_why(registration),
    )


@mail.letter(
    "record_returned",
    example=lambda: (
        example(),
        "Nearly there.",
        [("Spring conference", "How many sessions did you attend?")],
        date(2029, 5, 13),
    ),
)
def returned(
    registration: Registration, reason: str, questions: Sequence[tuple[str, str]], until: date
) -> mail.Letter:
    count = len(questions)
    subject = (
        ngettext(
            "%(count)d question before your certificate",
            "%(count)d questions before your certificate",
            count,
        )
        % {"count": count}
        if count
        else _("A few words before your certificate")
    )
    return mail.Letter(
        subject=subject,
        heading=_("Your record is back with you"),
        paragraphs=[
            _("The committee has read your record and wants to know a little more."),
            *(line for line in reason.splitlines() if line.strip()),
            _("Answer the questions in your record, then send it again by %(day)s.")
            % {"day": day(until)},
        ],
        facts=[(title, " ".join(text.split())) for title, text in questions],
        button=(_("See the questions"), _page(registration)),
        why=_why(registration),
    )


@mail.letter("record_accepted", example=lambda: (example(),))
def accepted(registration: Registration) -> mail.Letter:
    return mail.Letter(
        subject=_("Your record is accepted"),
        heading=_("The committee has accepted your record"),
        paragraphs=[
            _("Your certificate is issued next. You’ll get it by e-mail, as a PDF to print."),
        ],
        facts=[(_("Your reference"), registration.reference)],
        button=(_("See where it stands"), _page(registration)),
        why=_why(registration),
    )


@mail.letter(
    "certificate_issued",
    example=lambda: (example_certificate(),),
    label=gettext_lazy("Certificate issued"),
    when=gettext_lazy("At once, with the certificate as a PDF."),
)
def issued(certificate: Certificate) -> mail.Letter:
    return mail.Letter(
        subject=_("Your certificate is ready"),
        heading=_("Congratulations, %(name)s"),
        paragraphs=[
            _("Your certificate is attached as a PDF, ready to print."),
            _(
                "Anybody can check it by its QR code, or with its serial number and your family "
                "name on our website."
            ),
        ],
        values={
            **known(certificate.registration),
            "name": certificate.holder,
            "serial": certificate.serial,
            "day": day(certificate.issued_on),
        },
        facts=[
            (_("Serial number"), certificate.serial),
            (_("Issued"), day(certificate.issued_on)),
        ],
        button=(_("Open your certificate"), _page(certificate.registration)),
        why=_why(certificate.registration),
    )
