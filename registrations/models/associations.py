from django.db import models
from django.utils.translation import gettext_lazy as _

from cec.bilingual import Bilingual, in_language


class Association(Bilingual, models.Model):
    """A member body of the network: it recognises its members (domain section 8)."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name_en = models.CharField(_("English name"), max_length=150)
    name_fr = models.CharField(_("French name"), max_length=150, blank=True)
    region_en = models.CharField(_("English region"), max_length=80, blank=True)
    region_fr = models.CharField(_("French region"), max_length=80, blank=True)
    email = models.EmailField(_("contact e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    french_first = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name_en"]

    @property
    def region(self) -> str:
        return in_language(self, "region")
