"""A program: its names, its fee, its time, and what its pages say of it (domain section 1)."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from cec.bilingual import Bilingual, in_language

if TYPE_CHECKING:
    from registrations.models.programs import Rules

# The code begins every serial number of the program's certificates and every reference.
CODE = re.compile(r"[A-Z]{1,8}")


class Program(Bilingual, models.Model):
    """A scheme with its fee, cycle, unit and words.

    `fee` is in `currency`. `cycle_years` is the length of a cycle, or empty for a program
    without an end. `grace_days` is the time for turning in after the end (C1), and
    `answer_days` the wait that applicants are told to expect. Mentors are found by the
    associations, so `offers_mentors` holds only with `needs_membership`. `audit_percent` is the
    share of records that is proposed for an audit.

    `is_open` is the switch: whether the program is public. It takes registrations from `opens_on`
    to `closes_on`, where these are given. `opened_at` is when it was public first, and
    `retired_at` says that no registration is taken any more. `kept_in_browser`: administrators
    keep it, and its file changes nothing.
    """

    slug = models.SlugField(unique=True)
    code = models.CharField(max_length=12, unique=True)
    name_en = models.CharField(max_length=150)
    name_fr = models.CharField(max_length=150)
    summary_en = models.TextField(blank=True)
    summary_fr = models.TextField(blank=True)
    issuer_en = models.CharField(max_length=150)
    issuer_fr = models.CharField(max_length=150)
    issuer_about_en = models.CharField(max_length=300, blank=True)
    issuer_about_fr = models.CharField(max_length=300, blank=True)
    certificate_en = models.CharField(max_length=150, blank=True)
    certificate_fr = models.CharField(max_length=150, blank=True)
    field_en = models.CharField(max_length=150, blank=True)
    field_fr = models.CharField(max_length=150, blank=True)
    disclaimer_en = models.CharField(max_length=400, blank=True)
    disclaimer_fr = models.CharField(max_length=400, blank=True)
    counts_en = models.TextField(blank=True, db_default="")
    counts_fr = models.TextField(blank=True, db_default="")
    how_en = models.TextField(blank=True, db_default="")
    how_fr = models.TextField(blank=True, db_default="")
    evidence_en = models.TextField(blank=True, db_default="")
    evidence_fr = models.TextField(blank=True, db_default="")
    unit_en = models.CharField(max_length=30)
    unit_fr = models.CharField(max_length=30)
    fee = models.DecimalField(
        max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(max_length=3, default="CAD")
    how_to_pay_en = models.TextField(blank=True)
    how_to_pay_fr = models.TextField(blank=True)
    cycle_years = models.PositiveSmallIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=50)
    needs_membership = models.BooleanField(default=True)
    early_completion = models.BooleanField(default=False)
    grace_days = models.PositiveSmallIntegerField(default=60)
    answer_days = models.PositiveSmallIntegerField(default=10)
    offers_mentors = models.BooleanField(default=True, db_default=True)
    audit_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    is_open = models.BooleanField(default=True)
    opens_on = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    kept_in_browser = models.BooleanField(default=False, db_default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(fee__gte=0), name="program_fee_is_not_negative"),
            models.CheckConstraint(
                condition=Q(cycle_years__isnull=True) | Q(cycle_years__range=(1, 20)),
                name="program_cycle_is_one_to_twenty_years",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(opened_at__isnull=False, retired_at__isnull=True),
                name="open_program_was_opened_and_not_retired",
            ),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True)
                | Q(closes_on__isnull=True)
                | Q(closes_on__gte=models.F("opens_on")),
                name="program_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(audit_percent__isnull=True) | Q(audit_percent__range=(1, 100)),
                name="audit_share_is_a_share",
            ),
        ]

    def text(self, field: str, language: str | None = None) -> str:
        """Return one of the bilingual texts, such as `text("unit", "fr")`."""
        return in_language(self, field, language)

    @property
    def summary(self) -> str:
        return self.text("summary")

    @property
    def unit(self) -> str:
        return self.text("unit")

    @property
    def issuer(self) -> str:
        return self.text("issuer")

    @property
    def how_to_pay(self) -> str:
        return self.text("how_to_pay")

    @property
    def disclaimer(self) -> str:
        return self.text("disclaimer")

    @property
    def counts(self) -> str:
        return self.text("counts")

    @property
    def how(self) -> str:
        return self.text("how")

    @property
    def evidence(self) -> str:
        return self.text("evidence")

    @property
    def has_mentors(self) -> bool:
        """Whether its participants can have mentors: the associations find them."""
        return self.needs_membership and self.offers_mentors

    def steady(self, needed: Decimal | None) -> Decimal | None:
        """Return the points a year that reach `needed` in a cycle; None without either of them."""
        return needed / self.cycle_years if needed and self.cycle_years else None

    @property
    def current_rules(self) -> "Rules":
        """The version that new registrations begin under; a program that was open has one."""
        return self.rules.published().latest("version")

    @property
    def coming_rules(self) -> "Rules":
        """The current version; the draft as long as none was published."""
        return self.rules.published().order_by("version").last() or self.rules.get()
