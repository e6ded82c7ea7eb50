from django.db import models

from cec.files import names


class StoredFile(models.Model):
    """A file that somebody gave us; `store` keeps the bytes under `key`, which nobody can guess.

    `name` is what the person calls it, `kind` is one of `checking.KINDS`, `size` is in bytes,
    `scan` what clamd found (`scanning`).
    """

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", "JPEG"
        PNG = "png", "PNG"

    class Scan(models.TextChoices):
        WAITING = "waiting", "waiting"
        CLEAN = "clean", "clean"
        INFECTED = "infected", "infected"

    key = models.CharField(max_length=40, unique=True, editable=False)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    name = models.CharField(max_length=names.LONGEST)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(
        max_length=8, choices=Scan.choices, default=Scan.WAITING, db_default="waiting"
    )
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["pdf", "jpeg", "png"]), name="stored_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(scan__in=["waiting", "clean", "infected"]),
                name="stored_scan_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[0-9a-f]{40}$"), name="stored_key_is_no_path"
            ),
        ]

    def __str__(self) -> str:
        return self.name
