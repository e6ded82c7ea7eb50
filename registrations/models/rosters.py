from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.models.associations import Association
from registrations.models.people import Person


class RosterQuerySet(models.QuerySet["Roster"]):
    def current(self) -> "RosterQuerySet":
        """The list that holds now; an association has one at the most."""
        return self.filter(state=Roster.State.CURRENT)


class Roster(models.Model):
    """An association's list of its members, as it was uploaded once (domain section 2).

    `content` is the file until its rows are read; `layout` says how it was read (encoding,
    delimiter, columns, order of dates) and is where the next upload starts from. `recheck_due` says
    that the memberships are still to be looked at in its light.
    """

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        WAITING = "waiting", _("To confirm")
        CURRENT = "current", _("In use")
        FORMER = "former", _("Replaced")
        DROPPED = "dropped", _("Dropped")
        FAILED = "failed", _("Can’t be read")

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="rosters")
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    layout = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    recheck_due = models.BooleanField(default=False)

    objects = RosterQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["association"],
                condition=Q(state="current"),
                name="association_has_one_current_roster",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="whoever_confirmed_a_roster_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.association.code}: {self.file_name}"


class RosterMember(models.Model):
    """A row of a roster. `number` is the row's in the file.

    The keys are what two ways of writing share (`registrations.likeness`). A membership without
    an end is `for_life`; `suspended` is what the list says beside the date.
    """

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="members")
    number = models.PositiveIntegerField()
    member_number = models.CharField(max_length=50, blank=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    good_until = models.DateField(null=True)
    for_life = models.BooleanField(default=False)
    suspended = models.BooleanField(default=False)
    number_key = models.CharField(max_length=50, blank=True)
    email_key = models.CharField(max_length=254, blank=True)
    name_key = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="roster_row_is_kept_once")
        ]
        indexes = [
            models.Index(fields=["roster", "number_key"], name="roster_by_member_number"),
            models.Index(fields=["roster", "email_key"], name="roster_by_email"),
            models.Index(fields=["roster", "name_key"], name="roster_by_name"),
        ]

    def __str__(self) -> str:
        return self.name or self.member_number
