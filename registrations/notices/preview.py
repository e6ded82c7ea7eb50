"""What a mail that goes out by itself says, in each language, before and after it is written."""

import logging
from dataclasses import dataclass

from django.conf import settings

from cec import mail
from cec.mail import Written
from cec.models import OutgoingMail
from registrations import notices
from registrations.models import Notice

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preview:
    """A mail in one language; `written` is None when it can't be written, `error` says why."""

    language: str
    written: Written | None
    error: str = ""


def of_example(kind: notices.Kind, language: str) -> Preview:
    """Write the kind's letter with its example."""
    letter = mail.kinds().get(kind.name)
    if letter is None or letter.example is None:
        return Preview(language, None)
    return _try(kind.name, *letter.example(), language=language)


def of_notice(notice: Notice, language: str) -> Preview:
    """Write a notice's letter with the facts that it has now; nothing is kept or sent."""
    return _try(notice.kind, notice, language=language)


def of_mail(sent: OutgoingMail) -> Preview:
    """Show a mail as it was written; the address that ends such mails is its reader's alone."""
    text, html = sent.text, sent.html
    if sent.unsubscribe:
        text, html = text.replace(sent.unsubscribe, "…"), html.replace(sent.unsubscribe, "#")
    return Preview(sent.language, Written(sent.subject, text, html))


def languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def _try(kind: str, *about: object, language: str) -> Preview:
    try:
        return Preview(language, mail.write(kind, *about, language=language))
    except Exception as error:  # this is what the page of a notice that failed has to show
        logger.warning("The letter %s could not be shown: %s", kind, error)
        return Preview(language, None, f"{type(error).__name__}: {error}")
