from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.models.people import Person
from registrations.models.registration import Registration


class MembershipCheck(models.Model):
    """One look at a membership; the latest one is the gate, all of them its history.

    `form_key` makes a form that arrives twice one look.
    """

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("In good standing")
        LAPSED = "lapsed", _("Not in good standing")
        PROOF = "proof", _("Asked for proof")
        UNCHECKED = "unchecked", _("Check taken back")

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="membership_checks"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    good_until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    form_key = models.UUIDField(null=True, editable=False)
    checked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="confirmed", good_until__isnull=False)
                | ~Q(outcome="confirmed") & Q(good_until__isnull=True),
                name="only_a_confirmed_membership_has_an_end",
            ),
            models.UniqueConstraint(
                fields=["registration", "form_key"], name="membership_form_is_entered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.outcome}"
