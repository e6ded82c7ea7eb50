"""The outbox: each mail is a row, written together with the deed that it tells of."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

RETAKE_AFTER = timedelta(minutes=10)  # a mail whose sender died is taken up again (H7)


def has_carrier() -> bool:
    """Say whether there is anybody to give mail to: a mail server or a provider."""
    return settings.MAIL_SERVER is not None or bool(settings.MAIL_PROVIDER)


def about_row(row: models.Model | None) -> str:
    """Name a row as the column `about` does."""
    return f"{row._meta.label_lower}:{row.pk}" if row is not None else ""


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> "OutgoingMailQuerySet":
        """Mail that has not arrived and has not failed for good."""
        states = OutgoingMail.State
        return self.filter(state__in=[states.QUEUED, states.IN_FLIGHT])

    def in_trouble(self) -> "OutgoingMailQuerySet":
        """Mail that should have arrived, hasn't, and doesn't wait for its next try."""
        states = OutgoingMail.State
        well = [states.QUEUED, states.IN_FLIGHT, states.SENT, states.CALLED_OFF]
        return self.exclude(state__in=well)

    def queue_again(self) -> int:
        """Let mail that failed be tried from the beginning, as the same mail (H7)."""
        return self.in_trouble().update(
            state=OutgoingMail.State.QUEUED,
            attempts=0,
            trouble=OutgoingMail.Trouble.NONE,
            due_at=timezone.now(),
            claimed_at=None,
        )

    def about(self, row: models.Model) -> "OutgoingMailQuerySet":
        """Mail that tells of this row."""
        return self.filter(about=about_row(row))

    def reminders(self) -> "OutgoingMailQuerySet":
        """Mail that its reader could have ended, as nothing hangs on it."""
        return self.exclude(unsubscribe="")

    def call_off(self) -> int:
        """Keep mail from going out, in the transaction that makes it wrong; returns how many.

        What waits never goes. What somebody is sending at this moment may still arrive, and isn't
        tried again.
        """
        states = OutgoingMail.State
        return self.waiting().update(
            called_off_at=timezone.now(),
            state=Case(When(state=states.QUEUED, then=Value(states.CALLED_OFF)), default="state"),
        )

    def due(self, now: datetime) -> "OutgoingMailQuerySet":
        """Mail whose time has come, and mail that somebody took up and never finished.

        What was written or tried later than now was so before the clock was put back (H5).
        """
        states = OutgoingMail.State
        queued = Q(due_at__lte=now) | Q(created_at__gt=now, attempts=0) | Q(claimed_at__gt=now)
        left = ~Q(claimed_at__range=(now - RETAKE_AFTER, now + RETAKE_AFTER))
        return self.waiting().filter(
            Q(queued, state=states.QUEUED) | Q(left, state=states.IN_FLIGHT)
        )


class OutgoingMail(models.Model):
    """A mail on its way. `key` makes an occasion unique; `message_id` never changes (H6, H7)."""

    class State(models.TextChoices):
        QUEUED = "queued"
        IN_FLIGHT = "inflight"
        SENT = "sent"
        FAILED = "failed"
        CALLED_OFF = "off"

    class Trouble(models.TextChoices):
        """Why the last try didn't work: nobody's mail gets through now, or this one doesn't."""

        NONE = ""
        SERVER = "server"
        RECIPIENT = "recipient"

    class Answer(models.TextChoices):
        """What came back about a mail, the weakest first: a stronger one replaces a weaker one."""

        NONE = ""
        REFUSED = "refused", _("The mail was refused")  # this mail, whatever the address is
        RETURNED = "returned", _("The address doesn’t work")
        UNSUBSCRIBED = "unsubscribed", _("The reader wants no such mail")
        COMPLAINED = "complained", _("The reader reported it as unwanted")

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=150, null=True, blank=True, unique=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    to = models.EmailField(max_length=254)
    # What the mail tells of, like "registrations.registration:42", for that thing's own history.
    about = models.CharField(max_length=60, blank=True, default="", db_default="")
    language = models.CharField(max_length=2, default="en")
    # The name beside the sender's address; empty is the installation's own.
    sender = models.CharField(max_length=200, blank=True, default="", db_default="")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=150, unique=True)
    # Where one click ends mails of this kind; reminders alone have it (H8).
    unsubscribe = models.URLField(max_length=300, blank=True, default="", db_default="")
    # A sign-in code is worth nothing later; it goes before a thousand reminders.
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=9, choices=Trouble.choices, blank=True, default="")
    last_error = models.CharField(max_length=500, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)
    # What is heard after it was handed over (cec.bounces): the provider's own name for it, that it
    # reached the reader's server, or what came back and in whose words.
    provider_id = models.CharField(max_length=200, blank=True, default="", db_default="")
    delivered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(
        max_length=12, choices=Answer.choices, blank=True, default="", db_default=""
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_words = models.CharField(max_length=500, blank=True, default="", db_default="")

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | ~Q(answer="") & Q(answered_at__isnull=False),
                name="answer_to_a_mail_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="off") | Q(called_off_at__isnull=False),
                name="mail_called_off_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["queued", "inflight"]),
                name="mail_that_waits",
            ),
            models.Index(fields=["id"], condition=Q(state="failed"), name="mail_that_failed"),
            models.Index(fields=["claimed_at"], name="mail_by_last_try"),
            models.Index(fields=["about"], condition=~models.Q(about=""), name="mail_by_subject"),
            models.Index(
                fields=["provider_id"], condition=~models.Q(provider_id=""), name="mail_by_provider"
            ),
            models.Index(
                Lower("to"),
                "delivered_at",
                condition=models.Q(delivered_at__isnull=False),
                name="mail_that_arrived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"

    @property
    def is_waiting(self) -> bool:
        """Whether it has neither arrived nor failed for good."""
        return self.state in (self.State.QUEUED, self.State.IN_FLIGHT)


class Attachment(models.Model):
    """A file that goes with a mail, kept as the bytes that are sent."""

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
