"""A provider of mail in place of a mail server, spoken to by Anymail.

`hand_over` gives it a mail; what it tells us afterwards comes to its webhook (`addresses`) and is
read in `cec.provider_events`.
"""

import logging
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.urls import URLPattern, path
from django.utils.module_loading import import_string

from cec.bounces import plain
from cec.outbox import OutgoingMail
from cec.outcomes import Never, NotNow

logger = logging.getLogger(__name__)

OURS = "cec_mail"  # our name for a mail, which the provider gives back with what it tells

_WEBHOOKS = {
    "brevo": "BrevoTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "resend": "ResendTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
}
# What concerns all mail, not this one: our key, our account, too much at once.
_FOR_ALL = frozenset({401, 402, 403, 404, 405, 408, 429})
_TOO_LARGE = 413

Trouble = OutgoingMail.Trouble


def addresses() -> list[URLPattern]:
    """Return the address of the provider's webhook; none without a provider.

    The view is Anymail's: it asks for MAIL_WEBHOOK_SECRET in place of a form's token.
    """
    if not settings.MAIL_PROVIDER:
        return []
    return [path("mail/events/", webhook(settings.MAIL_PROVIDER), name="mail_events")]


def webhook(name: str) -> Any:
    """Return Anymail's view for what this provider tells."""
    return import_string(f"anymail.webhooks.{name}.{_WEBHOOKS[name]}").as_view()


def hand_over(mail: OutgoingMail, message: EmailMultiAlternatives) -> str:
    """Give the mail to the provider and return its own name for it. Raises NotNow or Never."""
    _fit(mail, message)
    backend = import_string(f"anymail.backends.{settings.MAIL_PROVIDER}.EmailBackend")
    try:
        backend(timeout=settings.EMAIL_TIMEOUT).send_messages([message])
    except AnymailRecipientsRefused as error:
        raise _refusal(error) from error
    except SoftTimeLimitExceeded:  # that is no answer
        raise
    except Exception as error:  # Anymail reads the answer, and may stumble over it
        if not _was_taken(message):
            raise _refusal(error) from error
        logger.warning("Mail %s was taken with an answer that nobody knows", mail.pk, exc_info=True)
        return ""
    return str(message.anymail_status.message_id or "")[:200]  # type: ignore[attr-defined]


def _fit(mail: OutgoingMail, message: EmailMultiAlternatives) -> None:
    """Make of the mail that a server would get what a provider takes."""
    del message.extra_headers["Date"]  # the provider's to write
    if settings.MAIL_PROVIDER == "postmark":
        message.extra_headers["X-PM-KeepID"] = "true"  # else it writes a Message-ID of its own
    message.metadata = {OURS: mail.message_id}  # type: ignore[attr-defined]


def _was_taken(message: EmailMultiAlternatives) -> bool:
    """Say whether the provider answered "yes": sending again would only make copies."""
    status = getattr(message, "anymail_status", None)
    return status is not None and status.esp_response is not None and bool(status.esp_response.ok)


def _refusal(error: Exception) -> NotNow | Never:
    """Tell what a failed try means for the mail.

    A provider that is unhappy with this mail may be so because of our account, such as a sender
    that it doesn't know: the mail is tried again for some days.
    """
    status = getattr(error, "status_code", None)
    if isinstance(error, AnymailRecipientsRefused):
        words = getattr(error.response, "text", "") or str(error)
        return Never(plain(words), answer=OutgoingMail.Answer.RETURNED)
    if not isinstance(error, AnymailAPIError | ImproperlyConfigured):
        return Never(plain(str(error)))  # Anymail can't put the mail into the provider's words
    if status is None or status in _FOR_ALL or status >= 500:
        return NotNow(plain(str(error)), Trouble.SERVER)
    if status == _TOO_LARGE:
        return Never(plain(str(error)))
    return NotNow(plain(str(error)), Trouble.RECIPIENT)
