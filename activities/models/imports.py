from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models import Person, Registration


class Import(models.Model):
    """An uploaded record, as it was read: shown, answered, then saved whole or not at all.

    `rows` holds what the file said, one object per data row, and the owner's answers; what is
    saved comes from here, never from the confirming request (reliability E4). `columns` are the
    fields that the file had a column for: only those change an entry that is there already.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for you")
        SAVED = "saved", _("Saved")
        DROPPED = "dropped", _("Dropped")

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="imports")
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    skipped = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name
