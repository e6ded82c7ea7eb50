"""The history: what happened, who did it and why. The database refuses to change it (J1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.contrib.postgres.functions import RandomUUID
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

# The kinds of event with which somebody begins to wait for the committee, and its answers.
ANSWERS = ("send", "approve", "decline", "turn_in", "return", "accept")


def event_kinds() -> list[tuple[str, Any]]:
    """Every kind of event with its words; migrations name this list instead of repeating it."""
    return list(Event.Kind.choices)


class Event(models.Model):
    """A line of the history, written in the transaction of the deed (J2).

    It is about a registration, whose timeline it then stands in, or about a person, or an
    association. `role` is what the actor did it as, `address` and `request_id` are those of the
    request. `details` hold figures, days and names of fields: never a personal text.

    Erasing a person takes `reason`, `address` and a reference that somebody typed (in `details`)
    out of what is theirs, and nothing else: `redacted` is then the digest of what stood there, by
    which the seals still fit, and `salt`, without which nobody can guess at it, is gone.
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
        BANK_EXPORT = "bank_export", _("Bank export uploaded")
        DEPOSIT_ASIDE = "deposit_aside", _("Deposit set aside")
        DEPOSIT_BACK = "deposit_back", _("Deposit opened again")
        EXPORTED = "exported", _("List exported")
        CONFIRMED = "confirmed", _("Membership confirmed")
        LAPSED = "lapsed", _("Membership not in good standing")
        PROOF = "proof", _("Proof of membership asked for")
        PROOF_SENT = "proof_sent", _("Proof of membership uploaded")
        TAKEN_BACK = "taken_back", _("Membership check taken back")
        IMPORT = "import", _("Record imported from Excel")
        ROLE_GIVEN = "role_given", _("Role given")
        ROLE_ENDED = "role_ended", _("Role ended")
        SIGNED_IN = "signed_in", _("Signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        SECOND_STEP_FAILED = "second_step_failed", _("Second step failed")
        FACTOR_ADDED = "factor_added", _("Second step set up")
        FACTOR_REMOVED = "factor_removed", _("Second step removed")
        FACTOR_RESET = "factor_reset", _("Second step taken away, as it was lost")
        CODES_RENEWED = "codes_renewed", _("New recovery codes made")
        SESSION_ENDED = "session_ended", _("Session ended from another one")
        SUPERUSER_NAMED = "superuser_named", _("Way in by the back door given")
        SUPERUSER_ENDED = "superuser_ended", _("Way in by the back door taken away")
        EMAIL_CHANGED = "email_changed", _("E-mail changed")
        ADDRESS_CONFIRMED = "address_confirmed", _("Address confirmed, though mail had come back")
        REMINDERS_ENDED = "reminders_ended", _("Reminders ended, as an e-mail was reported")
        DOWNLOADED = "downloaded", _("Certificate downloaded by the committee")
        SHARING = "sharing", _("What others see of the certificate changed")
        CORRECTED = "corrected", _("Answers corrected")
        MOVED = "moved", _("Moved to another association")
        EXTENDED = "extended", _("Program extended")
        LEAVE = "leave", _("Leave")
        OTHER_RULES = "other_rules", _("Version of the rules changed")
        CYCLE_RESTORED = "cycle_restored", _("Extension or leave taken back")
        YEAR_REOPENED = "year_reopened", _("Closed year opened again")
        RENAMED = "renamed", _("Name changed")
        ROSTER_SAVED = "roster_saved", _("List of members taken into use")
        ROSTER_UNDONE = "roster_undone", _("List of members undone")
        ROLE_CHANGED = "role_changed", _("Last day of a role changed")
        REMARK = "remark", _("Note for the committee")
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
        ORGANISATION_ADDED = "organisation_added", _("Organization added")
        ORGANISATION_CHANGED = "organisation_changed", _("Organization changed")
        ALLOCATIONS_SET = "allocations_set", _("Allocations changed")
        CREDITS_ASKED = "credits_asked", _("Request sent to an organization")
        CREDITS_QUESTION = "credits_question", _("Question of an organization")
        CREDITS_ANSWER = "credits_answer", _("Question of an organization answered")
        CREDITS_APPROVED = "credits_approved", _("Request approved by an organization")
        CREDITS_DECLINED = "credits_declined", _("Request declined by an organization")
        CREDITS_WITHDRAWN = "credits_withdrawn", _("Request to an organization taken back")
        STATEMENT_MADE = "statement_made", _("Credit statement made")
        TRANSCRIPT = "transcript", _("Transcript downloaded by the committee")
        INVITATION_REVOKED = "invitation_revoked", _("Invitation taken back")
        QUESTION_ASKED = "question_asked", _("Question on an activity")
        QUESTION_ANSWERED = "question_answered", _("Question answered")
        QUESTION_SETTLED = "question_settled", _("Question settled")
        AUDIT_ASKED = "audit_asked", _("Drawn for the audit")
        AUDIT_ENTRIES = "audit_entries", _("Evidence asked for on other activities")
        AUDIT_PASSED = "audit_passed", _("Audit passed")
        CERTIFICATE_CORRECTED = "certificate_corrected", _("Certificate corrected by a new edition")
        CERTIFICATE_REVOKED = "certificate_revoked", _("Certificate revoked")
        CERTIFICATE_MAILED = "certificate_mailed", _("Certificate sent by e-mail again")
        CORRECTION_ASKED = "correction_asked", _("Correction of the certificate asked for")
        CORRECTION_DECLINED = "correction_declined", _("Correction of the certificate declined")
        ENTRY_DISALLOWED = "entry_disallowed", _("Activity disallowed")
        ENTRY_ALLOWED = "entry_allowed", _("Activity counts again")
        WORDING_CHANGED = "wording_changed", _("Draft of the certificate’s texts changed")
        WORDING_DISCARDED = "wording_discarded", _("Draft of the certificate’s texts discarded")
        WORDING_PUBLISHED = "wording_published", _("Texts of the certificate published")
        MAIL_TEXT_CHANGED = "mail_text_changed", _("Text of a mail changed")
        MAIL_TEXT_STANDARD = "mail_text_standard", _("Text of a mail back to the standard")
        PROGRAM_ADDED = "program_added", _("Program set up")
        PROGRAM_CHANGED = "program_changed", _("Program changed")
        PROGRAM_OPENED = "program_opened", _("Program opened")
        PROGRAM_CLOSED = "program_closed", _("Program closed")
        PROGRAM_RETIRED = "program_retired", _("Program retired")
        PROGRAM_DELETED = "program_deleted", _("Unopened program deleted")
        SIGNATORY_ADDED = "signatory_added", _("Signatory added")
        SIGNATORY_CHANGED = "signatory_changed", _("Signatory changed")
        SIGNATORY_ENDED = "signatory_ended", _("Signatory’s time ended")
        NOTICES_PAUSED = "notices_paused", _("E-mails of a kind paused")
        NOTICES_RESUMED = "notices_resumed", _("E-mails of a kind go out again")
        NOTICE_HELD = "notice_held", _("E-mail held back")
        NOTICE_RELEASED = "notice_released", _("E-mail not held back any more")
        NOTICE_CANCELLED = "notice_cancelled", _("E-mail taken back before it was sent")
        NOTICE_RETRIED = "notice_retried", _("E-mail tried again")
        NOTICE_SENT_AGAIN = "notice_sent_again", _("E-mail sent again")
        MAIL_RETRIED = "mail_retried", _("Failed e-mail tried again")
        WORK_RETRIED = "work_retried", _("Work in the background tried again")
        MAIL_RELEASED = "mail_released", _("E-mail let out of a restored copy")
        REMINDERS_OFF = "reminders_off", _("Reminders switched off")
        REMINDERS_ON = "reminders_on", _("Reminders switched on")
        CONSENT_GIVEN = "consent_given", _("Agreed to a text")
        CONSENT_WITHDRAWN = "consent_withdrawn", _("Withdrew an agreement")
        INCIDENT_KEPT = "incident_kept", _("Register of incidents changed")
        UNUSED_NOTICE = "unused_notice", _("Told that the account ends unless it is used")
        COPY_ASKED = "copy_asked", _("Copy of the own data asked for")
        COPY_DOWNLOADED = "copy_downloaded", _("Copy of the own data downloaded")
        ERASURE_ASKED = "erasure_asked", _("Erasure of the data asked for")
        ERASURE_TAKEN_BACK = "erasure_taken_back", _("Erasure of the data taken back")
        ERASED = "erased", _("Data of the person erased")
        ERASE = "erase", _("Ended, as the data of the person were erased")

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
    role = models.CharField(max_length=60, blank=True, default="", db_default="")
    kind = models.CharField(max_length=24, choices=event_kinds)
    from_status = models.CharField(max_length=12, blank=True)
    to_status = models.CharField(max_length=12, blank=True)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=45, blank=True, default="", db_default="")
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="")
    salt = models.UUIDField(null=True, editable=False, db_default=RandomUUID())
    redacted = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["at"], name="event_by_time"),
            models.Index(fields=["kind", "at"], name="event_by_kind"),
            models.Index(fields=["actor", "at"], name="event_by_actor"),
            # What somebody waited for and the answer, one behind the other, without the rest.
            models.Index(
                fields=["registration", "id"],
                include=["kind", "at"],
                condition=Q(kind__in=ANSWERS),
                name="event_that_answers",
            ),
        ]
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


