"""Work that waits as rows: mail, lists of members, their consequences, the history's seal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import backlog, claims, mail, stumbles
from cec.outbox import RETAKE_AFTER, OutgoingMail, OutgoingMailQuerySet
from registrations import notices, rechecking, seals
from registrations.models import DataCopy, Erasure, Event, Notice, Person, Roster, Seal
from registrations.notices import by_hand
from registrations.roster import reading

Waits = Notice.State
Posted = OutgoingMail.State
CODE_LASTS = timedelta(hours=1)  # a mail that is short-lived is nobody's business later


@backlog.register
class Mail(backlog.Kind):
    """Mail on its way to the server. What the server puts off waits; what it refuses failed."""

    name = "mail"
    label = gettext_lazy("Mail to send")
    since = "created_at"
    line = Event.Kind.MAIL_RETRIED
    advice = gettext_lazy(
        "The reader’s mail server refused it, or none took it for three days. Ask the person for "
        "an address that works; if it is right, try again."
    )

    def rows(self) -> OutgoingMailQuerySet:
        return OutgoingMail.objects.defer("text", "html")

    def states(self, now: datetime) -> backlog.States:
        flying = Q(state=Posted.IN_FLIGHT, claimed_at__gt=now - RETAKE_AFTER)
        return backlog.States(
            waiting=Q(state__in=[Posted.QUEUED, Posted.IN_FLIGHT]) & ~flying,
            running=flying,
            failed=Q(
                state=Posted.FAILED,
                called_off_at__isnull=True,
                created_at__gt=now - backlog.FAILED_FOR,
            )
            & (~Q(kind__in=mail.short_lived()) | Q(created_at__gt=now - CODE_LASTS)),
        )

    def title(self, row: OutgoingMail) -> str:
        return _("“%(subject)s” to %(address)s") % {"subject": row.subject, "address": row.to}

    def failed(self) -> QuerySet[OutgoingMail]:
        return by_hand.wanted(super().failed()).select_related("person")

    def about(self, rows: Sequence[OutgoingMail], *, by: Person) -> list[dict[str, Any]]:
        return by_hand.about_mails(rows, by=by)

    def again(self, failed: Any) -> int:
        return mail.try_again(failed)


@backlog.register
class OwedMails(backlog.Kind):
    """Notices that are decided and not yet written."""

    name = "notices"
    label = gettext_lazy("Mails to write")
    since = "decided_at"
    line = Event.Kind.NOTICE_RETRIED
    advice = gettext_lazy(
        "They couldn’t be written, five times each. Look at the text of the mail, then try again."
    )

    def rows(self) -> QuerySet[Notice]:
        return Notice.objects.select_related("person", "registration")

    def states(self, now: datetime) -> backlog.States:
        waiting = Q(state=Waits.WAITING)
        return backlog.States(
            waiting=waiting & claims.free(now),
            running=waiting & ~claims.free(now),
            failed=Q(state=Waits.FAILED, decided_at__gt=now - backlog.FAILED_FOR),
        )

    def title(self, row: Notice) -> str:
        kind = notices.kinds().get(row.kind)
        return _("%(mail)s, for %(person)s") % {
            "mail": kind.label if kind else row.kind,
            "person": row.person.name,
        }

    def address(self, row: Notice) -> str:
        return reverse("notice", args=[row.pk])

    def about(self, rows: Sequence[Notice], *, by: Person) -> list[dict[str, Any]]:
        return [by_hand.about_notice(row) for row in rows]

    def again(self, failed: QuerySet[Notice]) -> int:
        return failed.update(
            state=Waits.WAITING, tries=0, claimed_at=None, due_at=timezone.now(), last_error=""
        )


class _Rosters(backlog.Kind):
    def rows(self) -> QuerySet[Any]:
        return Roster.objects.select_related("association")

    def title(self, row: Roster) -> str:
        return _("%(association)s: %(file)s") % {
            "association": row.association.name,
            "file": row.file_name,
        }


@backlog.register
class ListsToRead(_Rosters):
    """Uploaded lists of members that a worker reads. One that failed is uploaded anew."""

    name = "rosters"
    label = gettext_lazy("Lists of members to read")
    since = "uploaded_at"
    retries = False
    advice = gettext_lazy(
        "The representative has been told on their page, and can upload the list anew."
    )

    def states(self, now: datetime) -> backlog.States:
        to_read = Q(state=Roster.State.READING)
        return backlog.States(
            waiting=to_read & claims.free(now),
            running=to_read & ~claims.free(now),
            failed=Q(
                state=Roster.State.FAILED,
                error=reading.LAST_TRY,
                ended_at__gt=now - backlog.FAILED_FOR,
            ),
        )

    def error(self, row: Roster) -> str:
        return row.error


@backlog.register
class ListsToFollow(_Rosters):
    """New lists in whose light memberships are to be looked at."""

    name = "rechecks"
    label = gettext_lazy("Memberships to look at after a new list")
    since = "confirmed_at"
    advice = gettext_lazy(
        "The list counts, but nobody’s membership was looked at in its light. Try again; if it "
        "fails again, show the technical text to whoever looks after the program."
    )

    def rows(self) -> QuerySet[Any]:
        return stumbles.with_error(super().rows(), rechecking.RECHECK)

    def states(self, now: datetime) -> backlog.States:
        given_up = Q(pk__in=stumbles.given_up(rechecking.RECHECK))
        due = Q(recheck_due=True)
        return backlog.States(waiting=due & ~given_up, failed=due & given_up)

    def address(self, row: Roster) -> str:
        return reverse("roster", args=[row.association.code.lower()])

    def about(self, rows: Sequence[Roster], *, by: Person) -> list[dict[str, Any]]:
        return [{"association": row.association, "details": self.details(row)} for row in rows]

    def again(self, failed: QuerySet[Any]) -> int:
        return stumbles.forgive(rechecking.RECHECK, list(failed.values_list("pk", flat=True)))


@backlog.register
class CopiesToMake(backlog.Kind):
    """Copies of people's own data. One that failed is asked for anew."""

    name = "copies"
    label = gettext_lazy("Copies of people’s own data to make")
    since = "asked_at"
    retries = False
    advice = gettext_lazy(
        "Each of them has been told on their page, and can ask anew. Look whether there is room "
        "for files: by law they get their copy within 30 days."
    )

    def rows(self) -> QuerySet[DataCopy]:
        return DataCopy.objects.select_related("person")

    def states(self, now: datetime) -> backlog.States:
        waiting = Q(state=DataCopy.State.WAITING)
        return backlog.States(
            waiting=waiting & claims.free(now),
            running=waiting & ~claims.free(now),
            failed=Q(state=DataCopy.State.FAILED, asked_at__gt=now - backlog.FAILED_FOR),
        )

    def title(self, row: DataCopy) -> str:
        return row.person.name

    def error(self, row: DataCopy) -> str:
        return row.error


