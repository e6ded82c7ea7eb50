from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registrations.models.associations import Association
from registrations.models.people import Person


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def current(self, today: date) -> "AppointmentQuerySet":
        """Appointments in force on that day; the first and the last day are included."""
        return self.not_over(today).filter(first_day__lte=today)

    def not_over(self, today: date) -> "AppointmentQuerySet":
        """Appointments in force on that day, and those that are still to come."""
        return self.filter(Q(last_day__isnull=True) | Q(last_day__gte=today), ended_at__isnull=True)


class Appointment(models.Model):
    """A role with a first and a last day: access ends by itself (domain section 5)."""

    class Role(models.TextChoices):
        REPRESENTATIVE = "representative", _("association representative")
        STEERING = "steering", _("steering group member")
        ADMINISTRATOR = "administrator", _("administrator")
        ORGANISATION = "organisation", _("organization officer")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    organisation = models.ForeignKey(
        "registrations.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True)
    appointed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="appointments_made"
    )
    appointed_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments_ended"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role="representative", association__isnull=False)
                | ~Q(role="representative") & Q(association__isnull=True),
                name="only_representatives_have_an_association",
            ),
            models.CheckConstraint(
                condition=Q(role="organisation", organisation__isnull=False)
                | ~Q(role="organisation") & Q(organisation__isnull=True),
                name="only_officers_have_an_organisation",
            ),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=models.F("first_day")),
                name="appointment_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="whoever_ends_an_appointment_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()}"

    @property
    def ended_on(self) -> date | None:
        """The day on which it ended or will end; None without an end."""
        if self.ended_at is None:
            return self.last_day
        return min(timezone.localdate(self.ended_at), self.last_day or date.max)


@dataclass(frozen=True)
class Roles:
    """What a person is today: roles by name, the associations that they represent, and the
    organisations whose officer they are.

    `since` is the first day of the newest of the committee's roles. Roles are asleep, and so left
    out, while the session of the signed-in person took one step only (see `second_factor`).
    """

    names: frozenset[str]
    associations: frozenset[int]
    organisations: frozenset[int] = frozenset()
    since: date | None = None
    asleep: bool = False

    @property
    def are_held(self) -> bool:
        """Whether there are any, be they asleep."""
        return bool(self.names) or self.asleep

    @property
    def sees_everything(self) -> bool:
        return bool(self.names & {Appointment.Role.STEERING, Appointment.Role.ADMINISTRATOR})

    @property
    def is_staff(self) -> bool:
        """Whether the person is of the committee; an organisation's officer isn't."""
        return bool(self.names - {Appointment.Role.ORGANISATION})


def roles_of(person: Person) -> Roles:
    """Return today's roles, read from the appointments once per loaded person.

    The signed-in person is loaded anew at each request, so a role that ended is gone with the
    next click (reliability A5).
    """
    if "roles" not in person.__dict__:
        rows = (
            list(person.appointments.current(timezone.localdate()))
            if person.pk and person.is_active
            else []
        )
        asleep = bool(rows) and person.one_step_only
        if asleep:
            rows = []
        person.__dict__["roles"] = Roles(
            asleep=asleep,
            names=frozenset(row.role for row in rows),
            associations=frozenset(row.association_id for row in rows if row.association_id),
            organisations=frozenset(row.organisation_id for row in rows if row.organisation_id),
            since=max((row.first_day for row in rows if not row.organisation_id), default=None),
        )
    roles: Roles = person.__dict__["roles"]
    return roles
