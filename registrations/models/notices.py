"""Mails that go out by themselves: what is owed to whom, for which occasion (domain section 7)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cec import claims
from cec.models import OutgoingMail
from registrations.models.people import Person
from registrations.models.registration import Registration


class NoticeQuerySet(models.QuerySet["Notice"]):
    def to_write(self, now: datetime) -> NoticeQuerySet:
        """Notices whose turn it is and that nobody is at."""
        paused = PausedNotices.objects.values("kind")
        return self.filter(claims.free(now), state=Notice.State.WAITING, due_at__lte=now).exclude(
            kind__in=paused
        )


class Notice(models.Model):
    """A mail that is owed: a row per person, kind and occasion, decided by sets.

    `occasion` names what it is for within its kind, such as the last day of a year and how many
    days before. `until` is the last day on which it is of use, in the program's time zone. `facts`
    is what its kind's query found, the letter's figures among it, as text: JSON has no exact
    numbers; they are read again when it is written. Once written it is `mail`, whose own state says
    whether it went out.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PAUSED = "paused", _("Paused")
        WRITTEN = "written", _("Written")
        DROPPED = "dropped", _("Not needed any more")
        FAILED = "failed", _("Failed")

    class Dropped(models.TextChoices):
        """Why a notice was never written."""

        NONE = ""
        SETTLED = "settled", _("The reason for it went away")
        OFF = "off", _("The person has switched these reminders off")
        LATE = "late", _("It would have come too late")
        ADDRESS = "address", _("Mail to the person’s address comes back")
        CANCELLED = "cancelled", _("An administrator took it back")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, null=True, related_name="notices"
    )
    kind = models.CharField(max_length=40)
    occasion = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    until = models.DateField()
    decided_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    dropped = models.CharField(max_length=10, choices=Dropped.choices, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True, default="")
    mail = models.ForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "registration", "occasion"],
                nulls_distinct=False,
                name="notice_is_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "paused", "written", "dropped", "failed"]),
                name="notice_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="dropped") & ~Q(dropped="") | ~Q(state="dropped") & Q(dropped=""),
                name="dropped_notice_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "due_at"],
                condition=Q(state="waiting"),
                name="notice_that_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occasion}"

    def decimal(self, fact: str) -> Decimal:
        """Return an exact figure of the facts; they are kept as text."""
        return Decimal(self.facts[fact])

    def day(self, fact: str) -> date:
        """Return a date of the facts."""
        return date.fromisoformat(self.facts[fact])


class PausedNotices(models.Model):
    """A kind of notice that an administrator holds back; deciding goes on, writing doesn't."""

    kind = models.CharField(max_length=40, primary_key=True)
    reason = models.CharField(max_length=300, blank=True)
    paused_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    paused_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.kind


class RemindersOff(models.Model):
    """A kind of reminder that a person doesn't want."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reminders_off")
    kind = models.CharField(max_length=40)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="reminder_is_off_once")
        ]

    def __str__(self) -> str:
        return self.kind
