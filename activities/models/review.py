from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from activities.models.log import Activity, Credit
from registrations.models import Person, Registration

LONGEST_SUGGESTION = 2000
LONGEST_ANSWER = 500
LONGEST_QUESTION = 2000


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


class CommentQuerySet(models.QuerySet["Comment"]):
    def waiting(self) -> "CommentQuerySet":
        """Questions on entries of their record that nobody has answered; see `is_answered`.

        What was taken out of the record waits for nothing, though another record may keep it.
        """
        held = Credit.objects.kept().filter(
            registration=OuterRef("registration"), activity=OuterRef("activity")
        )
        return self.filter(
            Exists(held),
            answered_at__isnull=True,
            settled_at__isnull=True,
            written_at__gte=F("activity__updated_at"),
        )


class Comment(models.Model):
    """A committee member's question on one entry (C2), or the reason of a decision on it.

    The participant answers once, in words, or changes the entry; the committee says when it is
    settled. What wants no answer, such as a reason, is settled from the start and can be answered
    all the same. `form_key` makes a form that arrives twice one.
    """

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="comments"
    )
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=LONGEST_QUESTION)
    written_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, editable=False)
    answer = models.TextField(max_length=LONGEST_QUESTION, blank=True, default="", db_default="")
    answered_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "form_key"], name="question_is_asked_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="answered_question_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="settled_question_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_answered(self) -> bool:
        """In words, by a change of the entry since, or by the committee that settled it."""
        return bool(self.answered_at or self.settled_at or self.changed_since)

    @property
    def changed_since(self) -> bool:
        return self.activity.updated_at > self.written_at