@backlog.register
class PeopleToErase(backlog.Kind):
    """Erasures whose day has come."""

    name = "erasures"
    label = gettext_lazy("People’s data to erase")
    since = "due_at"
    advice = gettext_lazy(
        "Somebody asked for it, and it couldn’t be done. End a role that they have, or try again; "
        "if it fails again, show the technical text to whoever looks after the program."
    )

    def rows(self) -> QuerySet[Erasure]:
        return Erasure.objects.select_related("person")

    def states(self, now: datetime) -> backlog.States:
        due = Q(done_at__isnull=True, taken_back_at__isnull=True, due_at__lte=now)
        given_up = Q(tries__gte=claims.MOST_TRIES)
        return backlog.States(
            waiting=due & ~given_up & claims.free(now),
            running=due & ~given_up & ~claims.free(now),
            failed=due & given_up,
        )

    def title(self, row: Erasure) -> str:
        return row.person.name

    def error(self, row: Erasure) -> str:
        return row.error

    def about(self, rows: Sequence[Erasure], *, by: Person) -> list[dict[str, Any]]:
        return [{"person": row.person, "details": self.details(row)} for row in rows]

    def again(self, failed: QuerySet[Erasure]) -> int:
        return failed.update(tries=0, claimed_at=None, error="")


@backlog.register
class EventsToSeal(backlog.Kind):
    """Events that no seal holds yet; the newest always wait for an hour."""

    name = "seals"
    label = gettext_lazy("Events of the history to seal")
    since = "at"
    retries = False

    def rows(self) -> QuerySet[Event]:
        last = Seal.objects.order_by("-last_event").values("last_event")[:1]
        return Event.objects.filter(pk__gt=Coalesce(Subquery(last), seals.BEFORE_ALL))

    def states(self, now: datetime) -> backlog.States:
        return backlog.States(waiting=Q(at__lt=now - seals.SETTLED_AFTER), failed=backlog.NONE)
