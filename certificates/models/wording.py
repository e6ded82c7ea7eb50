from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.models import Person, Program


class CertificateWordingQuerySet(models.QuerySet["CertificateWording"]):
    def published(self) -> CertificateWordingQuerySet:
        """Without drafts."""
        return self.filter(published_at__isnull=False)

    def drafts(self) -> CertificateWordingQuerySet:
        """What is being written; a program has one draft at the most."""
        return self.filter(published_at__isnull=True)


class CertificateWording(models.Model):
    """One version of the texts on a program's certificate, as `paper.CertificateFacts` names them.

    Every text stands in both languages. A draft has no `published_at`; a published version never
    changes, and the database holds that. The first one came with the program: nobody published it.
    `edits` counts the changes, so that of two people who edit the same draft the second is told.
    """

    TEXTS = ("title", "issuer", "issuer_sentence", "subject", "not_a_diploma")

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="wordings")
    version = models.PositiveIntegerField()
    title_en = models.CharField(_("Title in English"), max_length=150)
    title_fr = models.CharField(_("Title in French"), max_length=150)
    issuer_en = models.CharField(_("Issuer in English"), max_length=150)
    issuer_fr = models.CharField(_("Issuer in French"), max_length=150)
    issuer_sentence_en = models.CharField(
        _("Sentence below the issuer in English"), max_length=300, blank=True
    )
    issuer_sentence_fr = models.CharField(
        _("Sentence below the issuer in French"), max_length=300, blank=True
    )
    subject_en = models.CharField(_("What the points are for, in English"), max_length=200)
    subject_fr = models.CharField(_("What the points are for, in French"), max_length=200)
    not_a_diploma_en = models.CharField(_("What it doesn’t replace, in English"), max_length=400)
    not_a_diploma_fr = models.CharField(_("What it doesn’t replace, in French"), max_length=400)
    made_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    edits = models.PositiveIntegerField(default=0)

    objects = CertificateWordingQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "version"], name="wording_version_is_made_once"
            ),
            models.UniqueConstraint(
                fields=["program"],
                condition=Q(published_at__isnull=True),
                name="program_has_one_wording_draft",
            ),
            models.CheckConstraint(
                condition=Q(not_a_diploma_en__regex=r"\S", not_a_diploma_fr__regex=r"\S"),
                name="wording_says_what_it_does_not_replace",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | (Q(published_at__isnull=False) & ~Q(reason="")),
                name="wording_is_published_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} {self.version}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @property
    def state(self) -> str:
        """Stand for the version as it is now, for a form to carry."""
        return f"{self.version}-{self.edits}"

    @property
    def texts(self) -> dict[str, Any]:
        """Every text by its name, such as `title_fr`."""
        return {name: getattr(self, name) for name in self.names()}

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of all texts, those of one thing side by side."""
        return [f"{text}_{code}" for text in cls.TEXTS for code in ("en", "fr")]
