"""The register of confidentiality incidents (Law 25, section 3.8; PIPEDA, section 10.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registrations.models.people import Person


class Incident(models.Model):
    """Something that happened to personal data; what is known of it stands in its accounts.

    `form_key` lets one form make one incident, however often its button is pressed.
    """

    form_key = models.UUIDField(unique=True)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"I-{self.pk}"


class IncidentAccount(models.Model):
    """What was known of an incident at a time, whole. A change is another account; none changes.

    `people` is how many it concerns, as far as is known, and of them `people_in_quebec`.
    """

    class Risk(models.TextChoices):
        UNKNOWN = "unknown", _("Not assessed yet")
        NONE = "none", _("No risk of serious injury")
        SERIOUS = "serious", _("A risk of serious injury: notify")

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="accounts")
    version = models.PositiveSmallIntegerField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    happened = models.CharField(_("when it happened, or about when"), max_length=200)
    found_on = models.DateField(_("when it was found"))
    what = models.TextField(_("what happened"), max_length=4000)
    data = models.TextField(_("which personal data"), max_length=2000)
    people = models.PositiveIntegerField(_("how many people"), null=True, blank=True)
    people_in_quebec = models.PositiveIntegerField(
        _("how many of them in Quebec"), null=True, blank=True
    )
    risk = models.CharField(
        _("risk of serious injury"), max_length=8, choices=Risk.choices, default=Risk.UNKNOWN
    )
    risk_why = models.TextField(_("why"), max_length=4000, blank=True)
    measures = models.TextField(_("what was done about it"), max_length=4000, blank=True)
    regulators_told_on = models.DateField(_("commissioners told on"), null=True, blank=True)
    people_told_on = models.DateField(_("people told on"), null=True, blank=True)
    others_told = models.TextField(_("who else was told, and when"), max_length=2000, blank=True)

    class Meta:
        ordering = ["incident", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "version"], name="incident_is_told_once_per_version"
            ),
            models.CheckConstraint(
                condition=Q(people_in_quebec__isnull=True)
                | Q(people__isnull=True)
                | Q(people_in_quebec__lte=F("people")),
                name="people_in_quebec_are_some_of_all",
            ),
            models.CheckConstraint(
                condition=Q(risk="unknown") | ~Q(risk_why=""), name="risk_is_assessed_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident}, {self.version}"
