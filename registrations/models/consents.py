"""What a person agreed to: which text, in which version and language, when and how (K4)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registrations.models.people import Person


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self) -> "ConsentQuerySet":
        """Those that weren't withdrawn; a person has one of a kind at the most."""
        return self.filter(withdrawn_at__isnull=True)


class Consent(models.Model):
    """A person agreed to a text of `registrations.consents`; `sha256` is what it said, letter by
    letter. Agreeing to a newer version ends the row of the former one.
    """

    class Kind(models.TextChoices):
        PROGRAM = "program", _("Taking part in a program")
        REMINDERS = "reminders", _("Reminders by e-mail")
        MENTOR = "mentor", _("A mentor who reads your record")
        SHARING = "sharing", _("What others see of your certificate")

    class How(models.TextChoices):
        REGISTERING = "registering", _("on registering")
        PAGE = "page", _("on a page of yours")
        MAIL = "mail", _("by the link in an e-mail")
        REPLACED = "replaced", _("by agreeing to a newer text")
        EARLIER = "earlier", pgettext_lazy("consent", "before texts had versions")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2)
    sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    given_how = models.CharField(max_length=12, choices=How.choices)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_how = models.CharField(max_length=12, choices=How.choices, blank=True, default="")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_consent_of_a_kind_is_in_force",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_how="")
                | Q(withdrawn_at__gte=F("given_at")) & ~Q(withdrawn_how=""),
                name="withdrawn_consent_says_how",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["program", "reminders", "mentor", "sharing"]),
                name="consent_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
