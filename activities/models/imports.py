from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cec import claims
from registrations.models import Person, Registration


class ImportQuerySet(models.QuerySet["Import"]):
    def open(self) -> "ImportQuerySet":
        """Uploads that aren't decided on yet."""
        return self.filter(state__in=Import.OPEN_STATES)

    def to_read(self, now: datetime) -> "ImportQuerySet":
        """Files that wait for a worker, or whose worker was lost."""
        return self.filter(claims.free(now), state=Import.State.READING)


class ImportManager(models.Manager["Import"]):
    """The file itself is only fetched by whoever asks for it."""

    def get_queryset(self) -> ImportQuerySet:
        return ImportQuerySet(self.model, using=self._db).defer("content")

    def open(self) -> ImportQuerySet:
        return self.get_queryset().open()

    def to_read(self, now: datetime) -> ImportQuerySet:
        return self.get_queryset().to_read(now)


class Import(models.Model):
    """An uploaded record, as it was read: shown, answered, then saved whole or not at all.

    `rows` holds what the file said, one object per data row, and the owner's answers; what is
    saved comes from here, never from the confirming request (reliability E4). `columns` are the
    fields that the file had a column for: only those change an entry that is there already.
    `listed` are the entries that our own export held, with their versions; those of them that the
    file lacks are deleted if they are among `deletes`. `layout` says how the file was read, and
    under "remembered" what its owner said of columns so far. `content` is the file until the
    import is decided on, `error` a code of `workbook.refused` where it couldn't be read.
    """

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        OPEN = "open", _("Waiting for you")
        SAVED = "saved", _("Saved")
        DROPPED = "dropped", _("Dropped")
        FAILED = "failed", _("Can’t be read")

    OPEN_STATES = (State.READING, State.OPEN)

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="imports")
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    layout = models.JSONField(default=dict, blank=True, db_default={})
    columns = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    listed = models.JSONField(default=dict, blank=True, db_default={})
    deletes = models.JSONField(default=list, blank=True, db_default=[])
    skipped = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=30, blank=True, db_default="")
    saved_at = models.DateTimeField(null=True, blank=True)

    objects = ImportManager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reading", "open", "saved", "dropped", "failed"]),
                name="import_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="reading") | Q(content__isnull=False),
                name="file_is_kept_until_it_is_read",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
