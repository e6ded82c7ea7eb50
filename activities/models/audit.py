from hashlib import sha256

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from activities.models.log import Activity
from activities.models.review import Comment
from registrations.models import Person, Program, Registration

LONGEST_REASON = 1000


def rank(seed: str, reference: str) -> str:
    """Return what a draw sorts by: SHA-256 of the seed, a line feed and the public reference."""
    return sha256(f"{seed}\n{reference}".encode()).hexdigest()


class AuditDraw(models.Model):
    """A draw among the turned-in records of a program (C2). Append-only in the database too.

    `percent` of the records, rounded up, are audited: those whose `rank` comes first. The seed is
    made by the server once the set is fixed. `first_day` and `last_day` limit the days of turning
    in. `evidence_until` is the last day for evidence, and who passes is exempt for `exempt_years`.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="audit_draws")
    percent = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    evidence_until = models.DateField()
    exempt_years = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=64, unique=True)
    drawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__range=(1, 100)), name="draw_is_of_one_to_hundred_per_cent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} {self.percent} %"


class Audit(models.Model):
    """One record in a draw, whatever came of it; a record is in one draw, ever.

    So nobody can draw again until the outcome suits. `exempt` are those who passed an audit a
    short while ago and take no part; `spared` took part and weren't drawn. `place` is the place
    in the order of the draw, from 1. `entries` are those that evidence is asked for; none are all
    that count.
    """

    class State(models.TextChoices):
        EXEMPT = "exempt", _("Exempt")
        SPARED = "spared", _("Not drawn")
        ASKED = "asked", _("Evidence asked for")
        PASSED = "passed", _("Passed")

    DRAWN = (State.ASKED, State.PASSED)

    draw = models.ForeignKey(AuditDraw, on_delete=models.PROTECT, related_name="audits")
    registration = models.OneToOneField(
        Registration, on_delete=models.PROTECT, related_name="audit"
    )
    place = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=6, choices=State.choices)
    entries: "models.ManyToManyField[Activity, models.Model]" = models.ManyToManyField(
        Activity, related_name="+", blank=True
    )
    passed_at = models.DateTimeField(null=True)
    passed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    exempt_until = models.DateField(null=True)

    class Meta:
        ordering = ["draw", "place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "place"], name="place_in_a_draw_is_taken_once"),
            models.CheckConstraint(
                condition=Q(state__in=["exempt", "spared", "asked", "passed"]),
                name="audit_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="exempt", place__isnull=True)
                | (~Q(state="exempt") & Q(place__isnull=False)),
                name="who_takes_part_in_a_draw_has_a_place",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="passed",
                    passed_at__isnull=False,
                    passed_by__isnull=False,
                    exempt_until__isnull=False,
                )
                | (
                    ~Q(state="passed")
                    & Q(passed_at__isnull=True, passed_by__isnull=True, exempt_until__isnull=True)
                ),
                name="passed_audit_says_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.state}"

    @property
    def is_drawn(self) -> bool:
        return self.state in self.DRAWN


class AuditDecision(models.Model):
    """What the committee decided on one entry, and why. Append-only in the database too.

    The latest one holds, as long as the entry is at the `version` that was looked at. `comment`
    is where the participant reads the reason and answers.
    """

    class Kind(models.TextChoices):
        PASS = "pass", _("Pass")
        MEND = "mend", _("Mend")
        DISALLOW = "disallow", _("Disallow")
        ALLOW = "allow", _("Count it again")

    NEEDS_REASON = (Kind.MEND, Kind.DISALLOW, Kind.ALLOW)

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="audit_decisions"
    )
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="audit_decisions")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    reason = models.TextField(max_length=LONGEST_REASON, blank=True)
    version = models.PositiveIntegerField()
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["pass", "mend", "disallow", "allow"]),
                name="audit_decision_is_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="pass") | ~Q(reason=""), name="audit_decision_has_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity}: {self.kind}"
