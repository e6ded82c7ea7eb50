"""What comes back about mail: the reader's server refused it, or the reader doesn't want it.

A provider tells it by its webhook (`cec.provider`), a mail server refuses the reader's address
while we talk to it (`cec.delivery`) or writes back later (`cec.returned_mail`). All of that may
come twice, late and in any order; it ends here, in `hear`.
"""

import re
from collections.abc import Callable
from datetime import datetime

from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from cec import retrying, work
from cec.outbox import OutgoingMail

Answer = OutgoingMail.Answer

_RANK = {answer: place for place, answer in enumerate(Answer.values)}
_UNWANTED = frozenset({Answer.UNSUBSCRIBED, Answer.COMPLAINED})
_FAILING = frozenset({Answer.RETURNED, Answer.COMPLAINED})

# The codes of RFC 3463 that are about the address: no such mailbox or host, moved, disabled.
_ABOUT_THE_ADDRESS = re.compile(r"5\.(1\.[0-6]|1\.10|2\.1|4\.4|0\.0)")
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_PLAIN = re.compile(r"\s*([245]\d\d)\b")
_NO_SUCH_MAILBOX = frozenset({"550", "551", "553"})


class FailingAddress(models.Model):
    """An address that mail came back from, and that nothing has reached since.

    Only what is sent by itself and can be switched off isn't sent there: a sign-in code always is.
    """

    address = models.CharField(max_length=254, primary_key=True)  # in lower case
    why = models.CharField(
        max_length=12, choices=[row for row in Answer.choices if row[0] in _FAILING]
    )
    since = models.DateTimeField()
    words = models.CharField(max_length=500, blank=True)
    # By the server that we talk to, which then would take the next mail only if it's mended.
    refused_at_once = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.address


Listener = Callable[[OutgoingMail], None]
_listeners: list[Listener] = []


def unwanted(listener: Listener) -> Listener:
    """Register who is told, in the same transaction, of a mail that its reader doesn't want.

    Such functions live in an app's `unwanted_mail.py`.
    """
    _listeners.append(listener)
    return listener


def hear(mail: OutgoingMail, answer: str, *, at: datetime | None = None, words: str = "") -> bool:
    """Note what came back about a mail; False when nothing new was said.

    `at` is when it was said, now if nobody knows; `words` are those of the reader's server.
    """
    return retrying.retried(_hear, mail.pk, answer, _moment(at), plain(words))


def arrived(mail: OutgoingMail, *, at: datetime | None = None) -> bool:
    """Note that the reader's server took a mail: the address works. False when that was known."""
    return retrying.retried(_arrived, mail.pk, _moment(at))


def taken_at_last(mail: OutgoingMail) -> None:
    """Note that our mail server took a mail: an address that it refused before works again.

    Of an address whose mail came back later this says nothing: that server takes all mail.
    """
    FailingAddress.objects.filter(address=mail.to.lower(), refused_at_once=True).delete()


def works(address: str) -> None:
    """Forget that an address failed: somebody read a mail there, or says that it's right."""
    FailingAddress.objects.filter(address=address.lower()).delete()


@transaction.atomic
def _hear(pk: int, answer: str, at: datetime, words: str) -> bool:
    mail = OutgoingMail.objects.select_for_update().filter(pk=pk).first()
    if mail is None or _RANK[answer] <= _RANK[mail.answer]:
        return False  # its reader was erased meanwhile, or it was known
    mail.answer, mail.answered_at, mail.answer_words = answer, at, words
    mail.save(update_fields=["answer", "answered_at", "answer_words"])
    if answer in _FAILING:
        _note_failing(mail, at)
    if answer in _UNWANTED:
        autodiscover_modules("unwanted_mail")
        for listener in _listeners:
            listener(mail)
    return True


@transaction.atomic
def _arrived(pk: int, at: datetime) -> bool:
    mail = OutgoingMail.objects.select_for_update().filter(pk=pk).first()
    if mail is None or mail.delivered_at is not None:
        return False
    mail.delivered_at = at
    mail.save(update_fields=["delivered_at"])
    address = mail.to.lower()
    work.one_at_a_time(f"cec.bounces {address}")
    # Whoever reports mail as unwanted gets it all the same: that says nothing of their complaint.
    FailingAddress.objects.filter(address=address, since__lt=at, why=Answer.RETURNED).delete()
    return True


def _note_failing(mail: OutgoingMail, at: datetime) -> None:
    """Note that the mail's address fails, unless another mail arrived there later."""
    address = mail.to.lower()
    work.one_at_a_time(f"cec.bounces {address}")
    later = OutgoingMail.objects.annotate(address=Lower("to")).filter(
        address=address, delivered_at__gt=at
    )
    if mail.answer == Answer.RETURNED and later.exists():
        return
    known = FailingAddress.objects.filter(address=address).first()
    if known is None or known.since < at:
        FailingAddress.objects.update_or_create(
            address=address,
            defaults={
                "why": mail.answer,
                "since": at,
                "words": mail.answer_words,
                "refused_at_once": mail.state == OutgoingMail.State.FAILED,
            },
        )


def meaning(words: str, *, status: str = "") -> str:
    """Tell what a final refusal in a server's words is about: RETURNED is the address itself.

    `status` is a code of RFC 3463 when it is told apart; else it is looked for in the words. A full
    mailbox, or a server that doesn't like us or the text, is REFUSED.
    """
    enhanced = status or next(iter(_ENHANCED.findall(words)), "")
    if enhanced:
        return Answer.RETURNED if _ABOUT_THE_ADDRESS.fullmatch(enhanced) else Answer.REFUSED
    code = _PLAIN.match(words)
    return Answer.RETURNED if code and code[1] in _NO_SUCH_MAILBOX else Answer.REFUSED


def says_why(words: str) -> bool:
    """Say whether a server's words have a code that tells what they are about."""
    return bool(_ENHANCED.search(words) or _PLAIN.match(words))


def plain(words: str) -> str:
    """Return a server's words in one line that a column takes."""
    return " ".join(words.replace("\0", "").split())[:500]


def _moment(at: datetime | None) -> datetime:
    """Nobody's clock is ahead of ours."""
    now = timezone.now()
    return min(at, now) if at else now
