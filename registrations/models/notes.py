from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models.associations import Association
from registrations.models.committee import roles_of
from registrations.models.people import Person


class AssociationNoteQuerySet(models.QuerySet["AssociationNote"]):
    def visible_to(self, person: Person) -> "AssociationNoteQuerySet":
        """Notes that this person may read: the committee's, a representative's own ones."""
        roles = roles_of(person)
        if roles.sees_everything:
            return self
        return self.filter(association_id__in=roles.associations)


class AssociationNote(models.Model):
    """What a representative leaves for the next one: dated, kept, in words.

    `form_key` makes a form that arrives twice one note. The database refuses to change a note.
    """

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("note"), max_length=4000)
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = AssociationNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text=""), name="association_note_says_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.association.code} {self.written_at:%Y-%m-%d}"
