from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cec.models import StoredFile
from registrations.models.committee import Appointment, roles_of
from registrations.models.people import Person
from registrations.models.registration import Registration
from registrations.models.rosters import Roster, RosterMember


def member_on(day: F | date) -> Q:
    """Select registrations whose membership holds on a day; they come `with_membership()`.

    `check_membership` says the same of one registration.
    """
    return Q(membership=MembershipCheck.Outcome.CONFIRMED) & (
        Q(good_until__isnull=True) | Q(good_until__gte=day)
    )


class MembershipCheck(models.Model):
    """One look at a membership; the latest one is the gate, all of them its history.

    `form_key` makes a form that arrives twice one look. A confirmed membership without an end is
    one for life. What rests on a roster names it: the row's number in the file, and the keys of
    member number and e-mail, by which the same person is found in the next roster; a roster's
    rows are deleted some time after it was replaced. `checked_by` is empty for what the program
    did by itself. `takes_back` is a check that this one undoes.
    """

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("In good standing")
        LAPSED = "lapsed", _("Not in good standing")
        PROOF = "proof", _("Asked for proof")
        UNCHECKED = "unchecked", _("To check anew")

    class Source(models.TextChoices):
        HAND = "hand", _("By hand")
        ROSTER = "roster", _("By the association’s list")
        PROOF = "proof", _("By the proof that was sent")
        DATE = "date", _("Its last day has passed")
        MOVE = "move", _("With another association now")

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="membership_checks"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    good_until = models.DateField(null=True, blank=True)
    source = models.CharField(
        max_length=6, choices=Source.choices, default=Source.HAND, db_default=Source.HAND
    )
    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, null=True, related_name="checks")
    roster_row = models.PositiveIntegerField(null=True)
    number_key = models.CharField(max_length=50, blank=True, default="", db_default="")
    email_key = models.CharField(max_length=254, blank=True, default="", db_default="")
    note = models.CharField(max_length=500, blank=True)
    form_key = models.UUIDField(null=True, editable=False)
    takes_back = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="taken_back_by"
    )
    checked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(good_until__isnull=True) | Q(outcome="confirmed"),
                name="only_a_confirmed_membership_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="confirmed")
                | Q(good_until__isnull=False)
                | Q(source="roster"),
                name="a_membership_for_life_rests_on_a_roster",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=False) | Q(source__in=["roster", "date", "move"]),
                name="only_lists_and_dates_are_read_without_a_person",
            ),
            models.UniqueConstraint(
                fields=["registration", "form_key"], name="membership_form_is_entered_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["good_until"],
                condition=Q(outcome="confirmed"),
                name="membership_by_its_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.outcome}"

    @property
    def is_confirmed(self) -> bool:
        return self.outcome == self.Outcome.CONFIRMED

    @property
    def wants_proof(self) -> bool:
        """Whether the person may show that they are a member after all."""
        return self.outcome in (self.Outcome.PROOF, self.Outcome.LAPSED)

    def rests_on(self, member: RosterMember) -> bool:
        """Whether this is what the roster says of that member."""
        return (self.roster_id, self.roster_row) == (member.roster_id, member.number)

    def is_over(self, today: date) -> bool:
        """Whether it was confirmed until a day that has passed."""
        return self.is_confirmed and self.good_until is not None and self.good_until < today


class MembershipDoubt(models.Model):
    """What a roster says against a membership that is confirmed, until somebody looks or it ends.

    It decides nothing: the latest check does.
    """

    class Kind(models.TextChoices):
        VANISHED = "vanished", _("Not found for certain on the new list")
        DIFFERS = "differs", _("The list says something else")

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="membership_doubt"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.registration}: {self.kind}"


class MembershipProofQuerySet(models.QuerySet["MembershipProof"]):
    def visible_to(self, person: Person) -> "MembershipProofQuerySet":
        """A proof is for its sender and for whoever checks the membership, for nobody else."""
        roles = roles_of(person)
        if Appointment.Role.STEERING in roles.names:
            return self
        return self.filter(
            Q(registration__person_id=person.pk)
            | Q(registration__association_id__in=roles.associations)
        )


class MembershipProof(models.Model):
    """A file by which somebody shows that they are a member; it answers a check."""

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="membership_proofs"
    )
    answers = models.ForeignKey(MembershipCheck, on_delete=models.PROTECT, related_name="proofs")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipProofQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.registration}: {self.file}"
