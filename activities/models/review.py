from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from activities.models.log import Activity
from registrations.models import Person, Registration

LONGEST_SUGGESTION = 2000
LONGEST_ANSWER = 500


class Suggestion(models.Model):
    """What a mentor suggests on one entry of a mentee. It blocks nothing.

    Mentor and participant read it. The participant answers that it is done, or that they leave
    the entry as it is, with a word if they like. `form_key` makes a form that arrives twice one.
    """

    class Answer(models.TextChoices):
        DONE = "done", _("Done")
        LEFT = "left", _("Left as it is")

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="suggestions"
    )
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="suggestions")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=LONGEST_SUGGESTION)
    written_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, editable=False)
    answer = models.CharField(max_length=4, choices=Answer.choices, blank=True)
    reply = models.CharField(max_length=LONGEST_ANSWER, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "form_key"], name="suggestion_is_written_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="", reply="", answered_at__isnull=True)
                | Q(answer__in=["done", "left"], answered_at__isnull=False),
                name="answered_suggestion_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["registration", "activity"],
                condition=Q(answer=""),
                name="suggestion_that_waits",
            )
        ]

    def __str__(self) -> str:
        return self.text


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
