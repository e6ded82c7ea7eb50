"""Delivery: takes mail from the outbox to the mail server or the provider (reliability H6 to H8).

A mail is claimed in a short transaction, sent outside of any, and marked afterwards. When a sender
dies in between, the mail is taken up again after ten minutes, with the same Message-ID; one that
five senders in a row died of is left alone and shown (H4).
"""

import contextlib
import logging
import secrets
import smtplib
import ssl
import time
from collections.abc import Sequence
from datetime import timedelta
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import urlsplit

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone, translation
from django.utils.translation import gettext

from cec import bounces, provider, retrying, work
from cec.environment import MailServer
from cec.holding import MailHold
from cec.logs import without_personal_data
from cec.outbox import Attachment, OutgoingMail, OutgoingMailQuerySet, has_carrier
from cec.outcomes import Never, NotNow

logger = logging.getLogger(__name__)

RETRY_MINUTES = (1, 5, 15, 30)  # after the first, second, ... try; then each hour
GIVE_UP_AFTER = timedelta(hours=72)
PROBE_EVERY = timedelta(minutes=5)
MOST_PROBES = 40  # of one mail that only its reader's server refuses
RUN_SECONDS = 45  # that one run of the sweep may take
LOST = "Whoever sent it was lost, each time."
KEPT = "kept here"  # a development machine has nothing to send with

State = OutgoingMail.State
Trouble = OutgoingMail.Trouble


def deliver_due(*, seconds: float = RUN_SECONDS) -> int:
    """Send what is due, until nothing is left, the minute is full or the server is in trouble.

    Returns how many mails arrived. Any number of processes may do this at once.
    """
    retrying.retried(_give_up_what_ends_senders)
    arrived, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        mail = claim()
        if mail is None:
            break
        send(mail)
        if mail.trouble == Trouble.SERVER:
            break  # the others would only wait for the same timeout
        arrived += mail.state == State.SENT
    return arrived


def _give_up_what_ends_senders() -> None:
    """Show what was taken up often enough and never finished, and leave it alone (H4)."""
    OutgoingMail.objects.ends_senders(timezone.now()).update(
        state=_unless_called_off(State.FAILED), last_error=LOST, trouble=Trouble.NONE
    )


def deliver(mail_id: int) -> bool:
    """Send this mail if it is due and nobody else has it; what a hint asks for."""
    mail = claim(mail_id)
    if mail is None:
        return False
    send(mail)
    return mail.state == State.SENT


def claim(mail_id: int | None = None) -> OutgoingMail | None:
    """Take up a mail that is due, the most urgent first; None when there is none or no room.

    Not more than MAIL_PER_MINUTE are taken up in a minute by all senders together; the last fifth
    of that is kept for urgent mail (H8).
    """
    if not has_carrier() and not settings.DEBUG:
        return None
    return retrying.retried(_claim, mail_id)


def _claim(mail_id: int | None) -> OutgoingMail | None:
    now = timezone.now()
    with transaction.atomic(durable=True):
        work.one_at_a_time("cec.delivery")
        if MailHold.is_on():
            return None
        # Not simply since a minute ago: a clock that was put back leaves tries of later on (H5).
        minute = (now - timedelta(minutes=1), now + timedelta(minutes=1))
        taken = OutgoingMail.objects.filter(claimed_at__range=minute).count()
        room = settings.MAIL_PER_MINUTE - taken
        due = OutgoingMail.objects.due(now)
        if mail_id is not None:
            due = due.filter(pk=mail_id)
        if room <= settings.MAIL_PER_MINUTE // 5:
            due = due.filter(urgent=True)
        # One that is being called off at this moment is left to its end.
        free = due.order_by("-urgent", "due_at", "pk").select_for_update(skip_locked=True)
        mail = free.first() if room > 0 else None
        if mail is None and mail_id is None and room > 0:
            mail = _probe()
        if mail is None:
            return None
        lost = mail.lost + 1 if mail.state == State.IN_FLIGHT else 0
        mail.state, mail.claimed_at, mail.lost = State.IN_FLIGHT, now, lost
        mail.save(update_fields=["state", "claimed_at", "lost"])
    return mail


