from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from activities.models.log import Activity
from cec.files.names import LONGEST
from registrations.models import Person, Registration


class EntryChange(models.Model):
    """What somebody did to an entry after it was added, in the transaction of the deed.

    `fields` holds what an edit changed: [before, after] by the field's name, a type as the id of
    its rate. `by` is None for what the program does by itself. That an entry was added is no row:
    its own `created_at` says so, and saving it costs no more.

    The database refuses to change or delete a row. Old values are personal texts, so erasing a
    person has to do what nothing else may: with the trigger `keep_history` of this table set
    aside in its own transaction, empty `fields` and `file_name` of their entries' rows and leave
    kind, time and actor.
    """

    class Kind(models.TextChoices):
        EDITED = "edited", _("Edited")
        IMPORTED = "imported", _("Edited by an Excel import")
        DELETED = "deleted", _("Deleted")
        RESTORED = "restored", _("Brought back")
        FILE_ADDED = "file_added", _("File added")
        FILE_REMOVED = "file_removed", _("File removed")

    EDITS = (Kind.EDITED, Kind.IMPORTED)

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="changes")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    fields = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    file_name = models.CharField(max_length=LONGEST, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["edited", "imported"]) | Q(fields={}),
                name="only_an_edit_changes_fields",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["file_added", "file_removed"]) | Q(file_name=""),
                name="only_a_change_of_files_names_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity}: {self.get_kind_display()}"
