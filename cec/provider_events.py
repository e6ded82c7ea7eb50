"""What a provider tells about mail that it took, as Anymail reads it. Loaded with one only."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver

from cec import bounces
from cec.outbox import OutgoingMail
from cec.provider import OURS

Answer = OutgoingMail.Answer

# How providers call what may work another time; Anymail takes all of that for bounces.
_FOR_NOW = frozenset({"softbounce", "soft_bounce", "transient", "temporary", "undetermined"})
_BOUNCES = frozenset({EventType.BOUNCED, EventType.REJECTED})
_BAD_ADDRESS = frozenset({RejectReason.BOUNCED, RejectReason.INVALID})
_ANSWERS = {
    EventType.FAILED: Answer.REFUSED,
    EventType.COMPLAINED: Answer.COMPLAINED,
    EventType.UNSUBSCRIBED: Answer.UNSUBSCRIBED,
}


@receiver(tracking)
def told(event: AnymailTrackingEvent, **about: Any) -> None:
    """Note an event. What is about no mail of ours, or nothing of interest, is passed over."""
    answer = _answer(event)
    if not answer and event.event_type != EventType.DELIVERED:
        return
    mail = _mail(event)
    if mail is None:
        return
    if answer:
        bounces.hear(mail, answer, at=event.timestamp, words=_words(event))
    else:
        bounces.arrived(mail, at=event.timestamp)


def _mail(event: AnymailTrackingEvent) -> OutgoingMail | None:
    """Find the mail by our name for it; by the provider's where that doesn't come back."""
    ours = (event.metadata or {}).get(OURS)
    mails = OutgoingMail.objects.defer("text", "html")
    if isinstance(ours, str):
        return mails.filter(message_id=ours.replace("\0", "")).first()
    theirs = str(event.message_id or "").replace("\0", "")
    return mails.filter(provider_id=theirs).first() if theirs else None


def _answer(event: AnymailTrackingEvent) -> str:
    if event.event_type not in _BOUNCES:
        return _ANSWERS.get(event.event_type, "")
    if event.reject_reason == RejectReason.INVALID:
        return Answer.RETURNED
    if event.reject_reason not in _BAD_ADDRESS or _is_for_now(event.esp_event):
        return Answer.REFUSED
    reply = event.mta_response or ""
    return bounces.meaning(reply) if bounces.says_why(reply) else Answer.RETURNED


def _is_for_now(told: Any) -> bool:
    """Say whether the provider calls it a soft bounce, each in its own place."""
    bounce = (told.get("data") or {}).get("bounce") or {}
    names = (told.get("Type"), told.get("event"), bounce.get("type"))
    return told.get("hard_bounce") is False or any(str(name).lower() in _FOR_NOW for name in names)


def _words(event: AnymailTrackingEvent) -> str:
    return str(event.mta_response or event.description or "")
