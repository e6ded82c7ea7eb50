from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from registrations.models import CycleChange, Person, Registration, Requirement

LONGEST_REASON = 500


def _points() -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(max_digits=12, decimal_places=4)


class YearResultQuerySet(models.QuerySet["YearResult"]):
    def in_force(self) -> YearResultQuerySet:
        """Without what was opened again."""
        return self.filter(reopened_at__isnull=True)

    def visible_to(self, person: Person) -> YearResultQuerySet:
        """Results of the registrations that this person may see (domain section 5)."""
        return self.filter(registration__in=Registration.objects.visible_to(person))

    def worked_on_by(self, person: Person) -> YearResultQuerySet:
        """Results of the registrations in this person's care."""
        return self.filter(registration__in=Registration.objects.worked_on_by(person))


class YearResult(models.Model):
    """Where a record stood when a program year was closed. The database keeps its figures.

    All figures are the program's points: `raw` and `counted` in the year, `brought` into it from
    the year before, `carried` into the next. `needed` is what the year asks for (P3), empty where
    it asks for nothing. `counted_so_far` is what counts in the cycle up to the year's end, and
    `cycle_needed` what the cycle needs (P1), by the program's rules of `rules_version`. `types` has
    raw and counted points by the type's key, as text: JSON has no exact numbers. `edition` tells
    closing a year anew after it was opened again; it was so by a decision with a reason, or because
    `moved_by` moved its days.
    """

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="year_results", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    edition = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    rules_version = models.PositiveIntegerField()
    raw = _points()
    counted = _points()
    brought = _points()
    carried = _points()
    needed = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    strictness = models.CharField(
        max_length=8, choices=Requirement.Strictness.choices, blank=True, default=""
    )
    reached = models.GeneratedField(
        expression=Case(
            When(needed__isnull=True, then=Value(None)),
            When(needed__lte=F("counted") + F("brought"), then=Value(True)),
            default=Value(False),
        ),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )
    counted_so_far = _points()
    cycle_needed = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    types = models.JSONField(default=dict)
    closed_at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="", db_default="")
    moved_by = models.ForeignKey(
        CycleChange, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = YearResultQuerySet.as_manager()

    class Meta:
        ordering = ["registration", "number", "edition"]
        indexes = [models.Index(fields=["last_day", "id"], name="year_result_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "number"],
                condition=Q(reopened_at__isnull=True),
                name="year_is_closed_once",
            ),
            models.UniqueConstraint(
                fields=["registration", "number", "edition"], name="year_result_has_its_edition"
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="closed_year_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(needed__isnull=True, strictness="")
                | Q(needed__isnull=False, strictness__in=["required", "advised"]),
                name="yearly_need_is_required_or_advised",
            ),
            models.CheckConstraint(
                condition=Q(
                    reopened_at__isnull=True,
                    reopened_by__isnull=True,
                    reason="",
                    moved_by__isnull=True,
                )
                | Q(reopened_at__isnull=False, reopened_by__isnull=False)
                & (~Q(reason="") | Q(moved_by__isnull=False)),
                name="who_opened_a_year_again_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.number}"

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted

    @property
    def left(self) -> Decimal | None:
        """Points that the cycle still needed at the year's end; None without a total (K5)."""
        if self.cycle_needed is None:
            return None
        return max(self.cycle_needed - self.counted_so_far, Decimal(0))

    @property
    def in_force(self) -> bool:
        return self.reopened_at is None

    @property
    def outcome(self) -> str:
        """Whether the year had what it asks for, in a word or two."""
        if self.needed is None:
            return _("No yearly minimum")
        return _("Reached") if self.reached else _("Below")
