from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from registrations.models import ActivityType, Person, Rate, Registration

MAX_HOURS = Decimal(1000)
LONGEST_SUBJECTS = 500


class ActivityQuerySet(models.QuerySet["Activity"]):
    def kept(self) -> ActivityQuerySet:
        """Without what was deleted from every record."""
        return self.filter(deleted_at__isnull=True)

    def in_record(self, registration: Registration) -> ActivityQuerySet:
        """What stands in one record now; an activity may stand in several."""
        held = Credit.objects.kept().filter(registration=registration, activity=OuterRef("pk"))
        return self.filter(Exists(held))

    def visible_to(self, person: Person) -> ActivityQuerySet:
        """A person's own activities, and those logged under a registration that they may see."""
        return self.filter(
            Q(person_id=person.pk)
            | Q(
                pk__in=Credit.objects.filter(
                    registration__in=Registration.objects.visible_to(person)
                ).values("activity")
            )
        )


class Activity(models.Model):
    """What a person did. What it is worth is a `Credit` under a registration.

    `hours` are quarters of an hour (P4), empty where a course is worth a fixed number.
    `planned` activities may lie ahead and count nothing (P11). `version` guards against two
    edits that don't know of each other (reliability G6), and `form_key` against a form that
    arrives twice: it stands for one rendered form and what was typed into it. `subject` is
    written and read by `activities.subjects`. `continues` is the first entry of the series that
    it goes on with, such as a committee's months: those are no repeats of each other (P7).
    `deleted_at` is set once no record holds the activity any more.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="activities")
    title = models.CharField(_("title"), max_length=300)
    provider = models.CharField(_("provider"), max_length=200, blank=True)
    started_on = models.DateField(_("start"), null=True, blank=True)
    completed_on = models.DateField(_("date finished"))
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2, null=True, blank=True)
    subject = models.CharField(_("subject areas"), max_length=LONGEST_SUBJECTS, blank=True)
    materials = models.TextField(_("materials"), blank=True)
    goals = models.TextField(_("learning goals"), blank=True)
    outcome = models.TextField(_("what I learned"), blank=True)
    planned = models.BooleanField(_("planned"), default=False)
    version = models.PositiveIntegerField(default=1)
    form_key = models.UUIDField(null=True, blank=True, editable=False)
    continues = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["-completed_on", "-id"]
        indexes = [
            models.Index(fields=["person", "completed_on"], name="activity_by_person"),
            # When a person last added something, for a hundred thousand of them (the nudge).
            models.Index(fields=["person", "created_at"], name="activity_by_time_added"),
            models.Index(
                fields=["continues"],
                condition=Q(continues__isnull=False),
                name="activity_that_goes_on",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__isnull=True) | Q(hours__gt=0, hours__lte=MAX_HOURS),
                name="activity_hours_are_possible",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(started_on__lte=F("completed_on")),
                name="activity_ends_after_it_starts",
            ),
            models.UniqueConstraint(fields=["person", "form_key"], name="form_is_saved_once"),
            models.CheckConstraint(
                condition=Q(continues__isnull=True) | ~Q(continues=F("pk")),
                name="activity_does_not_continue_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CreditQuerySet(models.QuerySet["Credit"]):
    def kept(self) -> CreditQuerySet:
        """Without what was deleted from its record."""
        return self.filter(deleted_at__isnull=True)


class Credit(models.Model):
    """What an activity is worth under one registration.

    Written only by `activities.log`, and by `activities.carrying` when rules change. `points` are
    the raw ones, hours x rate or fixed; what of them counts is never stored but computed by
    `activities.points`. `year`, `completed_on` and `activity_type` stand here again so that one
    covering index answers for a hundred thousand people. What the committee has `disallowed` stays
    in the record and counts nothing, whatever is edited in it. `deleted_at` says when it was taken
    out of this record; other records may hold the activity still.
    """

    class State(models.TextChoices):
        COUNTS = "counts", _("Counts")
        PLANNED = "planned", _("Planned")
        NO_OUTCOME = "no_outcome", _("No outcome yet")
        DELETED = "deleted", _("Deleted")
        DISALLOWED = "disallowed", _("Disallowed")

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="credits")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="credits")
    rate = models.ForeignKey(Rate, on_delete=models.PROTECT, related_name="+")
    activity_type = models.ForeignKey(ActivityType, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    completed_on = models.DateField()
    points = models.DecimalField(max_digits=10, decimal_places=4)
    disallowed = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=10, choices=State.choices)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = CreditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "registration"], name="activity_counts_once_per_registration"
            ),
            models.CheckConstraint(condition=Q(points__gte=0), name="credit_is_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=["counts", "planned", "no_outcome", "deleted", "disallowed"]),
                name="credit_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="deleted", deleted_at__isnull=False)
                | ~Q(state="deleted") & Q(deleted_at__isnull=True),
                name="deleted_credit_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["registration", "year", "activity_type", "completed_on", "activity"],
                include=["points"],
                condition=Q(state="counts"),
                name="credit_that_counts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity}: {self.points}"
