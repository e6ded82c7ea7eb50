"""What the program writes to those whose standing other rules changed."""

from decimal import Decimal

from django.utils.translation import gettext as _

from cec import mail
from cec.wording import amount
from registrations.letters import example
from registrations.models import Registration


@mail.letter(
    "rules_changed",
    example=lambda: (example(), Decimal("87.5"), Decimal(80), "The committee’s decision of May."),
)
def rules_changed(
    registration: Registration, before: Decimal, after: Decimal, reason: str
) -> mail.Letter:
    program = registration.program
    return mail.Letter(
        subject=_("The rules of your %(code)s program changed") % {"code": program.code},
        heading=_("You count under new rules"),
        paragraphs=[
            _("Your program has new rules, and your record moved to them. This is the reason:"),
            reason,
            _("Nothing is lost. Your record says what each entry counts now."),
        ],
        facts=[
            (_("Counted before"), amount(before, program.unit)),
            (_("Counts now"), amount(after, program.unit)),
        ],
        button=(
            _("See the rules"),
            mail.absolute_url("own_rules", registration=registration.pk),
        ),
        why=_("You’re getting this because you registered for this program: %(program)s.")
        % {"program": program.name},
    )
