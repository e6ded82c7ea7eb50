from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models import Registration

SWITCHES = ("points", "transcript", "newest_edition", "badge")


class Sharing(models.Model):
    """What strangers see of a certificate beyond what it is, as its holder chose (reliability F6).

    Without a row nothing was chosen, and the defaults hold: the exact points, the activities and
    the badge stay with the holder, and a replaced edition leads to the newest one (F5). It is one
    choice for all editions. The history has who changed what, and when.
    """

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="sharing"
    )
    points = models.BooleanField(_("My exact points"), default=False)
    transcript = models.BooleanField(_("The activities that counted"), default=False)
    newest_edition = models.BooleanField(
        _("From an earlier edition, lead to the newest one"), default=True
    )
    badge = models.BooleanField(_("A badge for other sites"), default=False)

    class Meta:
        verbose_name_plural = "sharing"

    def __str__(self) -> str:
        return str(self.registration)

    @classmethod
    def of(cls, registration: Registration) -> Sharing:
        """Return the holder's choice, an unsaved one with the defaults where there is none."""
        found: Sharing | None = getattr(registration, "sharing", None)
        return found or cls(registration=registration)

    @property
    def chosen(self) -> dict[str, bool]:
        """The switches by their names."""
        return {name: getattr(self, name) for name in SWITCHES}
