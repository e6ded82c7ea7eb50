from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import CharField, Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import pgettext_lazy

from cec import claims
from cec.outbox import OutgoingMail
from certificates.models.certificate import Certificate, not_made, unmade
from registrations.models import Appointment, Person, Registration
from registrations.models.committee import roles_of


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, person: Person) -> BatchQuerySet:
        """Batches are the administrators' alone, and all of theirs."""
        return self if Appointment.Role.ADMINISTRATOR in roles_of(person).names else self.none()

    def with_progress(self) -> BatchQuerySet:
        """Annotate how many certificates there are in each state of their way (`Progress`)."""
        state = BatchItem.State
        issued = Q(items__state=state.ISSUED)
        counts = {
            "chosen": Q(),
            "waiting": Q(items__state=state.WAITING),
            "issued": issued,
            "made": issued & Q(items__certificate__document__isnull=False),
            "unmade": issued & not_made("items__certificate__"),
            "making": issued & unmade("items__certificate__") & ~not_made("items__certificate__"),
            "mailed": Q(items__certificate__in=_mailed()),
            "left_out": Q(items__state=state.LEFT_OUT),
            "failed": Q(items__state=state.FAILED),
        }
        return self.annotate(
            **{f"count_{name}": Count("items", filter=found) for name, found in counts.items()}
        )


class Batch(models.Model):
    """Certificates that an administrator confirmed together; a worker issues them one by one.

    `form_key` makes a form that arrives twice one batch. Certificates are issued in the name and
    by the right of `run_by`: who confirmed it, or who let a stopped one go on. A batch that was
    stopped has `stopped_at`; without `stopped_by` the program stopped it, as `run_by` may issue no
    certificates any more.
    """

    form_key = models.UUIDField(unique=True, editable=False)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(auto_now_add=True)
    run_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stopped_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    stopped_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stopped_by__isnull=True) | Q(stopped_at__isnull=False),
                name="batch_that_somebody_stopped_has_its_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class BatchItemQuerySet(models.QuerySet["BatchItem"]):
    def under_way(self) -> BatchItemQuerySet:
        """Items whose certificate a worker will issue by itself."""
        return self.filter(state=BatchItem.State.WAITING, batch__stopped_at__isnull=True)

    def to_issue(self, now: datetime) -> BatchItemQuerySet:
        """Items whose turn it is: nobody is at them, and they weren't tried too often (H4)."""
        return self.under_way().filter(claims.free(now), tries__lt=claims.MOST_TRIES)

    def given_up(self, now: datetime) -> BatchItemQuerySet:
        """Items whose every try ended without an answer, such as a worker that was killed."""
        return self.under_way().filter(claims.free(now), tries__gte=claims.MOST_TRIES)

    def with_progress(self) -> BatchItemQuerySet:
        """Annotate `made_at` and `mailed_at` of the certificate, without its bytes."""
        sent = OutgoingMail.objects.filter(key=_letter_key(OuterRef("certificate_id")))
        return self.annotate(
            made_at=models.F("certificate__document__made_at"),
            mailed_at=Subquery(sent.values("sent_at")[:1]),
        )


def _letter_key(certificate: OuterRef | str) -> Concat:
    """Render the key of the mail that brings a certificate to its holder."""
    number = Cast(certificate, CharField())
    return Concat(Value("certificate_issued:"), number, output_field=CharField())


def _mailed() -> models.QuerySet[Certificate]:
    """Certificates whose mail went out."""
    sent = OutgoingMail.objects.filter(key=_letter_key(OuterRef("pk")), sent_at__isnull=False)
    return Certificate.objects.filter(models.Exists(sent))


class BatchItem(models.Model):
    """A registration in a batch, and what became of it.

    `name` is what the proof sheet showed: under another name nothing is issued. `tries` counts
    the tries of workers, `claimed_at` is when the last one began, and `why` says to administrators
    what stands in the way, in the language of whoever ran the batch.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("batch", "Waiting")
        ISSUED = "issued", pgettext_lazy("batch", "Issued")
        LEFT_OUT = "left_out", pgettext_lazy("batch", "Left out")
        FAILED = "failed", pgettext_lazy("batch", "Not issued")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="items")
    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="batch_items"
    )
    name = models.CharField(max_length=150)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    certificate = models.OneToOneField(
        Certificate, on_delete=models.PROTECT, null=True, related_name="batch_item"
    )
    why = models.CharField(max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)

    objects = BatchItemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["batch", "id"],
                condition=Q(state="waiting"),
                name="batch_item_that_waits",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "registration"], name="batch_has_a_registration_once"
            ),
            models.CheckConstraint(
                condition=Q(state="issued", certificate__isnull=False)
                | (Q(state__in=["waiting", "left_out", "failed"]) & Q(certificate__isnull=True)),
                name="issued_item_has_its_certificate",
            ),
        ]

    def __str__(self) -> str:
        return self.name
