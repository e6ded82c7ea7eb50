from django.db import models

from activities.models.log import Activity
from registrations.models import Person, Registration


class Comment(models.Model):
    """A committee member's question on one entry, sent when a record is returned (C2)."""

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="comments"
    )
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text

    @property
    def is_answered(self) -> bool:
        """A question stands until its entry has been edited."""
        return self.activity.updated_at > self.written_at
