"""The only place that builds an e-mail. Each app writes its letters in `letters.py`.

    @mail.letter("fee_received", example=lambda: (example_payment(),))
    def fee_received(payment): return mail.Letter(subject=..., paragraphs=[...])

    mail.post("fee_received", payment, to=person, key=f"fee_received:{payment.pk}")

A letter is rendered in its reader's language and becomes a row of the outbox, in the transaction of
the deed that it tells of; `cec.delivery` sends it afterwards (reliability H6).
"""

import pkgutil
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from cec import personal, work
from cec.outbox import Attachment, OutgoingMail, OutgoingMailQuerySet, about_row

DELIVER = "cec.deliver_mail"
OTHER = "other"  # the kind of what was not written as a letter

File = tuple[str, str, bytes]  # name, content type, content


@dataclass(frozen=True)
class Sender:
    """In whose name a mail goes out: `name` stands above its heading, `signature` at its foot."""

    name: str
    signature: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a mail says, without its dress (templates/mail/layout.*).

    `facts` are pairs of label and value, `button` is a label and an address, `why` says at the foot
    why the person gets it. With `values`, subject, heading, preheader, paragraphs and closing have
    placeholders of these names, like %(name)s; a line that comes out empty is left out, and so is
    a paragraph of nothing else. Without a `sender` the installation itself writes.
    """

    subject: str
    paragraphs: Sequence[str]
    heading: str = ""
    preheader: str = ""
    facts: Sequence[tuple[str, str]] = ()
    button: tuple[str, str] | None = None
    closing: Sequence[str] = ()
    why: str = ""
    values: Mapping[str, object] | None = None
    sender: Sender | None = None

    def filled(self) -> "Letter":
        """Return the letter with its values in their places."""
        if self.values is None:
            return self
        given = self.values
        return replace(
            self,
            subject=self.subject % given,
            heading=self.heading % given,
            preheader=self.preheader % given,
            paragraphs=[text for each in self.paragraphs if (text := _filled(each, given))],
            closing=[text for each in self.closing if (text := _filled(each, given))],
            values=None,
        )


def _filled(paragraph: str, given: Mapping[str, object]) -> str:
    lines = (line % given for line in paragraph.split("\n"))
    return "\n".join(line for line in lines if line.strip())


@dataclass(frozen=True)
class Kind:
    """A kind of letter. `example()` returns arguments to show and to test it with.

    `label` says what it is and `when` when it goes out, where administrators read it. What is
    `short_lived` is worth nothing an hour later, as its code or link doesn't work any more (B8).
    """

    name: str
    write: Callable[..., Letter]
    example: Callable[[], tuple[Any, ...]] | None
    urgent: bool
    short_lived: bool = False
    label: Any = ""
    when: Any = ""


@dataclass(frozen=True)
class Written:
    """A letter in its dress, ready to be sent."""

    subject: str
    text: str
    html: str = field(repr=False)
    sender: str = ""


Reviser = Callable[[Kind, tuple[Any, ...], Letter], Letter]

_kinds: dict[str, Kind] = {}
_revisers: list[Reviser] = []


def letter(
    name: str,
    *,
    example: Callable[[], tuple[Any, ...]] | None = None,
    urgent: bool = False,
    short_lived: bool = False,
    label: Any = "",
    when: Any = "",
) -> Callable[[Callable[..., Letter]], Callable[..., Letter]]:
    """Register a kind of letter. Urgent ones, such as codes, go before all others."""

    def register(write: Callable[..., Letter]) -> Callable[..., Letter]:
        if name in _kinds and _kinds[name].write is not write:
            raise ValueError(f"There are two letters of the kind {name}.")
        _kinds[name] = Kind(name, write, example, urgent, short_lived, label, when)
        return write

    return register


def reviser(revise: Reviser) -> Reviser:
    """Register who may change what letters say and in whose name, in the language of each.

    It gets the kind, the arguments of the letter, and what the letter says.
    """
    _revisers.append(revise)
    return revise


def kinds() -> dict[str, Kind]:
    """Return every kind of letter of every app, by name."""
    _discover()
    return _kinds


@cache
def _discover() -> None:
    """Import each app's `letters` and `*_letters`."""
    for app in apps.get_app_configs():
        for module in pkgutil.iter_modules([app.path]):
            if module.name == "letters" or module.name.endswith("_letters"):
                import_module(f"{app.name}.{module.name}")


def write(kind: str, *args: Any, language: str, unsubscribe: str = "") -> Written:
    """Render a letter in a language, both as plain text and as HTML."""
    with translation.override(language):
        said = kinds()[kind].write(*args)
        for revise in _revisers:
            said = revise(kinds()[kind], args, said)
        return dress(said, language=language, unsubscribe=unsubscribe)


