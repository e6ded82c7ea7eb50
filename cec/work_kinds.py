"""Mail as a kind of work."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import backlog, mail
from cec.outbox import RETAKE_AFTER, OutgoingMail, OutgoingMailQuerySet

State = OutgoingMail.State
CODE_LASTS = timedelta(hours=1)  # a mail that is short-lived is nobody's business later


@backlog.register
class Mail(backlog.Kind):
    """Mail on its way to the server. What the server puts off waits; what it refuses failed."""

    name = "mail"
    label = gettext_lazy("Mail to send")
    since = "created_at"
    advice = gettext_lazy(
        "The reader’s mail server refused it, or none took it for three days. Ask the person for "
        "an address that works; if it is right, try again."
    )

    def rows(self) -> OutgoingMailQuerySet:
        return OutgoingMail.objects.defer("text", "html")

    def states(self, now: datetime) -> backlog.States:
        flying = Q(state=State.IN_FLIGHT, claimed_at__gt=now - RETAKE_AFTER)
        return backlog.States(
            waiting=Q(state__in=[State.QUEUED, State.IN_FLIGHT]) & ~flying,
            running=flying,
            failed=Q(
                state=State.FAILED,
                called_off_at__isnull=True,
                created_at__gt=now - backlog.FAILED_FOR,
            )
            & (~Q(kind__in=mail.short_lived()) | Q(created_at__gt=now - CODE_LASTS)),
        )

    def title(self, row: OutgoingMail) -> str:
        return _("“%(subject)s” to %(address)s") % {"subject": row.subject, "address": row.to}

    def again(self, failed: Any) -> int:
        return mail.try_again(failed)
