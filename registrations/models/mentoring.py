"""Mentors: who offers to help, who wants help, who helps whom now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from registrations.models.associations import Association
from registrations.models.people import Person
from registrations.models.programs import SubjectArea
from registrations.models.registration import Registration
from registrations.models.scheme import Program

MOST_MENTEES = 10
LONGEST_WORDS = 1000


class MentorOfferQuerySet(models.QuerySet["MentorOffer"]):
    def standing(self) -> MentorOfferQuerySet:
        """Offers that weren't taken back; a person has one of them per program."""
        return self.exclude(state=MentorOffer.State.ENDED)

    def with_load(self) -> MentorOfferQuerySet:
        """Annotate `load`: how many are mentored or asked for under the offer now."""
        live = Q(mentorships__state__in=Mentorship.LIVE)
        return self.annotate(load=Count("mentorships", filter=live))


class MentorOffer(models.Model):
    """A person's offer to mentor in a program, for `capacity` participants at the same time.

    `association` is the mentor's own: its representative confirms. `anywhere` says that members of
    other associations are welcome too. `about` is what participants read of the mentor.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("To confirm")
        CONFIRMED = "confirmed", _("Confirmed")
        PAUSED = "paused", _("Pausing")
        ENDED = "ended", _("Ended")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mentor_offers")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="mentor_offers")
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="mentor_offers"
    )
    anywhere = models.BooleanField(default=True)
    in_english = models.BooleanField(default=False)
    in_french = models.BooleanField(default=False)
    areas = models.ManyToManyField(SubjectArea, blank=True, related_name="+")
    other_areas = models.CharField(max_length=200, blank=True)
    about = models.TextField(max_length=LONGEST_WORDS, blank=True)
    capacity = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    offered_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    objects = MentorOfferQuerySet.as_manager()

    class Meta:
        ordering = ["offered_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "program"],
                condition=~Q(state="ended"),
                name="person_offers_to_mentor_once_a_program",
            ),
            models.CheckConstraint(
                condition=Q(capacity__range=(1, MOST_MENTEES)),
                name="mentor_has_room_for_one_to_ten",
            ),
            models.CheckConstraint(
                condition=Q(in_english=True) | Q(in_french=True), name="mentor_speaks_a_language"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="whoever_confirmed_a_mentor_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "paused"]) | Q(confirmed_at__isnull=False),
                name="confirmed_mentor_was_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.program.code}"

    @property
    def languages(self) -> list[str]:
        """Codes of the languages that the mentor helps in."""
        return [code for code, has in (("en", self.in_english), ("fr", self.in_french)) if has]

    @property
    def area_names(self) -> list[str]:
        """The areas in the page's language, and what the mentor added to the list."""
        return [area.name for area in self.areas.all()] + [*filter(None, [self.other_areas])]


class MentorshipQuerySet(models.QuerySet["Mentorship"]):
    def live(self) -> MentorshipQuerySet:
        """Asked for or going on; a registration has one at the most."""
        return self.filter(state__in=Mentorship.LIVE)

    def seen_by(self, mentor: Person) -> MentorshipQuerySet:
        """Those that let this mentor see the record now (reliability A5)."""
        return self.filter(
            mentor=mentor,
            state=Mentorship.State.ACTIVE,
            registration__status__in=Registration.IN_PROGRESS,
        )

    def asked_of(self, mentor: Person) -> MentorshipQuerySet:
        """Those that wait for this mentor's answer."""
        return self.filter(
            mentor=mentor,
            state=Mentorship.State.PROPOSED,
            registration__status__in=Registration.IN_PROGRESS,
        )


