from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registrations.models import Association, Person, Program, Registration


class Signatory(models.Model):
    """Who signs a program's certificates, and from when until when."""

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

    class Meta:
        verbose_name_plural = "signatories"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="signatory_ends_after_the_start",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, person: Person) -> CertificateQuerySet:
        """Certificates of registrations that this person may see (reliability F4)."""
        return self.filter(registration__in=Registration.objects.visible_to(person))

    def without_document(self) -> CertificateQuerySet:
        """Issued, but the PDF isn't made yet."""
        return self.filter(document__isnull=True)


class Certificate(models.Model):
    """A certificate with its facts as they were on the day of issue; they never change.

    `public_id` is random and on the QR code; `serial` is printed. `facts` is everything that the
    paper says. `error` is why the PDF could not be made, for administrators.
    """

    class State(models.TextChoices):
        VALID = "valid", _("Valid")
        REVOKED = "revoked", _("Revoked")

    registration = models.OneToOneField(
        Registration, on_delete=models.PROTECT, related_name="certificate"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="certificates")
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    serial = models.CharField(max_length=40, unique=True)
    public_id = models.CharField(max_length=43, unique=True)
    holder = models.CharField(max_length=150)
    facts = models.JSONField()
    issued_on = models.DateField()
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.VALID)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "year", "sequence"], name="certificate_number_is_used_once"
            )
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def starts_on(self) -> date:
        return date.fromisoformat(self.facts["starts_on"])

    @property
    def ends_on(self) -> date:
        return date.fromisoformat(self.facts["ends_on"])


class Document(models.Model):
    """The bytes of a certificate: made once, kept with their hash, downloaded as they are."""

    certificate = models.OneToOneField(
        Certificate, on_delete=models.PROTECT, related_name="document"
    )
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256
