from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.models.certificate import Certificate
from registrations.models import Person, Registration

LONGEST_REASON = 1000


class CorrectionRequestQuerySet(models.QuerySet["CorrectionRequest"]):
    def worked_on_by(self, person: Person) -> "CorrectionRequestQuerySet":
        """Requests on certificates in this person's care."""
        return self.filter(registration__in=Registration.objects.worked_on_by(person))

    def open(self) -> "CorrectionRequestQuerySet":
        return self.filter(state=CorrectionRequest.State.OPEN)


class CorrectionRequest(models.Model):
    """The holder's request to have their certificate put right, and what became of it.

    `certificate` is the edition that they looked at, `name` what should be printed. It waits until
    the next edition is made (`done`) or it is `declined` with an answer. One waits at a time.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        DONE = "done", _("Corrected")
        DECLINED = "declined", _("Declined")

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="correction_requests"
    )
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="correction_requests"
    )
    name = models.CharField(max_length=150)
    reason = models.TextField(max_length=LONGEST_REASON)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(max_length=LONGEST_REASON, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state="open"),
                name="one_correction_waits_per_registration",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    state__in=["done", "declined"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="decided_correction_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined", answer=""),
                name="declined_correction_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.name