class Mentorship(models.Model):
    """One mentor for one registration, from the asking to the end.

    A volunteer's stands under an offer and takes one of its places; a supervisor, invited by the
    participant, needs none. Sight of the record begins when the mentor accepts. `ended_by` is
    empty for what ended by itself.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Asked")
        ACTIVE = "active", _("Active")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended")

    class Kind(models.TextChoices):
        VOLUNTEER = "volunteer", _("Volunteer mentor")
        SUPERVISOR = "supervisor", _("Invited by the participant")

    LIVE = (State.PROPOSED, State.ACTIVE)

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="mentorships"
    )
    mentor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mentorships")
    offer = models.ForeignKey(
        MentorOffer, on_delete=models.PROTECT, null=True, related_name="mentorships"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    assigned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=LONGEST_WORDS, blank=True)

    objects = MentorshipQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state__in=["proposed", "active"]),
                name="registration_has_one_mentor",
            ),
            models.CheckConstraint(
                condition=Q(kind="volunteer", offer__isnull=False)
                | Q(kind="supervisor", offer__isnull=True),
                name="volunteer_mentors_under_an_offer",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(accepted_at__isnull=False),
                name="active_mentorship_was_accepted",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "active"], ended_at__isnull=True)
                | Q(state__in=["declined", "ended"], ended_at__isnull=False),
                name="mentorship_that_is_over_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(ended_at__isnull=False),
                name="only_an_ended_mentorship_was_ended_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["mentor", "state"], name="mentorship_by_mentor")]

    def __str__(self) -> str:
        return f"{self.mentor}, {self.registration}"

    @property
    def token(self) -> str:
        """What a page showed; a form carries it back."""
        return f"{self.pk}-{self.state}"

    @property
    def is_active(self) -> bool:
        return self.state == Mentorship.State.ACTIVE

    @property
    def is_live(self) -> bool:
        return self.state in Mentorship.LIVE


class MentorWish(models.Model):
    """What a participant who wants a mentor would like help with, and since when they wait.

    Whether they want one stands in `Registration.wants_mentor`, which the form asks too.
    """

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="mentor_wish"
    )
    text = models.TextField(max_length=LONGEST_WORDS, blank=True)
    areas = models.ManyToManyField(SubjectArea, blank=True, related_name="+")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.registration}: {self.text}"


class MentorInvitation(models.Model):
    """A mailed link by which a participant makes a supervisor their mentor (reliability B9).

    Only a digest of the link's secret is kept. It works once, until `expires_at`, and for an
    account that has confirmed this very address.
    """

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="mentor_invitations"
    )
    email = models.EmailField(max_length=254)
    digest = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="registration_has_one_open_invitation",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="whoever_used_an_invitation_is_known",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_is_used_or_revoked",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at")), name="invitation_lasts_a_while"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.email}"


def helps(person: Any) -> Q:
    """Whether a person mentors, is asked to or offers to: `person` is a row or an `OuterRef`."""
    return Q(Exists(Mentorship.objects.live().filter(mentor=person))) | Q(
        Exists(MentorOffer.objects.standing().filter(person=person))
    )


@dataclass(frozen=True)
class Helping:
    """The registrations whose mentor somebody is now, and whether they have to do with mentoring:
    they mentor, are asked to, or offer to.
    """

    mentees: frozenset[int]
    takes_part: bool


def helping_of(person: Person) -> Helping:
    """Return how a person helps others, in one query, once per loaded person as the roles are."""
    if "helping" not in person.__dict__:
        active = Mentorship.objects.filter(mentor=person.pk, state=Mentorship.State.ACTIVE)
        found = (
            Person.objects.filter(pk=person.pk)
            .annotate(
                mentees=ArraySubquery(active.values("registration")),
                takes_part=ExpressionWrapper(helps(OuterRef("pk")), models.BooleanField()),
            )
            .values_list("mentees", "takes_part")
            .first()
        )
        mentees, takes_part = found or ((), False)
        person.__dict__["helping"] = Helping(frozenset(mentees), takes_part)
    helping: Helping = person.__dict__["helping"]
    return helping


def conflicts_of(person: Person) -> frozenset[int]:
    """Return the registrations, beside their own, that a person may not decide on (A6).

    Those are their mentees', whatever role the person has.
    """
    return helping_of(person).mentees
