"""Requests to organisations: approve credits for an entry, or for a part in a course (K3)."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models.log import Activity
from cec.problems import Problem, Refused
from registrations.models import ActivityType, Organisation, Part, Person, Registration
from registrations.models.committee import Appointment, roles_of

LONGEST_WORDS = 1000


class CreditRequestQuerySet(models.QuerySet["CreditRequest"]):
    def visible_to(self, person: Person) -> CreditRequestQuerySet:
        """One's own, those to an organisation whose officer one is today, or all of them."""
        roles = roles_of(person)
        if Appointment.Role.ADMINISTRATOR in roles.names:
            return self
        return self.filter(
            Q(registration__person_id=person.pk) | Q(organisation__in=roles.organisations)
        )

    def waiting(self) -> CreditRequestQuerySet:
        """Those that an organisation can still decide, longest waiting first."""
        rows = self.filter(state__in=CreditRequest.OPEN)
        return rows.exclude(registration__status__in=Registration.CLOSED).order_by("asked_at", "id")


class CreditRequest(models.Model):
    """What a person asks an organisation to approve, and what it decided.

    As a participant they ask for an entry of theirs; as a presenter, facilitator, volunteer or
    overseer for a course, with a day and a few words. `title` (of the entry), `course` and
    `done_on` stay as they were on asking. `proposed` is what the organisation allocated then,
    `allocated` what it did on deciding, and `credits` what it approved, all in the program's unit;
    None is "no number".
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a decision")
        QUESTION = "question", _("Question for you")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back")

    OPEN = (State.ASKED, State.QUESTION)

    # The one list of moves: from which states, and to which.
    MOVES: dict[str, tuple[tuple[str, ...], str]] = {
        "approve": (OPEN, State.APPROVED),
        "decline": (OPEN, State.DECLINED),
        "question": ((State.ASKED,), State.QUESTION),
        "answer": ((State.QUESTION,), State.ASKED),
        "withdraw": (OPEN, State.WITHDRAWN),
    }

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="credit_requests"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="credit_requests"
    )
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, null=True, related_name="credit_requests"
    )
    course = models.ForeignKey(ActivityType, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(_("role"), max_length=12, choices=Part.choices)
    title = models.CharField(max_length=300, blank=True)
    done_on = models.DateField()
    words = models.TextField(max_length=LONGEST_WORDS, blank=True)
    proposed = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, editable=False)
    question = models.TextField(max_length=LONGEST_WORDS, blank=True)
    answer = models.TextField(max_length=LONGEST_WORDS, blank=True)
    credits = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    allocated = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    note = models.TextField(max_length=LONGEST_WORDS, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = CreditRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["organisation", "asked_at"],
                condition=Q(state__in=["asked", "question"]),
                name="request_that_waits",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "organisation"],
                condition=Q(state__in=["asked", "question", "approved"]),
                name="entry_is_asked_of_an_organisation_once",
            ),
            models.UniqueConstraint(
                fields=["registration", "organisation", "course", "part", "done_on"],
                condition=Q(activity__isnull=True, state__in=["asked", "question", "approved"]),
                name="part_is_asked_of_an_organisation_once",
            ),
            models.UniqueConstraint(
                fields=["registration", "form_key"], name="request_is_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "question", "approved", "declined", "withdrawn"]),
                name="request_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(part="participant", activity__isnull=False)
                | Q(
                    part__in=["presenter", "facilitator", "volunteer", "overseer"],
                    activity__isnull=True,
                ),
                name="participant_asks_for_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["approved", "declined"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | Q(
                    state__in=["asked", "question", "withdrawn"],
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                ),
                name="whoever_decided_a_request_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", credits__isnull=False, credits__gte=Decimal(0))
                | ~Q(state="approved") & Q(credits__isnull=True),
                name="approved_request_has_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined", note="")
                & (
                    Q(credits__isnull=True)
                    | Q(allocated__isnull=True)
                    | Q(credits=F("allocated"))
                    | ~Q(note="")
                ),
                name="another_number_and_a_no_say_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.what}"

    @property
    def what(self) -> str:
        """The entry's title, or the course."""
        return self.title or self.course.name

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def can(self, move: str) -> bool:
        """Say whether the state allows the move; who may make it is a matter of permissions."""
        return self.state in self.MOVES[move][0]

    def move(self, name: str, **fields: object) -> None:
        """Make a move by compare and set, in a transaction.

        Raises `Refused` with code "already_moved" when the state no longer allows it.
        """
        allowed, after = self.MOVES[name]
        moved = CreditRequest.objects.filter(
            pk=self.pk, state=self.state, state__in=allowed
        ).update(state=after, **fields)
        if not moved:
            self.refresh_from_db()
            raise Refused(already_moved(self))
        for field, value in {"state": after, **fields}.items():
            setattr(self, field, value)

    def decide(
        self,
        name: str,
        *,
        by: Person,
        note: str,
        allocated: Decimal | None,
        credits: Decimal | None = None,
    ) -> None:
        """Approve or decline: the figures of the day stay with the decision."""
        self.move(
            name,
            credits=credits,
            allocated=allocated,
            note=note,
            decided_by=by,
            decided_at=timezone.now(),
        )


def already_moved(request: CreditRequest) -> Problem:
    """Tell the slower of two people what became of the request."""
    who = request.decided_by.name if request.decided_by else ""
    words = (
        _("%(who)s was here first. It is now: %(status)s.")
        if who
        else _("This request has moved on. It is now: %(status)s.")
    )
    return Problem(
        "already_moved", words % {"who": who, "status": request.get_state_display()}, fixable=False
    )