def _probe() -> OutgoingMail | None:
    """Return a mail to find out with whether the server is back, before the next hourly try."""
    now = timezone.now()
    lately = (now - PROBE_EVERY, now + PROBE_EVERY)
    if OutgoingMail.objects.filter(claimed_at__range=lately).exists():
        return None
    return _held_up().order_by("-urgent", "claimed_at").select_for_update(skip_locked=True).first()


def _held_up() -> OutgoingMailQuerySet:
    """Mail that waits after a try that failed, not refused too often by its reader's server."""
    return OutgoingMail.objects.filter(
        Q(trouble=Trouble.SERVER) | Q(attempts__lt=MOST_PROBES), state=State.QUEUED, attempts__gt=0
    )


def send(mail: OutgoingMail) -> None:
    """Send a claimed mail and note the outcome, in the row and on `mail`."""
    if mail.called_off_at:  # while somebody was sending it who died
        mail.state = State.CALLED_OFF
        _note(mail)
        return
    refusal, cut_off = None, None
    try:
        mail.last_error = _hand_over(mail)
        mail.state, mail.sent_at, mail.trouble = State.SENT, timezone.now(), Trouble.NONE
    except NotNow as error:
        mail.trouble = error.trouble
        _put_off(mail, str(error))
    except Never as error:
        refusal = error
        mail.state, mail.last_error = State.FAILED, bounces.plain(str(error))
        logger.error("Mail %s (%s) is refused: %s", mail.pk, mail.kind, _unaddressed(error))
    except SoftTimeLimitExceeded as error:  # the server is slow; whether it took it is unknown (H7)
        cut_off, mail.trouble = error, Trouble.SERVER
        _put_off(mail, _said(error))
    mail.attempts += 1
    mail.lost = 0
    _note(mail)
    _learn(mail, refusal)
    if cut_off:
        raise cut_off


def _hand_over(mail: OutgoingMail) -> str:
    """Give the mail to whoever carries it; return a remark. Raises NotNow or Never."""
    if not has_carrier():
        return KEPT
    files = list(mail.attachments.all())
    try:
        built = message(mail, files)
        content = built.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        reader = sanitize_address(mail.to, "utf-8")
    except Exception as error:  # one that can't be built must not come back again and again (H4)
        logger.exception("Mail %s (%s) could not be built", mail.pk, mail.kind)
        raise Never(error) from error
    if settings.MAIL_SERVER is not None:
        _transmit(reader, content, settings.MAIL_SERVER)
    else:
        mail.provider_id = provider.hand_over(mail, built)
    return ""


def _learn(mail: OutgoingMail, refusal: Never | None) -> None:
    """Note what this try says about the address. A provider tells only later what arrived."""
    if refusal is not None and refusal.answer:
        bounces.hear(mail, refusal.answer, words=mail.last_error)
    elif mail.state == State.SENT and settings.MAIL_SERVER is not None:
        bounces.taken_at_last(mail)


def _put_off(mail: OutgoingMail, reason: str) -> None:
    given_up = (
        mail.attempts > len(RETRY_MINUTES) and timezone.now() - mail.created_at > GIVE_UP_AFTER
    )
    minutes = RETRY_MINUTES[mail.attempts] if mail.attempts < len(RETRY_MINUTES) else 60
    jitter = secrets.randbelow(minutes * 6)  # a tenth, so that they don't come all at once
    mail.state = State.FAILED if given_up else State.QUEUED
    mail.due_at = timezone.now() + timedelta(minutes=minutes, seconds=jitter)
    mail.last_error = reason[:500]
    level = logging.ERROR if given_up else logging.WARNING
    said = _unaddressed(reason)
    logger.log(level, "Mail %s (%s) could not be sent: %s", mail.pk, mail.kind, said)


def _note(mail: OutgoingMail) -> None:
    """Write the outcome down, although somebody's deed may hold the row: else it went out twice."""
    retrying.retried(_write_outcome, mail)
    if mail.state == State.SENT and has_carrier():
        retrying.retried(_wake_those_held_up)


