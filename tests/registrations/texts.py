"""Texts of mails that somebody has written."""

from dataclasses import replace

from registrations import mail_texts
from registrations.mail_texts import Place, editable
from registrations.models import MailText, Person
from tests import factories as make

KIND = "registration_received"


def place(kind: str = KIND, *, program: str = "CEC") -> Place:
    return Place(make.program(program), editable.kinds()[kind])


def seen(where: Place) -> str:
    return mail_texts.state(where.latest())


def written(
    language: str = "en",
    *,
    where: Place | None = None,
    by: Person | None = None,
    reason: str = "Comme convenu.",
    **texts: str,
) -> MailText:
    """Another text in force: what was, with these changes."""
    where = where or place()
    current = where.texts(where.latest()[language], language)
    said = replace(current, **(texts or {"subject": "Welcome, {name}"}))
    known = {"by": by or make.administrator(), "seen": seen(where), "reason": reason}
    return mail_texts.save(where, texts={language: said}, **known)[0]


def standard(language: str = "en", *, where: Place | None = None, by: Person) -> MailText:
    where = where or place()
    known = {"by": by, "seen": seen(where), "reason": "Back again."}
    row = mail_texts.back_to_standard(where, language, **known)
    assert row is not None
    return row
