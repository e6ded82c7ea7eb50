"""What has to be right of a program's certificate before anybody can register for it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cec.problems import Problem
from certificates import wordings
from registrations.models import Program
from registrations.program_keeping.opening import before_opening


@before_opening
def texts_fit_the_paper(program: Program) -> Iterable[Problem]:
    """Ask it of programs that end with a certificate, once they say whose it is."""
    texts = wordings.in_force(program)
    if program.coming_rules.requirement("cycle") is None or not (
        texts.title_fr and texts.issuer_fr
    ):
        return []
    return [
        Problem("certificate", _("On the certificate: %(what)s") % {"what": problem.message})
        for problem in wordings.check(texts)
    ]
