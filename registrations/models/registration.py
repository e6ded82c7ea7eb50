from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import DecimalField, Exists, F, Max, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest, NullIf
from django.utils.translation import gettext_lazy as _

from cec.problems import Problem, Refused
from cec.words import words_index
from registrations.models.associations import Association
from registrations.models.committee import roles_of
from registrations.models.fee_state import fee_state
from registrations.models.history import Event, new_event, write_event
from registrations.models.people import Person
from registrations.models.programs import Rules
from registrations.models.scheme import Program

if TYPE_CHECKING:
    from registrations.models.membership import MembershipCheck

# Added to the id in a reference: the first ones don't look like a test then.
REFERENCES_FROM = 1000

# Since when somebody waits; a draft that was withdrawn was never sent.
SINCE = Coalesce("submitted_at", "created_at")

# A fee that the ledger doesn't cover; an index of its own carries it.
OWING = Q(settled=False, fee__gt=0)

MONEY: DecimalField[Decimal, Decimal] = DecimalField(max_digits=10, decimal_places=2)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, person: Person) -> RegistrationQuerySet:
        """Registrations that this person may see (domain section 5); read at each request."""
        roles = roles_of(person)
        if roles.sees_everything:
            return self
        return self.filter(
            Q(person_id=person.pk)
            | self._represented(roles.associations)
            | Q(pk__in=self._mentored(person))
        )

    def worked_on_by(self, person: Person) -> RegistrationQuerySet:
        """Registrations in this person's care as a committee member or administrator."""
        roles = roles_of(person)
        mine = self.exclude(status=Registration.Status.DRAFT)
        return mine if roles.sees_everything else mine.filter(self._represented(roles.associations))

    @staticmethod
    def _represented(associations: frozenset[int]) -> Q:
        return Q(association_id__in=associations) & ~Q(status=Registration.Status.DRAFT)

    @staticmethod
    def _mentored(person: Person) -> models.QuerySet[Registration, int]:
        """A mentor reads the records of today's mentees while these go on, and nothing more."""
        return Registration.objects.filter(
            mentorships__mentor=person,
            mentorships__state="active",
            status__in=Registration.IN_PROGRESS,
        ).values_list("pk", flat=True)

    def open(self) -> RegistrationQuerySet:
        """Registrations that still go on; a person has one of them per program."""
        return self.filter(status__in=Registration.OPEN)

    def with_balance(self) -> RegistrationQuerySet:
        """Annotate `paid` and `balance`, what is still owed, in the program's currency."""
        return self.annotate(paid=_paid()).annotate(balance=F("fee") - F("paid"))

    def with_fee_state(self) -> RegistrationQuerySet:
        """Annotate the balance, what was `waived` and `refunded`, and `fee_state`, a FeeState."""
        return (
            self.with_balance()
            .annotate(waived=_paid("waiver"), refunded=_paid("refund"))
            .annotate(fee_state=fee_state())
        )

    def owing(self) -> RegistrationQuerySet:
        """Registrations with something left to pay, with their balance."""
        return self.with_balance().filter(OWING)

    def with_membership(self) -> RegistrationQuerySet:
        """Annotate the latest check: `latest_check`, `membership` and `good_until`.

        `membership` is its outcome, or null when there is none or it was taken back.
        """
        latest = _beside("membership_checks").order_by("-id")
        outcome = Subquery(latest.values("outcome")[:1])
        return self.annotate(
            latest_check=Subquery(latest.values("id")[:1]),
            membership=NullIf(outcome, Value("unchecked")),
            good_until=Subquery(latest.values("good_until")[:1]),
        )

    def with_done_on(self) -> RegistrationQuerySet:
        """Annotate `done_on`, the later of form and last money.

        That is the day on which a membership is looked at once nothing is owed (E4,
        `registering.readiness`).
        """
        money = _beside("payments").values("registration").annotate(day=Max("received_on"))
        return self.annotate(done_on=Greatest("submitted_on", Subquery(money.values("day"))))

    def move_all(self, name: str) -> int:
        """Make a move that the program makes by itself, with its line in the history of each.

        The rows are locked by the caller. Returns how many moved: those whose state allows it.
        """
        allowed, after = Registration.MOVES[name]
        rows = list(self.filter(status__in=allowed))
        moved = Registration.objects.filter(pk__in=[row.pk for row in rows], status__in=allowed)
        Event.objects.bulk_create(
            new_event(name, by=None, registration=row, from_status=row.status, to_status=after)
            for row in rows
        )
        return moved.update(status=after)

    def with_gates(self) -> RegistrationQuerySet:
        """Annotate what a decision looks at beside the fee: latest check, `done_on`, `has_proof`.

        `has_proof` says whether the person has answered the latest check with a file.
        """
        proofs = _beside("membership_proofs").filter(answers=OuterRef("latest_check"))
        return self.with_membership().with_done_on().annotate(has_proof=Exists(proofs))


def _paid(kind: str = "") -> Coalesce:
    """What came in, was waived and was given back, or one of these, in the program's currency."""
    lines = _beside("payments").filter(kind=kind) if kind else _beside("payments")
    lines = lines.values("registration").annotate(total=Sum("amount"))
    zero = Value(Decimal(0), output_field=MONEY)
    return Coalesce(Subquery(lines.values("total"), output_field=MONEY), zero, output_field=MONEY)


def _beside(name: str) -> models.QuerySet[Any]:
    """Return the rows of a table beside the registration of an outer query, such as payments."""
    table: Any = Registration._meta.get_field(name).related_model
    rows: models.QuerySet[Any] = table.objects.filter(registration=OuterRef("pk")).order_by()
    return rows


