"""Mails that go out by themselves: what is owed to whom, for which occasion (domain section 7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cec import claims
from cec.models import OutgoingMail
from registrations.models.committee import roles_of
from registrations.models.people import Person
from registrations.models.registration import Registration

A_DAY = timedelta(days=1)


class Standing(models.TextChoices):
    """What became of a notice and of its mail, in one word."""

    WAITING = "waiting", pgettext_lazy("e-mail", "Waiting")
    PAUSED = "paused", _("Held back")
    ON_THE_WAY = "way", _("On its way")
    SENT = "sent", pgettext_lazy("e-mail", "Sent")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Not needed any more")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, person: Person) -> NoticeQuerySet:
        """Mails of everybody: for those who see everything."""
        return self.all() if roles_of(person).sees_everything else self.none()

    def to_write(self, now: datetime) -> NoticeQuerySet:
        """Notices whose turn it is and that nobody is at.

        Those of a closed account wait for it to be opened again, until it is too late everywhere.
        """
        paused = PausedNotices.objects.values("kind")
        in_use = Q(person__is_active=True) | Q(until__lt=now.date() - A_DAY)
        return self.filter(
            claims.free(now), in_use, state=Notice.State.WAITING, due_at__lte=now
        ).exclude(kind__in=paused)

    def lost(self, now: datetime) -> NoticeQuerySet:
        """Notices that somebody took up and never finished."""
        return self.filter(claims.lost(now), state=Notice.State.WAITING)

    def with_standing(self) -> NoticeQuerySet:
        """Say as `standing` what became of each; the mail's own row knows whether it arrived."""
        mails = OutgoingMail.State
        return self.annotate(
            standing=Case(
                When(~Q(state=Notice.State.WRITTEN), then=F("state")),
                When(
                    mail__state__in=[mails.QUEUED, mails.IN_FLIGHT], then=Value(Standing.ON_THE_WAY)
                ),
                When(mail__state=mails.SENT, then=Value(Standing.SENT)),
                When(
                    mail__isnull=True, then=Value(Standing.SENT)
                ),  # its mail was cleared away since
                When(mail__called_off_at__isnull=False, then=Value(Standing.DROPPED)),
                default=Value(Standing.FAILED),
                output_field=models.CharField(),
            )
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
