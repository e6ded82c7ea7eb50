from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cec.personal import BLANK
from certificates.models.signing import SigningCertificate
from registrations.models import Person, Program, Registration

# A try that takes longer than this was killed: it is over the worker's hard limit of two minutes.
RETRY_AFTER = timedelta(minutes=3)
MOST_TRIES = 5


def unmade(of: str = "") -> Q:
    """Certificates whose PDF is waited for; `of` is the way to the certificate.

    One that was replaced or revoked before never gets a PDF.
    """
    return Q(**{f"{of}document__isnull": True, f"{of}state": "valid"})


def not_made(of: str = "") -> Q:
    """Those of `unmade` whose PDF couldn't be made so far."""
    tried = Q(**{f"{of}tries__gte": MOST_TRIES}) | Q(**{f"{of}error__gt": ""})
    return unmade(of) & tried


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, person: Person) -> CertificateQuerySet:
        """Certificates of registrations that this person may see (reliability F4)."""
        return self.filter(registration__in=Registration.objects.visible_to(person))

    def worked_on_by(self, person: Person) -> CertificateQuerySet:
        """Certificates in this person's care as a committee member or administrator."""
        return self.filter(registration__in=Registration.objects.worked_on_by(person))

    def without_document(self) -> CertificateQuerySet:
        """Valid, but the PDF isn't made yet."""
        return self.filter(unmade())

    def to_make(self, now: datetime) -> CertificateQuerySet:
        """Certificates whose PDF somebody should make now: not tried, or not tried lately (H4)."""
        return self.without_document().filter(
            Q(tried_at__isnull=True) | ~Q(tried_at__range=(now - RETRY_AFTER, now + RETRY_AFTER)),
            tries__lt=MOST_TRIES,
        )

    def of(self, registration: Registration) -> Certificate | None:
        """Return the newest edition of a registration's certificate, whatever its state."""
        return self.filter(registration=registration).order_by("-edition").first()

    def with_progress(self) -> CertificateQuerySet:
        """Annotate `made_at` and `sha256` of the PDF, without loading its bytes.

        And `has_badge`, which is None before the PDF is made.
        """
        return self.annotate(
            made_at=F("document__made_at"),
            sha256=F("document__sha256"),
            has_badge=Case(
                When(document__badge="", then=False), When(document__badge__gt="", then=True)
            ),
        )


class Certificate(models.Model):
    """An edition of a registration's certificate, with its facts as they were on the day of issue.

    Facts never change: what is wrong on the paper is put right by the next edition, which
    `replaces` the one before and has a serial and an id of its own. At most one edition is valid;
    one that was replaced or revoked stays so. `public_id` is random and on the QR code; `serial`
    is printed. `facts` is everything that the paper says. `tries` counts how often the PDF was
    tried since the last reset, `tried_at` is when the last try began, and `error` is why it failed,
    for administrators. The database refuses any other change, but for the holder's name when they
    are erased and asked for that (`is_nameless`).
    """

    class State(models.TextChoices):
        VALID = "valid", _("Valid")
        REPLACED = "replaced", pgettext_lazy("certificate", "Replaced")
        REVOKED = "revoked", _("Revoked")

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="certificates"
    )
    edition = models.PositiveSmallIntegerField(default=1, db_default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next_edition"
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
    revoked_on = models.DateField(null=True, blank=True)
    replaced_on = models.DateField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "year", "sequence"], name="certificate_number_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(state="valid", revoked_on__isnull=True, replaced_on__isnull=True)
                | Q(state="replaced", revoked_on__isnull=True, replaced_on__isnull=False)
                | Q(state="revoked", revoked_on__isnull=False, replaced_on__isnull=True),
                name="certificate_that_ended_has_its_day",
            ),
            models.UniqueConstraint(
                fields=["registration", "edition"], name="certificate_edition_is_made_once"
            ),
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state="valid"),
                name="registration_has_one_valid_certificate",
            ),
            models.CheckConstraint(
                condition=Q(edition=1, replaces__isnull=True)
                | Q(edition__gt=1, replaces__isnull=False),
                name="later_edition_follows_another",
            ),
            models.CheckConstraint(
                condition=Q(sequence__gte=1), name="certificate_numbers_start_at_one"
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def file_name(self) -> str:
        """The name under which the PDF is saved: the serial has letters, digits and dashes only."""
        return f"{self.serial}.pdf"

    @property
    def is_valid(self) -> bool:
        return self.state == self.State.VALID

    @property
    def is_nameless(self) -> bool:
        """Say whether its holder had their name taken off; the paper itself is gone then too."""
        return self.holder == BLANK

    @property
    def is_waiting(self) -> bool:
        """Say whether a worker will still try to make the PDF by itself."""
        return self.tries < MOST_TRIES


class Document(models.Model):
    """The bytes of a certificate: made once, kept with their hash, downloaded as they are (F4).

    The database refuses to change or delete one. `badge` is the signed Open Badge, which nobody
    sees before its holder turns it on. Documents from before there were signatures have neither
    `signed_with` nor a badge.
    """

    certificate = models.OneToOneField(
        Certificate, on_delete=models.PROTECT, related_name="document"
    )
    signed_with = models.ForeignKey(
        SigningCertificate, on_delete=models.PROTECT, null=True, related_name="documents"
    )
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    badge = models.TextField(blank=True, db_default="")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="document_by_hash")]

    def __str__(self) -> str:
        return self.sha256
