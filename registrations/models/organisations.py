"""Organisations that recognise a program's courses, each by an allocation of its own (K2)."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cec.bilingual import Bilingual
from registrations.models.committee import Appointment, roles_of
from registrations.models.people import Person
from registrations.models.scheme import Program


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, person: Person) -> OrganisationQuerySet:
        """Those whose allocations and requests this person may read: an officer's own, or all."""
        roles = roles_of(person)
        if Appointment.Role.ADMINISTRATOR in roles.names:
            return self
        return self.filter(pk__in=roles.organisations)

    def asked_in(self, program: Program) -> OrganisationQuerySet:
        """Those that a participant of the program can ask to approve credits."""
        return self.filter(is_active=True, programs=program)


class Organisation(Bilingual, models.Model):
    """A provincial association, a school or another body that allocates credits by its own rules.

    It recognises the courses of `programs`. One that isn't active takes no new requests.
    """

    name_en = models.CharField(_("English name"), max_length=150)
    name_fr = models.CharField(_("French name"), max_length=150, blank=True)
    email = models.EmailField(_("contact e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    programs = models.ManyToManyField(Program, related_name="organisations")
    is_active = models.BooleanField(_("takes requests"), default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name_en", "id"]
        constraints = [
            models.UniqueConstraint(fields=["name_en"], name="organisation_is_listed_once")
        ]


class Part(models.TextChoices):
    """As what somebody had to do with a course (K2)."""

    PARTICIPANT = "participant", _("participant")
    PRESENTER = "presenter", _("presenter")
    FACILITATOR = "facilitator", _("facilitator")
    VOLUNTEER = "volunteer", _("volunteer")
    OVERSEER = "overseer", _("overseer")


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def in_force(self) -> AllocationQuerySet:
        """What organisations allocate now."""
        return self.filter(replaced_at__isnull=True)


class Allocation(models.Model):
    """What an organisation allocates for one part in one course: `credits`, in the program's unit.

    `course` is the key of an activity type, which stays the same from version to version of the
    rules. A number is never changed but replaced by another row, or by none; so it is known for
    every day what was allocated then.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="allocations"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="allocations")
    course = models.SlugField(max_length=30)
    part = models.CharField(max_length=12, choices=Part.choices)
    credits = models.DecimalField(max_digits=7, decimal_places=2)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)
    replaced_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "program", "course", "part"],
                condition=Q(replaced_at__isnull=True),
                name="organisation_allocates_one_number",
            ),
            models.CheckConstraint(
                condition=Q(credits__gte=Decimal(0)), name="allocation_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(
                    part__in=["participant", "presenter", "facilitator", "volunteer", "overseer"]
                ),
                name="allocation_part_is_known",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True, replaced_by__isnull=True)
                | Q(replaced_at__isnull=False, replaced_by__isnull=False),
                name="whoever_replaced_an_allocation_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course}, {self.part}: {self.credits}"


class StatementUse(Bilingual, models.Model):
    """What a program's credit statement may be for (K4), such as keeping a certification."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="statement_uses")
    key = models.SlugField(max_length=30)
    name_en = models.CharField(max_length=150)
    name_fr = models.CharField(max_length=150)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="use_key_is_used_once")
        ]