class Registration(models.Model):
    """One person's enrolment in one program for one cycle (domain section 6).

    `fee` is what was due on sending the form, in the program's currency; `settled` says that the
    ledger covers it, for lists alone, and is kept by `registrations.fees`. `starts_on` is the
    enrolment date (E4) and `ends_on` the cycle's last day; both are empty until approval.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Sent")
        ACTIVE = "active", _("Active")
        TURNED_IN = "turned_in", _("In final review")
        ACCEPTED = "accepted", _("Accepted")
        CERTIFIED = "certified", _("Completed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")

    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.ACTIVE, Status.TURNED_IN, Status.ACCEPTED)
    # With a record that isn't completed yet.
    IN_PROGRESS = (Status.ACTIVE, Status.TURNED_IN, Status.ACCEPTED)
    # Over without a certificate.
    CLOSED = (Status.DECLINED, Status.WITHDRAWN, Status.LAPSED)

    # The one list of moves: from which states, and to which.
    MOVES: dict[str, tuple[tuple[str, ...], str]] = {
        "send": ((Status.DRAFT,), Status.SUBMITTED),
        "approve": ((Status.SUBMITTED,), Status.ACTIVE),
        "decline": ((Status.SUBMITTED,), Status.DECLINED),
        "withdraw": ((Status.DRAFT, Status.SUBMITTED, Status.ACTIVE), Status.WITHDRAWN),
        "turn_in": ((Status.ACTIVE,), Status.TURNED_IN),
        "return": ((Status.TURNED_IN,), Status.ACTIVE),
        "accept": ((Status.TURNED_IN,), Status.ACCEPTED),
        "certify": ((Status.ACCEPTED,), Status.CERTIFIED),
        "lapse": ((Status.ACTIVE,), Status.LAPSED),
        "erase": (OPEN, Status.WITHDRAWN),
    }

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="registrations")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="registrations")
    rules = models.ForeignKey(Rules, on_delete=models.PROTECT, related_name="registrations")
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, null=True, blank=True, related_name="registrations"
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    member_number = models.CharField(_("member number"), max_length=50, blank=True)
    employer = models.CharField(_("employer"), max_length=150, blank=True)
    position = models.CharField(_("position"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=2, default="en")
    wants_mentor = models.BooleanField(_("wants a mentor"), default=False)
    fee = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(0))
    settled = models.BooleanField(default=False, db_default=False, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When the answers of a draft were last saved; empty if that was on its first day.
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index("status", SINCE, "id", name="registration_by_wait"),
            models.Index("association", "status", SINCE, "id", name="registration_by_association"),
            words_index("member_number", name="registration_by_words"),
            models.Index(
                fields=["submitted_at", "id"], condition=OWING, name="registration_that_owes"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "program"],
                condition=Q(status__in=["draft", "submitted", "active", "turned_in", "accepted"]),
                name="one_open_registration_per_program",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "draft",
                        "submitted",
                        "active",
                        "turned_in",
                        "accepted",
                        "certified",
                        "declined",
                        "withdrawn",
                        "lapsed",
                    ]
                ),
                name="registration_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "declined", "withdrawn"])
                | Q(starts_on__isnull=False),
                name="approved_registration_has_a_start",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, submitted_on__isnull=False),
                name="sent_registration_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="registration_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(fee__gte=0), name="registration_fee_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What is printed on forms and written on cheques, like CEC-R-1042."""
        return f"{self.program.code}-R-{REFERENCES_FROM + (self.pk or 0)}"

    def can(self, move: str) -> bool:
        """Say whether the state allows the move; who may make it is a matter of permissions."""
        return self.status in self.MOVES[move][0]

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def has_record(self) -> bool:
        return self.starts_on is not None

    def membership_check(self) -> MembershipCheck | None:
        """Return the latest look at the membership, if there is one that wasn't taken back."""
        latest = self.membership_checks.first()
        return None if latest is None or latest.outcome == "unchecked" else latest

    def move(
        self,
        name: str,
        *,
        by: Person | None,
        reason: str = "",
        details: dict[str, object] | None = None,
        **fields: object,
    ) -> Event:
        """Make a move by compare and set, and write who, when and why. Call it in a transaction.

        Raises `Refused` with code "already_moved" when the state no longer allows the move.
        """
        before, after = self.status, self.MOVES[name][1]
        if not self._move(name, **fields):
            self.refresh_from_db()
            raise Refused(already_moved(self))
        return write_event(
            name,
            by=by,
            registration=self,
            reason=reason,
            details=details,
            from_status=before,
            to_status=after,
        )

    def was_moved(self, name: str, *, by: Person) -> bool:
        """Say whether this person made the last move, and this one: a second click on a button."""
        last = self.events.exclude(to_status="").last()
        return last is not None and (last.kind, last.actor_id) == (name, by.pk)

    def _move(self, name: str, **fields: object) -> bool:
        allowed, after = self.MOVES[name]
        moved = Registration.objects.filter(
            pk=self.pk, status=self.status, status__in=allowed
        ).update(status=after, **fields)
        if moved:
            self.status = after
            for field, value in fields.items():
                setattr(self, field, value)
        return bool(moved)

    def note(
        self,
        kind: str,
        *,
        by: Person | None,
        reason: str = "",
        details: dict[str, object] | None = None,
    ) -> Event:
        """Write something that happened without a move, such as a payment, to the timeline."""
        return write_event(kind, by=by, registration=self, reason=reason, details=details)


def already_moved(registration: Registration) -> Problem:
    """Tell the slower of two people what the other one decided (reliability G3)."""
    last = registration.events.exclude(to_status="").select_related("actor").last()
    who = last.actor.name if last and last.actor else _("the program")
    return Problem(
        "already_moved",
        _("%(who)s was here first. It is now: %(status)s.")
        % {"who": who, "status": registration.get_status_display()},
        fixable=False,
    )
