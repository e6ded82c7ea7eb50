"""What a program's mails say in place of the standard text, in versions that stay."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cec.bilingual import OWN_NAMES
from registrations.models.people import Person
from registrations.models.scheme import Program

LONGEST_LINE = 200  # a subject is one line of that many characters at the most
LONGEST_BODY = 8000
LONGEST_CLOSING = 2000


class MailTextQuerySet(models.QuerySet["MailText"]):
    def latest_of_each(self) -> MailTextQuerySet:
        """The version in force of each kind and language of each program."""
        keys = ("program_id", "kind", "language")
        return self.order_by(*keys, "-version").distinct(*keys)


class MailText(models.Model):
    """One version of the texts of a kind of mail, for a program, in a language.

    The latest one is in force; it never changes, and the database holds that. One with
    `is_standard` has no texts: from it on the standard ones hold again. Placeholders stand in the
    texts as {name}; paragraphs are separated by an empty line.
    """

    TEXTS = ("subject", "heading", "body", "closing")

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="mail_texts")
    kind = models.CharField(max_length=60)
    language = models.CharField(max_length=2, choices=list(OWN_NAMES.items()))
    version = models.PositiveIntegerField()
    is_standard = models.BooleanField(default=False)
    subject = models.CharField(_("Subject"), max_length=LONGEST_LINE, blank=True)
    heading = models.CharField(_("Heading"), max_length=LONGEST_LINE, blank=True)
    body = models.TextField(_("Text"), max_length=LONGEST_BODY, blank=True)
    closing = models.TextField(_("Below the button"), max_length=LONGEST_CLOSING, blank=True)
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = MailTextQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "kind", "language", "version"],
                name="mail_text_version_is_made_once",
            ),
            models.CheckConstraint(
                condition=Q(is_standard=True, subject="", heading="", body="", closing="")
                | Q(is_standard=False, subject__regex=r"\S", body__regex=r"\S"),
                name="mail_text_is_standard_or_written_out",
            ),
            models.CheckConstraint(
                condition=Q(language__in=list(OWN_NAMES)), name="mail_text_language_is_known"
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="mail_text_counts_from_one"),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"), name="mail_text_is_made_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} {self.kind} {self.language} {self.version}"