def dress(said: Letter, *, language: str, unsubscribe: str = "") -> Written:
    """Render what a letter says, in its language; `unsubscribe` is the address that ends them."""
    with translation.override(language):
        said = said.filled()
        subject = one_line(said.subject)
        context = {
            "mail": _completed(said),
            "subject": subject,
            "language": language,
            "unsubscribe": unsubscribe,
            "site": settings.SITE_URL,
        }
        return Written(
            subject=subject,
            text=render_to_string("mail/layout.txt", context).strip() + "\n",
            html=render_to_string("mail/layout.html", context),
            sender=one_line(said.sender.name) if said.sender else "",
        )


def _completed(said: Letter) -> dict[str, Any]:
    """Return the letter for the templates: no heading is the subject, no preheader the start."""
    return {
        **vars(said),
        "subject": one_line(said.subject),
        "heading": one_line(said.heading or said.subject, between=_BREAKABLE),
        "preheader": said.preheader or next(iter(said.paragraphs), ""),
    }


def short_lived() -> list[str]:
    """Return the kinds of letters that are worth nothing after an hour."""
    return [kind.name for kind in kinds().values() if kind.short_lived]


def try_again(failed: OutgoingMailQuerySet) -> int:
    """Let mail that failed be tried from the beginning, but for what is worth nothing by then."""
    return failed.exclude(kind__in=short_lived()).queue_again()


def post(
    kind: str,
    *args: Any,
    to: Any,
    address: str = "",
    key: str | None = None,
    about: Model | None = None,
    attachments: Iterable[File] = (),
    unsubscribe: str = "",
    language: str = "",
) -> OutgoingMail | None:
    """Put a letter into the outbox, in the current transaction and the person's language.

    `to` is a person, or the address of somebody without an account, who reads the language of the
    page; `language` is another one that is asked for. `address` is used in place of the person's
    own, and `about` is the row whose history the mail belongs to. `unsubscribe` is where one click
    ends such mails. With a `key` the letter is written at most once, however often this is called;
    the other times return None; and so does whatever is for somebody whose data were erased.
    """
    person = None if isinstance(to, str) else to
    if person is not None and person.email == personal.erased_address(person.pk):
        return None
    if not language:
        language = person.language if person else (translation.get_language() or "en")[:2]
    if key and OutgoingMail.objects.filter(key=key).exists():
        return None
    written = write(kind, *args, language=language, unsubscribe=unsubscribe)
    row = OutgoingMail(
        kind=kind,
        key=key,
        about=about_row(about),
        person=person,
        to=address or (person.email if person else to),
        language=language,
        sender=written.sender,
        urgent=kinds()[kind].urgent,
        subject=written.subject,
        text=written.text,
        html=written.html,
        unsubscribe=unsubscribe,
    )
    return _put(row, attachments)


def _put(row: OutgoingMail, attachments: Iterable[File]) -> OutgoingMail | None:
    # PostgreSQL keeps no NUL, and a mail needs none.
    row.text, row.html = row.text.replace("\0", ""), row.html.replace("\0", "")
    row.message_id = f"<{secrets.token_hex(16)}@{urlsplit(settings.SITE_URL).hostname}>"
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            Attachment.objects.bulk_create(
                Attachment(mail=row, name=name, content_type=content_type, content=content)
                for name, content_type, content in attachments
            )
    except IntegrityError:
        if row.key and OutgoingMail.objects.filter(key=row.key).exists():
            return None
        raise
    work.hint_after_commit(DELIVER, row.pk)
    return row


def absolute_url(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the whole address of a page, in the active language."""
    return settings.SITE_URL + reverse(name, args=args, kwargs=kwargs)


# A date or an amount stays together in a heading, which wraps.
_BREAKABLE = re.compile(r"[^\S\u00a0\u202f]+")


def one_line(subject: object, *, between: re.Pattern[str] = re.compile(r"\s+")) -> str:
    """Return the text in one line without control characters, as a subject must be (C8).

    `between` is what becomes one space.
    """
    plain = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in str(subject)
    )
    words = between.sub(" ", plain).strip()
    return words if len(words) <= 200 else words[:199] + "…"


class OutboxBackend(BaseEmailBackend):
    """Django's way of sending: whatever uses it writes into the outbox, a row for each reader."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the rows in the current transaction; nothing is sent here."""
        for message in email_messages:
            files = [_file(attached) for attached in message.attachments]
            for address in message.recipients():
                _put(_row(message, address), files)
        return len(email_messages)


def _row(message: EmailMessage, address: str) -> OutgoingMail:
    alternatives = getattr(message, "alternatives", None) or []
    html = next((str(body) for body, mimetype in alternatives if mimetype == "text/html"), "")
    if message.content_subtype == "html":
        html = str(message.body)
    return OutgoingMail(
        kind=OTHER,
        to=address,
        language=(translation.get_language() or "en")[:2],
        subject=one_line(message.subject),
        text=str(message.body),
        html=html,
    )


def _file(attached: Any) -> File:
    if isinstance(attached, Message):
        content = attached.get_payload(decode=True)
        assert isinstance(content, bytes)
        return attached.get_filename() or "attachment", attached.get_content_type(), content
    name, content, mimetype = attached
    if isinstance(content, str):
        content = content.encode()
    return name or "attachment", mimetype or "application/octet-stream", content
