"""Mail about a program goes out in its name, and with its own texts where it has some.

Whoever posts a letter does nothing for it. A mail never fails by a text: one that can't be used any
more, such as after a release that took a placeholder away, gives way to the standard text.
"""

import logging
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cec import mail
from registrations import mail_texts
from registrations.mail_texts.editable import Texts, program_of
from registrations.models import Program

logger = logging.getLogger(__name__)


@mail.reviser
def in_the_programs_words(
    kind: mail.Kind, arguments: tuple[Any, ...], said: mail.Letter
) -> mail.Letter:
    """Give a letter about a program its sender, and the texts that are in force there."""
    program = program_of(arguments)
    if program is None:
        return said
    named = replace(said, sender=sender(program))
    own = _own(program, kind.name) if said.values is not None else None
    return named if own is None else worded(named, own, f"{program.code} {kind.name}")


def _own(program: Program, kind: str) -> Texts | None:
    if not program.pk:
        return None  # that of an example, which exists nowhere
    return mail_texts.own(program, kind, (get_language() or "en")[:2])


def sender(program: Program) -> mail.Sender:
    """In whose name the program's mails go out, in the active language."""
    known = {"program": program.name, "issuer": program.issuer}
    signature = _("%(program)s, %(issuer)s") % known if program.issuer else program.name
    return mail.Sender(name=program.name, signature=signature)


def worded(said: mail.Letter, own: Texts, what: str) -> mail.Letter:
    """Return the letter with these texts, or as it is if they don't go with it any more."""
    unknown = own.unknown_in(said.values or {})
    if unknown:
        logger.warning("%s: no placeholder %s; standard text used", what, ", ".join(unknown))
        return said
    letter = own.put_into(said)
    filled = letter.filled()
    if not filled.subject.strip() or not filled.paragraphs:
        logger.warning("%s: nothing is left of the text; standard text used", what)
        return said
    return letter
