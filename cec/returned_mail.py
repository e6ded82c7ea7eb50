"""Reads mail that came back: reports of mail servers (RFC 3464) and of readers (RFC 5965).

Anybody may write to the address that mail comes back to. A report counts for a mail only if it
holds that mail's Message-ID, which nobody guesses: 128 random bits.
"""

from email import policy
from email.message import Message
from email.parser import BytesParser, HeaderParser
from typing import NamedTuple

from cec import bounces
from cec.outbox import OutgoingMail

MOST_BYTES = 1024 * 1024  # of a report; what comes after is the mail itself, which we have
_MOST_PARTS = 50
_LONGEST = 1_000  # of a field

Answer = OutgoingMail.Answer


class _ShortFields(policy.Compat32):
    """Gives each header as it stands and chokes on none; what is beyond its length is left out.

    Else a field of a few thousand semicolons would keep a processor busy for half an hour.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST]


_SHORT = _ShortFields()


class Report(NamedTuple):
    """What a report says: which mail, by its Message-ID, and what about it."""

    message_id: str
    answer: str
    words: str


def note(content: bytes) -> OutgoingMail | None:
    """Note what a report says about one of our mails; None if it is no such report."""
    report = read(content)
    if report is None:
        return None
    mail = OutgoingMail.objects.filter(message_id=report.message_id).first()
    if mail is not None and bounces.hear(mail, report.answer, words=report.words):
        mail.answer = report.answer
    return mail


def read(content: bytes) -> Report | None:
    """Read a report; None if it is anything else, such as a delay or somebody's absence."""
    try:
        message = BytesParser(policy=_SHORT).parsebytes(content[:MOST_BYTES])
        if message.get_content_type() != "multipart/report":
            return None
        parts = [part for part, _place in zip(message.walk(), range(_MOST_PARTS), strict=False)]
        return _report(parts)
    except (RecursionError, ValueError, LookupError):  # built to break whoever reads it
        return None


def _report(parts: list[Message]) -> Report | None:
    message_id = next(filter(None, map(_returned_id, parts)), "")
    said = next(filter(None, map(_said, parts)), None)
    return Report(message_id, *said) if message_id and said else None


def _returned_id(part: Message) -> str:
    """Return the Message-ID of the mail that came back, whole or by its headers."""
    returned: object = None
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        returned = part.get_payload(0)
    elif part.get_content_type() == "text/rfc822-headers":
        returned = HeaderParser(policy=_SHORT).parsestr(_text(part))
    return _field(returned, "Message-ID") if isinstance(returned, Message) else ""


def _said(part: Message) -> tuple[str, str] | None:
    """Return what a part says about the mail, and in which words; None if it says nothing."""
    if part.get_content_type() == "message/delivery-status":
        return _delivery(part)
    if part.get_content_type() == "message/feedback-report":
        return _feedback(part)
    return None


def _delivery(part: Message) -> tuple[str, str] | None:
    """Read the fields of each reader; ours have one. Only what failed for good is of interest."""
    for fields in part.get_payload() if part.is_multipart() else ():
        if isinstance(fields, Message) and _field(fields, "Action").lower() == "failed":
            status = _field(fields, "Status").split(" ")[0]
            words = _field(fields, "Diagnostic-Code").removeprefix("smtp;").strip() or status
            return bounces.meaning(words, status=_telling(status)), words
    return None


def _telling(status: str) -> str:
    """Return the status, unless it says no more than that it failed: the words may say why."""
    return "" if status in ("5.0.0", "4.0.0") else status


def _feedback(part: Message) -> tuple[str, str] | None:
    """Read a reader's complaint; the standard library takes its fields for a mail's headers."""
    fields = part.get_payload(0) if part.is_multipart() else None
    kind = _field(fields, "Feedback-Type").lower() if isinstance(fields, Message) else ""
    return (Answer.COMPLAINED, kind) if kind in ("abuse", "fraud") else None


def _field(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, ""))[:_LONGEST].replace("\0", "").split())


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""
