"""The outbox: each mail is a row, written together with the deed that it tells of."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

RETAKE_AFTER = timedelta(minutes=10)  # a mail whose sender died is taken up again (H7)


def about_row(row: models.Model | None) -> str:
    """Name a row as the column `about` does."""
    return f"{row._meta.label_lower}:{row.pk}" if row is not None else ""


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> "OutgoingMailQuerySet":
        """Mail that has not arrived and has not failed for good."""
        states = OutgoingMail.State
        return self.filter(state__in=[states.QUEUED, states.IN_FLIGHT])

    def about(self, row: models.Model) -> "OutgoingMailQuerySet":
        """Mail that tells of this row."""
        return self.filter(about=about_row(row))

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

    class Trouble(models.TextChoices):
        """Why the last try didn't work: nobody's mail gets through now, or this one doesn't."""

        NONE = ""
        SERVER = "server"
        RECIPIENT = "recipient"

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=150, null=True, blank=True, unique=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    to = models.EmailField(max_length=254)
    # What the mail tells of, like "registrations.registration:42", for that thing's own history.
    about = models.CharField(max_length=60, blank=True, default="", db_default="")
    language = models.CharField(max_length=2, default="en")
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

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["queued", "inflight"]),
                name="mail_that_waits",
            ),
            models.Index(fields=["claimed_at"], name="mail_by_last_try"),
            models.Index(fields=["about"], condition=~models.Q(about=""), name="mail_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"


class Attachment(models.Model):
    """A file that goes with a mail, kept as the bytes that are sent."""

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
