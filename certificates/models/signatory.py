from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from registrations.models import Association, Program, Registration


class SignaturePicture(models.Model):
    """A drawn signature as a PNG, kept under its own hash: what was printed once never changes.

    The database refuses to change or delete one. Only those who edit who signs see it by itself.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    png = models.BinaryField()
    kept_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    def on(self, day: date) -> SignatoryQuerySet:
        """Those who sign on that day, for whomever they do."""
        return self.filter(Q(last_day__isnull=True) | Q(last_day__gte=day), first_day__lte=day)

    def for_members(self, program_id: int, association_id: int | None) -> SignatoryQuerySet:
        """Those of a program who sign for everybody, and those of this association."""
        return self.filter(
            Q(association__isnull=True) | Q(association_id=association_id), program_id=program_id
        )

    def signing(self, registration: Registration, day: date) -> SignatoryQuerySet:
        """Who signs this registration's certificate on that day: the program's, and its
        association's."""
        return self.on(day).for_members(registration.program_id, registration.association_id)


class Signatory(models.Model):
    """Who signs a program's certificates, and from when until when.

    Without an association they sign everybody's, else only those of its members. Certificates that
    were issued keep who signed them: a change here is for those to come. `edits` counts the
    changes.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="signatories")
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, null=True, blank=True, related_name="signatories"
    )
    name = models.CharField(max_length=150)
    title_en = models.CharField(max_length=150)
    title_fr = models.CharField(max_length=150)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    picture = models.ForeignKey(
        SignaturePicture, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    edits = models.PositiveIntegerField(default=0, db_default=0)

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "signatories"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="signatory_ends_after_the_start",
            ),
            models.UniqueConstraint(
                fields=["program", "association", "name", "first_day"],
                nulls_distinct=False,
                name="signatory_begins_once_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def signs_on(self, day: date) -> bool:
        """As `on` finds it, for a row that is here already."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)
