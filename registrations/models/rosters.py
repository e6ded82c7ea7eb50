from datetime import datetime

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from cec import claims
from registrations.models.associations import Association
from registrations.models.people import Person


class RosterQuerySet(models.QuerySet["Roster"]):
    def current(self) -> "RosterQuerySet":
        """The list that holds now; an association has one at the most."""
        return self.filter(state=Roster.State.CURRENT)

    def open(self) -> "RosterQuerySet":
        """Uploads that aren't decided on yet."""
        return self.filter(state__in=Roster.OPEN)

    def to_read(self, now: datetime) -> "RosterQuerySet":
        """Files whose rows nobody is reading, or whose reader was lost."""
        return self.filter(claims.free(now), state=Roster.State.READING)


class RosterManager(models.Manager["Roster"]):
    """The file itself, up to 20 MB, is only fetched by whoever asks for it."""

    def get_queryset(self) -> RosterQuerySet:
        return RosterQuerySet(self.model, using=self._db).defer("content")

    def current(self) -> RosterQuerySet:
        return self.get_queryset().current()

    def open(self) -> RosterQuerySet:
        return self.get_queryset().open()

    def to_read(self, now: datetime) -> RosterQuerySet:
        return self.get_queryset().to_read(now)


class Roster(models.Model):
    """An association's list of its members, as it was uploaded once (domain section 2).

    `content` is the file until the list is decided on; `layout` says how it was read (encoding,
    delimiter, columns, order of dates) and is where the next upload starts from. `claimed_at` is
    when a worker last began to read it. `error` is a code of `registrations.roster.words`.
    `counts` are the figures of the confirmation; `ended_at` is when the list went out of use, was
    dropped or failed, `forgotten_at` when its rows were deleted. `recheck_due` asks for another
    look at the memberships.
    """

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        WAITING = "waiting", _("To confirm")
        CURRENT = "current", _("In use")
        FORMER = "former", _("Replaced")
        UNDONE = "undone", _("Undone")
        DROPPED = "dropped", _("Dropped")
        FAILED = "failed", _("Can’t be read")

    OPEN = (State.READING, State.WAITING)

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="rosters")
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    layout = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=30, blank=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    undone_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    recheck_due = models.BooleanField(default=False)

    objects = RosterManager()

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
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True)
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="whoever_undid_a_roster_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.association.code}: {self.file_name}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class RosterMember(models.Model):
    """A row of a roster. `number` is the row's in the file.

    The keys are what two ways of writing share (`registrations.likeness`), and `identity` is what
    makes a row the same member in the next list. A membership without an end is `for_life`;
    `suspended` is what the list says beside the date.

    Until the list is confirmed it also holds what isn't settled: an expiry that was no plain day
    (`expiry_asked`, with what the list says), a status that we don't know, whether a known one is
    bad, what is wrong with the row (`trouble`), and whether it stays out (`left_out`). Rows that
    stay out are gone once it is confirmed.
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
    identity = models.GeneratedField(
        expression=Case(
            When(number_key__gt="", then=Concat(Value("number:"), F("number_key"))),
            When(email_key__gt="", then=Concat(Value("email:"), F("email_key"))),
            default=Concat(Value("name:"), F("name_key")),
        ),
        output_field=models.CharField(max_length=262),
        db_persist=True,
    )
    expiry_asked = models.BooleanField(default=False)
    expiry_said = models.CharField(max_length=60, blank=True)
    status_said = models.CharField(max_length=60, blank=True)
    status_bad = models.BooleanField(default=False)
    trouble = models.CharField(max_length=10, blank=True)
    left_out = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="roster_row_is_kept_once")
        ]
        indexes = [
            models.Index(fields=["roster", "number_key"], name="roster_by_member_number"),
            models.Index(fields=["roster", "email_key"], name="roster_by_email"),
            models.Index(fields=["roster", "name_key"], name="roster_by_name"),
            models.Index(fields=["roster", "identity"], name="roster_by_identity"),
        ]

    def __str__(self) -> str:
        return self.name or self.member_number

    @property
    def says_standing(self) -> bool:
        """Whether the row tells if the member is in good standing, be it a yes or a no."""
        return bool(self.good_until or self.for_life or self.suspended)


class RosterQuestion(models.Model):
    """Something in a list that only the association can settle, asked once however many rows.

    `text` is what the rows share: the words in the cell, the identity of a double, what is wrong
    with them. `code` picks the sentence, `suggestions` are answers worth offering.
    """

    class Kind(models.TextChoices):
        ORDER = "order", _("Order of day and month")
        EXPIRY = "expiry", _("Expiry")
        STATUS = "status", _("Status")
        DOUBLE = "double", _("Double")
        ROW = "row", _("Row")

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="questions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField(max_length=262, blank=True)
    code = models.CharField(max_length=30, blank=True)
    rows = models.PositiveIntegerField(default=1)
    suggestions = models.JSONField(default=list)
    answer = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["roster", "kind", "text"], name="roster_asks_a_thing_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"