def _write_outcome(mail: OutgoingMail) -> None:
    """Write the outcome, unless somebody else has taken the mail up since; sent is sent."""
    row = OutgoingMail.objects.filter(pk=mail.pk)
    if mail.state != State.SENT:
        row = row.filter(state=State.IN_FLIGHT, claimed_at=mail.claimed_at)
    fields = ("sent_at", "due_at", "attempts", "lost", "trouble", "last_error", "provider_id")
    row.update(
        state=mail.state if mail.state == State.SENT else _unless_called_off(mail.state),
        **{name: getattr(mail, name) for name in fields},
    )


def _wake_those_held_up() -> None:
    """The server takes mail: what waits for its next try needn't wait any longer."""
    now = timezone.now()
    _held_up().filter(due_at__gt=now, claimed_at__lt=now - PROBE_EVERY).update(due_at=now)


def _unless_called_off(state: str) -> Case:
    called_off = When(called_off_at__isnull=False, then=Value(State.CALLED_OFF))
    return Case(called_off, default=Value(state))


def message(mail: OutgoingMail, files: Sequence[Attachment]) -> EmailMultiAlternatives:
    """Build what is sent. The sender's name is the program's, or ours in the reader's language."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    with translation.override(mail.language):
        sender = formataddr((mail.sender or (gettext(name) if name else ""), address))
    headers = {
        "Message-ID": mail.message_id,
        "Date": format_datetime(mail.created_at),
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
    }
    if mail.unsubscribe:
        headers |= {
            "List-Unsubscribe": f"<{mail.unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    built = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=sender,
        to=[mail.to],
        headers=headers,
    )
    if mail.html:
        built.attach_alternative(mail.html, "text/html")
    for file in files:
        built.attach(file.name, bytes(file.content), file.content_type)
    return built


def _transmit(reader: str, content: bytes, where: MailServer) -> None:
    """Give the mail to the server. Raises NotNow or Never."""
    try:
        server = _connect(where)
    except (OSError, smtplib.SMTPException) as error:
        raise NotNow(_said(error), Trouble.SERVER) from error
    try:
        server.sendmail(settings.MAIL_RETURN_TO, [reader], content)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        server.close()
        raise _refusal(error, reader) from error
    with contextlib.suppress(OSError, smtplib.SMTPException):
        server.quit()  # the mail is the server's now, whatever it says to this


def _refusal(error: Exception, reader: str) -> NotNow | Never:
    """Tell what a failed try means for the mail."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=answers):
            code = answers[reader][0]
            reason = f"{code} {_text(answers[reader][1])}"
        case smtplib.SMTPDataError(smtp_code=code, smtp_error=answer):
            reason = f"{code} {_text(answer)}"
        case smtplib.SMTPNotSupportedError() | ValueError():
            return Never(error)
        case _:
            # The sender refused: that is our setting, not this mail. Or the line was cut; whether
            # the mail arrived is unknown then, and a second copy is better than none (H7).
            return NotNow(_said(error), Trouble.SERVER)
    if code >= 500:
        at_the_address = isinstance(error, smtplib.SMTPRecipientsRefused)
        return Never(reason, answer=bounces.meaning(reason) if at_the_address else "")
    return NotNow(reason, Trouble.SERVER if code == 421 else Trouble.RECIPIENT)


def _connect(where: MailServer) -> smtplib.SMTP:
    myself = urlsplit(settings.SITE_URL).hostname
    seconds = settings.EMAIL_TIMEOUT
    safely = ssl.create_default_context()
    server: smtplib.SMTP
    if where.tls == "implicit":
        server = smtplib.SMTP_SSL(where.host, where.port, myself, timeout=seconds, context=safely)
    else:
        server = smtplib.SMTP(where.host, where.port, myself, timeout=seconds)
    try:
        if where.tls == "starttls":
            server.starttls(context=safely)
        if where.user:
            server.login(where.user, where.password)
    except BaseException:
        server.close()
        raise
    return server


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: {error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _unaddressed(reason: object) -> str:
    """Return what a server said without its reader's address, for the log: the row has it all."""
    return without_personal_data(bounces.plain(str(reason)))


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
