from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from registrations.models import Registration

LONGEST_OWN_WORDS = 600


class EmployerLetter(models.Model):
    """What somebody wrote for the introductory letter to their employer (E5).

    The rest of the letter is made of the program's facts each time. Only the latest is kept.
    """

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="employer_letter"
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    recipient = models.CharField(_("name"), max_length=150, blank=True)
    recipient_title = models.CharField(_("position"), max_length=150, blank=True)
    organisation = models.CharField(_("organisation"), max_length=150, blank=True)
    own_words = models.TextField(_("your own words"), blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=["en", "fr"]), name="employer_letter_language_is_known"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("own_words"), LONGEST_OWN_WORDS),
                name="employer_letter_is_short",
            ),
        ]

    def __str__(self) -> str:
        return str(self.registration)