class Seal(models.Model):
    """Holds a part of the history shut: whatever is changed in it later no longer fits (J1).

    `digest` covers every event up to `last_event`, by way of the seal before it; `events` is how
    many this seal has added. `by_parts` is the digest that lets personal texts be taken out. In
    seals of before there was one it is empty, until an erasure touches one of their events.
    """

    last_event = models.BigIntegerField(unique=True)
    events = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    by_parts = models.CharField(max_length=64, blank=True, default="", db_default="")
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["last_event"]

    def __str__(self) -> str:
        return f"{self.last_event}: {self.digest}"


class HistoryRemoved(models.Model):
    """Up to which seal the history was removed when its time was over (K3).

    The seals themselves stay, so that the digests of the later ones go on from theirs.
    """

    last_event = models.BigIntegerField(unique=True)
    events = models.PositiveIntegerField()
    removed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["last_event"]

    def __str__(self) -> str:
        return str(self.last_event)


# What staff do that concerns nobody in particular. Such a line names who did it, for a line is
# about somebody, and isn’t a matter of their own.
OF_THE_OFFICE = frozenset(
    {
        *(Event.Kind.BANK_EXPORT, Event.Kind.DEPOSIT_ASIDE, Event.Kind.DEPOSIT_BACK),
        *(Event.Kind.EXPORTED, Event.Kind.INCIDENT_KEPT),
        *(Event.Kind.ORGANISATION_ADDED, Event.Kind.ORGANISATION_CHANGED),
        *(Event.Kind.ALLOCATIONS_SET, Event.Kind.MAIL_TEXT_CHANGED, Event.Kind.MAIL_TEXT_STANDARD),
        *(Event.Kind.WORDING_CHANGED, Event.Kind.WORDING_DISCARDED, Event.Kind.WORDING_PUBLISHED),
        *(Event.Kind.PROGRAM_ADDED, Event.Kind.PROGRAM_CHANGED, Event.Kind.PROGRAM_OPENED),
        *(Event.Kind.PROGRAM_CLOSED, Event.Kind.PROGRAM_RETIRED, Event.Kind.PROGRAM_DELETED),
        *(Event.Kind.SIGNATORY_ADDED, Event.Kind.SIGNATORY_CHANGED, Event.Kind.SIGNATORY_ENDED),
        *(Event.Kind.NOTICES_PAUSED, Event.Kind.NOTICES_RESUMED, Event.Kind.MAIL_RELEASED),
        *(Event.Kind.MAIL_RETRIED, Event.Kind.WORK_RETRIED),
    }
)


class Details(TypedDict, total=False):
    """What an event is about and what else is known of it."""

    registration: Registration | None
    person: Person | None
    association: Association | None
    reason: str
    details: dict[str, object] | None
    from_status: str
    to_status: str


def write_event(kind: str, *, by: Person | None, **known: Unpack[Details]) -> Event:
    """Write a line of the history, in the current transaction. The one way to do it.

    `by` is None for what the program does by itself.
    """
    event = new_event(kind, by=by, **known)
    event.save(force_insert=True)
    return event


def new_event(kind: str, *, by: Person | None, **known: Unpack[Details]) -> Event:
    """Make a line of the history without saving it: many are saved together."""
    registration, person = known.get("registration"), known.get("person")
    owner = registration.person_id if registration else person.pk if person else None
    here = trace.current()
    return Event(
        actor=by,
        role=_role(kind, by, owner),
        kind=kind,
        address=here.address,
        request_id=here.request_id,
        **known | {"details": known.get("details") or {}},
    )


def _role(kind: str, by: Person | None, owner: int | None) -> str:
    if by is None:
        return ""
    if by.pk == owner and kind not in OF_THE_OFFICE:
        return PARTICIPANT
    return ",".join(sorted(roles_of(by).names))
