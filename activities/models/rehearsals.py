from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cec.wording import number
from registrations.models import Person, Registration, Rules


class Rehearsal(models.Model):
    """What a version of the rules does to the registrations that go on, as of a moment.

    A rehearsal of a draft tells what would change, and `state` stands for what the draft said
    then. With `moved_at` it is a move that began at that moment, and what it did to them so far:
    `to_move` says that others are to follow. `role` is what `made_by` was when it began.
    `people` were looked at; of them the standing of `changed` is another one, `below` have the
    required total no longer, and `stuck` can't be moved.
    """

    rules = models.ForeignKey(Rules, on_delete=models.CASCADE, related_name="rehearsals")
    state = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(null=True)
    to_move = models.BooleanField(default=False, db_default=False)
    role = models.CharField(max_length=60, blank=True, default="", db_default="")
    reason = models.CharField(max_length=500, blank=True)
    people = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    below = models.PositiveIntegerField(default=0)
    stuck = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_at__isnull=True) | ~Q(reason=""),
                name="registrations_move_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(to_move=False) | Q(moved_at__isnull=False), name="only_a_move_goes_on"
            ),
            models.UniqueConstraint(
                fields=["rules"], condition=Q(to_move=True), name="one_move_to_rules_goes_on"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rules}: {self.changed} of {self.people}"

    @property
    def sentence(self) -> str:
        """Say it in short: "17 standings change, 2 fall below 120."."""
        said = [
            ngettext("%(number)s standing changes", "%(number)s standings change", self.changed)
            % {"number": number(self.changed, grouped=True)}
        ]
        total = self.rules.requirement("cycle")
        if self.below and total:
            below = ngettext(
                "%(number)s falls below %(total)s", "%(number)s fall below %(total)s", self.below
            )
            numbers = {"number": number(self.below, grouped=True), "total": number(total.points)}
            said.append(below % numbers)
        return f"{', '.join(said)}."


class Effect(models.Model):
    """What other rules do to one registration: its counted points `before` and `after`.

    `falls` says that the required total was reached and isn't any more. `stuck` says why the
    registration can't be moved, if it can't. `to_tell` waits for a worker to write to the person.
    """

    class Stuck(models.TextChoices):
        TYPE = "type", _("has entries of a type or rate that isn’t there any more")
        HOURS = "hours", _("has entries without hours, which the rate now needs")
        YEARS = "years", _("has program years that begin on another day")

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.CASCADE, related_name="effects")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    before = models.DecimalField(max_digits=12, decimal_places=4)
    after = models.DecimalField(max_digits=12, decimal_places=4)
    falls = models.BooleanField(default=False)
    stuck = models.CharField(max_length=5, choices=Stuck.choices, blank=True)
    to_tell = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rehearsal", "registration"], name="rehearsal_tells_of_each_once"
            ),
            models.CheckConstraint(
                condition=Q(stuck="") | Q(to_tell=False), name="only_the_moved_are_told"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(to_tell=True), name="effect_to_tell"),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.before}, {self.after}"
