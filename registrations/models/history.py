"""The history: what happened, who did it and why. The database refuses to change it (J1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cec import trace
from registrations.models.associations import Association
from registrations.models.committee import roles_of
from registrations.models.people import Person

if TYPE_CHECKING:
    from registrations.models.registration import Registration

PARTICIPANT = "participant"


def event_kinds() -> list[tuple[str, Any]]:
    """Every kind of event with its words; migrations name this list instead of repeating it."""
    return list(Event.Kind.choices)


class Event(models.Model):
    """A line of the history, written in the transaction of the deed (J2).

    It is about a registration, whose timeline it then stands in, or about a person, or an
    association. `role` is what the actor did it as, `address` and `request_id` are those of the
    request. `details` hold figures, days and names of fields: never a personal text.
    """

    class Kind(models.TextChoices):
        SEND = "send", _("Registration sent")
        APPROVE = "approve", _("Registration approved")
        DECLINE = "decline", _("Registration declined")
        WITHDRAW = "withdraw", _("Registration withdrawn")
        TURN_IN = "turn_in", _("Record sent for review")
        RETURN = "return", _("Record sent back with questions")
        ACCEPT = "accept", _("Record accepted")
        CERTIFY = "certify", _("Certificate issued")
        LAPSE = "lapse", _("Registration lapsed")
        PAYMENT = "payment", _("Payment recorded")
        WAIVER = "waiver", _("Fee waived")
        REFUND = "refund", _("Refund recorded")
        CONFIRMED = "confirmed", _("Membership confirmed")
        LAPSED = "lapsed", _("Membership not in good standing")
        PROOF = "proof", _("Proof of membership asked for")
        IMPORT = "import", _("Record imported from Excel")
        ROLE_GIVEN = "role_given", _("Role given")
        ROLE_ENDED = "role_ended", _("Role ended")
        MENTOR_OFFERED = "mentor_offered", _("Offered to mentor")
        MENTOR_CONFIRMED = "mentor_confirmed", _("Confirmed as a mentor")
        MENTOR_PAUSED = "mentor_paused", _("Pausing as a mentor")
        MENTOR_RESUMED = "mentor_resumed", _("Mentoring again")
        MENTOR_LEFT = "mentor_left", _("Offer to mentor ended")
        MENTOR_WANTED = "mentor_wanted", _("Asked for a mentor")
        MENTOR_NOT_WANTED = "mentor_not_wanted", _("Wants no mentor now")
        MENTOR_PROPOSED = "mentor_proposed", _("Mentor asked")
        MENTOR_ACCEPTED = "mentor_accepted", _("Mentoring began")
        MENTOR_DECLINED = "mentor_declined", _("Mentor can’t do it")
        MENTOR_RECALLED = "mentor_recalled", _("Mentor no longer asked")
        MENTOR_ENDED = "mentor_ended", _("Mentoring ended")
        MENTOR_INVITED = "mentor_invited", _("Supervisor invited as a mentor")
        INVITATION_REVOKED = "invitation_revoked", _("Invitation taken back")

    registration = models.ForeignKey(
        "registrations.Registration", on_delete=models.PROTECT, null=True, related_name="events"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="events_about"
    )
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, null=True, related_name="events"
    )
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=24, choices=event_kinds)
    from_status = models.CharField(max_length=12, blank=True)
    to_status = models.CharField(max_length=12, blank=True)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(registration__isnull=False)
                | Q(person__isnull=False)
                | Q(association__isnull=False),
                name="event_is_about_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.registration or self.person or self.association} {self.kind}"


def write_event(
    kind: str,
    *,
    by: Person | None,
    registration: Registration | None = None,
    person: Person | None = None,
    association: Association | None = None,
    reason: str = "",
    details: dict[str, object] | None = None,
    from_status: str = "",
    to_status: str = "",
) -> Event:
    """Write a line of the history, in the current transaction. The one way to do it.

    `by` is None for what the program does by itself.
    """
    owner = registration.person_id if registration else person.pk if person else None
    here = trace.current()
    return Event.objects.create(
        registration=registration,
        person=person,
        association=association,
        actor=by,
        role=_role(by, owner),
        kind=kind,
        from_status=from_status,
        to_status=to_status,
        reason=reason,
        details=details or {},
        address=here.address,
        request_id=here.request_id,
    )


def _role(by: Person | None, owner: int | None) -> str:
    if by is None:
        return ""
    if by.pk == owner:
        return PARTICIPANT
    return ",".join(sorted(roles_of(by).names))
