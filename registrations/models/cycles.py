from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registrations.models.people import Person
from registrations.models.registration import Registration


class ProgramYear(models.Model):
    """Year 1, 2 or 3 of a cycle: from an anniversary to the day before the next (P10).

    `ends_on` is empty in a program without an end.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="years")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "number"], name="year_number_is_once"),
            models.UniqueConstraint(
                fields=["registration", "starts_on"], name="year_starts_on_its_own_day"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="year_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.number}"

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class CycleChangeQuerySet(models.QuerySet["CycleChange"]):
    def in_force(self) -> "CycleChangeQuerySet":
        """Without what was taken back."""
        return self.filter(taken_back_at__isnull=True)


class CycleChange(models.Model):
    """Why a cycle is longer than its program's: an extension, or a leave (C1).

    An extension lengthens the last program year by `days`. A leave lasts from `first_day` to
    `last_day`, both included: the year that it begins in is longer by it, and those after it start
    later. The program years follow from these rows (`registrations.calendar.bounds_of`). A row is
    kept when it is taken back. `form_key` makes a form that arrives twice one change.
    """

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("Extension")
        LEAVE = "leave", _("Leave")

    class Cause(models.TextChoices):
        ILLNESS = "illness", _("Illness")
        PARENTAL = "parental", _("Parental leave")
        OTHER = "other", _("Another reason")

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="cycle_changes"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    days = models.PositiveSmallIntegerField(null=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    reason = models.CharField(max_length=500, blank=True)
    form_key = models.UUIDField(null=True, editable=False)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    taken_back_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    objects = CycleChangeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="extension", days__isnull=False, first_day__isnull=True)
                & Q(days__gt=0, last_day__isnull=True)
                | Q(kind="leave", days__isnull=True, first_day__isnull=False)
                & Q(last_day__isnull=False, last_day__gte=F("first_day")),
                name="extension_has_a_length_and_a_leave_two_days",
            ),
            models.CheckConstraint(
                condition=~Q(cause="other") | ~Q(reason=""),
                name="another_reason_is_written_down",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_by__isnull=True, taken_back_at__isnull=True)
                | Q(taken_back_by__isnull=False, taken_back_at__isnull=False),
                name="whoever_took_a_cycle_change_back_is_known",
            ),
            models.UniqueConstraint(
                fields=["registration", "form_key"], name="cycle_form_is_entered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.kind}"

    @property
    def leave(self) -> tuple[date, date] | None:
        """Return first and last day of a leave; None for an extension."""
        if self.first_day is None or self.last_day is None:
            return None
        return self.first_day, self.last_day

    @property
    def length(self) -> int:
        """Return by how many days the cycle is longer for it."""
        leave = self.leave
        return (leave[1] - leave[0]).days + 1 if leave else self.days or 0
