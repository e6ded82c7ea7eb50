"""What a mail with these texts looks like: its example, as a reader in the program would get it."""

from dataclasses import replace

from django.conf import settings
from django.utils import translation

from cec import mail
from registrations.mail_texts import Place
from registrations.mail_texts.editable import Texts
from registrations.mail_texts.replacing import sender, worded

LONGEST_SUBJECT = 60  # characters; many mail programs show no more


def write(place: Place, texts: Texts, language: str) -> mail.Written:
    """Render the example with these texts, in the program's name, in this language."""
    said = place.kind.standard(place.program, language)
    with translation.override(language):
        named = replace(said, sender=sender(place.program))
        letter = worded(named, texts, f"{place.program.code} {place.kind.name}")
    ends = settings.SITE_URL if place.kind.is_reminder else ""
    return mail.dress(letter, language=language, unsubscribe=ends)


def is_long(written: mail.Written) -> bool:
    """Whether many readers won't see the whole subject."""
    return len(written.subject) > LONGEST_SUBJECT
