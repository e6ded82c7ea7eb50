"""Whether a text fits the paper, said before anything is issued with it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from certificates.models import CertificateWording
from certificates.printing.lettering import TooLong, UncoveredCharacters
from certificates.printing.paper import CertificateFacts
from registrations.models import Program

# The longest of what stands around the texts: they have to fit beside it.
LONGEST_DAY, MOST_POINTS = date(2030, 9, 30), Decimal("9999.75")


def plain_facts(program: Program) -> CertificateFacts:
    """A certificate with nearly nothing on it, to put one text of the program's into."""
    texts: dict[str, Any] = dict.fromkeys(CertificateWording.names(), "–")
    return CertificateFacts(
        **texts,
        name="–",
        points=MOST_POINTS,
        unit_en=program.text("unit", "en"),
        unit_fr=program.text("unit", "fr"),
        starts_on=LONGEST_DAY,
        ends_on=LONGEST_DAY,
        serial="–",
        issued_on=LONGEST_DAY,
        verify_url="https://example.org/",
        verify_short="–",
    )


def why_not(facts: CertificateFacts) -> str:
    """Say what keeps these facts from being printed; empty if nothing does."""
    # Here, for it brings WeasyPrint, which few requests need.
    from certificates.printing.composition import compose

    try:
        compose(facts)
    except UncoveredCharacters as error:
        return _("the certificate has no letter for %(characters)s.") % {
            "characters": " ".join(error.characters)
        }
    except TooLong:
        return _("there is more text than the paper has room for.")
    except ValueError as error:
        return str(error)
    return ""
