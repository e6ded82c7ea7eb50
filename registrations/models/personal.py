"""What people ask for about their own data: a copy of it, and that it is erased (reliability K)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q

from cec import claims
from registrations.models.people import Person


class DataCopyQuerySet(models.QuerySet["DataCopy"]):
    def visible_to(self, person: Person) -> DataCopyQuerySet:
        """A copy is its person's alone, whatever roles others have."""
        return self.filter(person=person)

    def to_make(self, now: datetime) -> DataCopyQuerySet:
        """Copies that nobody is making, or whose worker was lost."""
        waiting = self.filter(state=DataCopy.State.WAITING, tries__lt=claims.MOST_TRIES)
        return waiting.filter(claims.free(now))


class DataCopy(models.Model):
    """A person's request for a copy of what is kept about them, and the file that answers it.

    A worker makes it. The file lies under `key`, which nobody can guess, until `until`; then it is
    deleted and the row says when there was one. `size` is in bytes.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"
        GONE = "gone"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="data_copies")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    key = models.CharField(max_length=40, unique=True, editable=False)
    asked_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    size = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    downloaded_at = models.DateTimeField(null=True)

    objects = DataCopyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "data copies"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state="waiting"),
                name="one_copy_of_a_persons_data_waits",
            ),
            models.CheckConstraint(
                condition=Q(state="ready", made_at__isnull=False, until__isnull=False)
                | ~Q(state="ready"),
                name="copy_that_is_ready_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(key__regex=r"^[0-9a-f]{40}$"), name="key_of_a_copy_is_no_path"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.state}"

    @property
    def path(self) -> Path:
        """Where the file lies, or will."""
        return Path(settings.MEDIA_ROOT) / "copies" / f"{self.key}.zip"


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def open(self) -> ErasureQuerySet:
        """Those that wait for their day; a person has one at the most."""
        return self.filter(done_at__isnull=True, taken_back_at__isnull=True)

    def due(self, now: datetime) -> ErasureQuerySet:
        """Those whose day has come, that nobody is at and that weren't tried too often."""
        return self.open().filter(claims.free(now), due_at__lte=now, tries__lt=claims.MOST_TRIES)

    def to_look_again(self, now: datetime) -> ErasureQuerySet:
        """Erasures of an hour ago: what was being written at that moment came in after them."""
        return self.filter(done_at__lte=now - Erasure.SECOND_LOOK, looked_again_at__isnull=True)


class Erasure(models.Model):
    """A request to erase a person's data, and what became of it.

    `asked_by` is the person, an administrator who has it from them in writing, or nobody: the
    program, for an account that nobody uses. It is done on `due_at` unless it was taken back.
    `certificates_too` says that issued certificates lose their holder's name as well. `reason` is
    kept until it is done.
    """

    SECOND_LOOK = timedelta(hours=1)  # no transaction lasts as long

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="erasures")
    certificates_too = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    taken_back_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    done_at = models.DateTimeField(null=True)
    looked_again_at = models.DateTimeField(null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(done_at__isnull=True, taken_back_at__isnull=True),
                name="one_erasure_of_a_person_waits",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(taken_back_at__isnull=True),
                name="erasure_is_done_or_taken_back",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_by__isnull=True) | Q(taken_back_at__isnull=False),
                name="only_an_erasure_taken_back_was_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.due_at}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.taken_back_at is None
