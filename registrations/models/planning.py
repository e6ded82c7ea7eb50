"""What mentor and participant write to each other, and the participant's goals."""

from django.db import models
from django.db.models import Q

from registrations.models.mentoring import Mentorship
from registrations.models.people import Person
from registrations.models.registration import Registration

LONGEST_NOTE = 4000


class MentorNote(models.Model):
    """What mentor and participant write to each other; both read it, and it stays as written.

    `form_key` makes a form that arrives twice one note.
    """

    mentorship = models.ForeignKey(Mentorship, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=LONGEST_NOTE)
    written_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "form_key"], name="note_is_written_once"),
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
        ]

    def __str__(self) -> str:
        return self.text


class LearningGoal(models.Model):
    """What a participant wants to learn in a program year, in a line or two."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="goals")
    year = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    met_at = models.DateTimeField(null=True)
    form_key = models.UUIDField(null=True, editable=False)

    class Meta:
        ordering = ["year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "form_key"], name="goal_is_set_once")
        ]

    def __str__(self) -> str:
        return self.text
