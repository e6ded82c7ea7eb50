"""The rules of programs as data: another program is rows, not code (domain section 1)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cec.bilingual import Bilingual, in_language
from registrations.models.scheme import Program


class RulesQuerySet(models.QuerySet["Rules"]):
    def published(self) -> "RulesQuerySet":
        """Without drafts."""
        return self.filter(published_at__isnull=False)

    def drafts(self) -> "RulesQuerySet":
        """What is being written; a program has one draft at the most."""
        return self.filter(published_at__isnull=True)


class Rules(models.Model):
    """One version of a program's rules. A registration keeps the version it began under.

    A draft has no `published_at`; a published version never changes what counts. Program years are
    anniversaries (P10), or begin each year on the same `year_month` and `year_day`. `layered` says
    whether any cap reaches beyond one type in one year: the points of such rules are added up
    entry by entry. It follows from the caps (`note_layers`).
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="rules")
    version = models.PositiveIntegerField()
    published_at = models.DateTimeField(default=timezone.now, null=True, blank=True)
    published_by = models.ForeignKey(
        "registrations.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True, db_default="")
    year_month = models.PositiveSmallIntegerField(null=True, blank=True)
    year_day = models.PositiveSmallIntegerField(null=True, blank=True)
    layered = models.BooleanField(default=False, db_default=False, editable=False)

    objects = RulesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "rules"
        constraints = [
            models.UniqueConstraint(fields=["program", "version"], name="rules_have_one_version"),
            models.UniqueConstraint(
                fields=["program"],
                condition=Q(published_at__isnull=True),
                name="program_has_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(year_month__isnull=True, year_day__isnull=True)
                | Q(year_month__range=(1, 12), year_day__range=(1, 28)),
                name="year_begins_on_a_day_of_every_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} {self.version}"

    @property
    def year_begins(self) -> tuple[int, int] | None:
        """Month and day on which each program year begins; None for anniversaries."""
        if self.year_month is None or self.year_day is None:
            return None
        return self.year_month, self.year_day

    def requirement(self, per: str) -> "Requirement | None":
        """Return what is required of all types per "cycle" or "year" (P1, P3), if anything."""
        rows = self.requirements.all()
        return next((row for row in rows if row.per == per and row.group_id is None), None)

    def group_requirements(self) -> "list[Requirement]":
        """Return what is required of a group of types."""
        return [row for row in self.requirements.all() if row.group_id is not None]

    def caps(self) -> "models.QuerySet[Cap]":
        """Return the caps of the types and of the groups."""
        return Cap.objects.filter(Q(activity_type__rules=self) | Q(group__rules=self))

    def note_layers(self) -> None:
        """Write `layered` as the caps are now; whoever writes caps calls it."""
        self.layered = self.caps().exclude(per=Per.YEAR, group__isnull=True).exists()
        self.save(update_fields=["layered"])


class TypeGroup(Bilingual, models.Model):
    """Types that share a cap or a minimum. `key` stays the same from version to version."""

    rules = models.ForeignKey(Rules, on_delete=models.CASCADE, related_name="groups")
    key = models.SlugField(max_length=30)
    name_en = models.CharField(max_length=150)
    name_fr = models.CharField(max_length=150)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rules", "key"], name="group_key_is_used_once")
        ]


class ActivityType(Bilingual, models.Model):
    """A row of the points table. `needs_outcome`: counts once outcomes are written (P8).

    `key` stays the same from version to version: by it and by the rate's key an entry finds its
    place under newer rules. A type is in one `group` at the most.
    """

    class Colour(models.TextChoices):
        SPRUCE = "spruce"
        JADE = "jade"
        WINE = "wine"
        ROSE = "rose"
        BRASS = "brass"
        INDIGO = "indigo"

    rules = models.ForeignKey(Rules, on_delete=models.PROTECT, related_name="types")
    key = models.SlugField(max_length=30, db_default="")
    group = models.ForeignKey(
        TypeGroup, on_delete=models.SET_NULL, null=True, blank=True, related_name="types"
    )
    code_en = models.CharField(max_length=12)
    code_fr = models.CharField(max_length=12)
    name_en = models.CharField(max_length=150)
    name_fr = models.CharField(max_length=150)
    about_en = models.TextField(blank=True)
    about_fr = models.TextField(blank=True)
    aliases = models.JSONField(default=list, blank=True)
    colour = models.CharField(max_length=10, choices=Colour.choices)
    needs_outcome = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rules", "code_en"], name="type_code_is_used_once"),
            models.UniqueConstraint(fields=["rules", "key"], name="type_key_is_used_once"),
        ]

    @property
    def code(self) -> str:
        return in_language(self, "code")

    @property
    def about(self) -> str:
        return in_language(self, "about")


class Rate(Bilingual, models.Model):
    """What an activity of a type is worth: so much per hour, or a fixed number (K1).

    What hours give is rounded half up to whole `step`s and is `least` at the least, where a scheme
    asks for it: IACET's units are tenths of ten hours, and never below one tenth.
    """

    activity_type = models.ForeignKey(ActivityType, on_delete=models.PROTECT, related_name="rates")
    key = models.SlugField(max_length=30)
    name_en = models.CharField(max_length=150, blank=True)
    name_fr = models.CharField(max_length=150, blank=True)
    per_hour = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    fixed = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    step = models.DecimalField(max_digits=6, decimal_places=4, null=True, blank=True)
    least = models.DecimalField(max_digits=6, decimal_places=4, null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["activity_type__position", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["activity_type", "key"], name="rate_key_is_used_once"),
            models.CheckConstraint(
                condition=Q(per_hour__gt=0, fixed__isnull=True)
                | Q(per_hour__isnull=True, fixed__gt=0),
                name="rate_is_per_hour_or_fixed",
            ),
            models.CheckConstraint(
                condition=Q(fixed__isnull=True) | Q(step__isnull=True, least__isnull=True),
                name="fixed_number_is_not_rounded",
            ),
            models.CheckConstraint(
                condition=Q(step__isnull=True) | Q(step__gt=0), name="rate_is_rounded_to_something"
            ),
        ]

    @property
    def label(self) -> str:
        """The choice as people read it: the type, and the rate's own name where it has one."""
        return f"{self.activity_type.name} – {self.name}" if self.name else self.activity_type.name


class Per(models.TextChoices):
    YEAR = "year", _("program year")
    CYCLE = "cycle", _("cycle")


class Cap(models.Model):
    """The most that counts from one type, or from a group of types, in a year or a cycle (P2).

    Advised: all counts, with a notice.
    """

    class Strictness(models.TextChoices):
        ENFORCED = "enforced", _("enforced")
        ADVISED = "advised", _("advised")

    activity_type = models.ForeignKey(
        ActivityType, on_delete=models.PROTECT, null=True, blank=True, related_name="caps"
    )
    group = models.ForeignKey(
        TypeGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="caps"
    )
    per = models.CharField(max_length=5, choices=Per.choices, default=Per.YEAR)
    points = models.DecimalField(max_digits=8, decimal_places=2)
    strictness = models.CharField(
        max_length=8, choices=Strictness.choices, default=Strictness.ENFORCED
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity_type", "per"], name="type_has_one_cap_a_year"
            ),
            models.UniqueConstraint(fields=["group", "per"], name="group_has_one_cap_a_year"),
            models.CheckConstraint(
                condition=Q(activity_type__isnull=True, group__isnull=False)
                | Q(activity_type__isnull=False, group__isnull=True),
                name="cap_is_of_a_type_or_of_a_group",
            ),
            models.CheckConstraint(
                condition=Q(per__in=["year", "cycle"]), name="cap_period_is_known"
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="cap_is_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_type or self.group} {self.points}"


class Requirement(models.Model):
    """Points that are needed per cycle (P1) or per year (P3), of all types or of a group.

    Required or only advised. `carry` is what a year's excess over its requirement may bring into
    the next year at most, and no further.
    """

    class Strictness(models.TextChoices):
        REQUIRED = "required", _("required")
        ADVISED = "advised", _("advised")

    rules = models.ForeignKey(Rules, on_delete=models.PROTECT, related_name="requirements")
    group = models.ForeignKey(
        TypeGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="requirements"
    )
    per = models.CharField(max_length=5, choices=Per.choices)
    points = models.DecimalField(max_digits=8, decimal_places=2)
    strictness = models.CharField(max_length=8, choices=Strictness.choices)
    carry = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rules", "per", "group"],
                nulls_distinct=False,
                name="rules_have_one_requirement_per",
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="requirement_is_above_zero"),
            models.CheckConstraint(
                condition=Q(carry__isnull=True) | Q(carry__gt=0, per="year", group__isnull=True),
                name="excess_is_carried_from_year_to_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} per {self.per}"


class SubjectArea(Bilingual, models.Model):
    """A suggested subject area; a free one is always allowed (P9)."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="subject_areas")
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "name_en"], name="subject_is_listed_once")
        ]
