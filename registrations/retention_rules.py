"""What of people, registrations, lists of members and history is kept no longer (K3)."""

from datetime import datetime

from allauth.account.models import EmailConfirmation
from django.conf import settings
from django.db.models import Exists, OuterRef, ProtectedError, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cec import retention
from cec.bounces import FailingAddress
from cec.outbox import OutgoingMail
from cec.retention import Kept
from registrations import seals, unused_accounts
from registrations.likeness import email_key, name_key, number_key
from registrations.models import (
    Incident,
    IncidentAccount,
    MembershipProof,
    Person,
    RecordView,
    Registration,
    Roster,
    RosterMember,
    Seal,
)
from registrations.proofs import drop

Status = Registration.Status
ROSTER_DAYS = settings.ROSTER_KEPT_DAYS

retention.elsewhere(
    _("Lists of members that are replaced or not confirmed"),
    ngettext_lazy("%(count)s day", "%(count)s days", ROSTER_DAYS) % {"count": ROSTER_DAYS},
    since=_("they went out of use"),
)


@retention.rule(
    "unfinished",
    _("Registrations that were begun and never sent"),
    Kept("KEPT_UNFINISHED_MONTHS"),
    since=_("the last answer"),
)
def unfinished(before: datetime) -> QuerySet[Registration]:
    """Drafts, and drafts that were withdrawn, as long as they hold an answer."""
    never_sent = Registration.objects.filter(
        Q(status=Status.DRAFT)
        | Q(status=Status.WITHDRAWN)
        & (~Q(member_number="") | ~Q(employer="") | ~Q(position="") | Q(association__isnull=False)),
        submitted_at__isnull=True,
    )
    return never_sent.alias(touched=Coalesce("answered_at", "created_at")).filter(
        touched__lt=before
    )


@unfinished.remove
def forget_unfinished(rows: list[Registration]) -> int:
    """Delete a draft; of one that the history speaks of only the answers go."""
    for row in rows:
        OutgoingMail.objects.about(row).call_off()
        try:
            row.delete()
        except ProtectedError:
            if row.status == Status.DRAFT:
                row.move("withdraw", by=None)
            Registration.objects.filter(pk=row.pk).update(
                association=None, member_number="", employer="", position=""
            )
    return len(rows)


@retention.rule(
    "roster_rows",
    _("Members on an association’s list who never registered"),
    Kept("KEPT_ROSTER_MONTHS"),
    since=_("the list was confirmed"),
    batch=2_000,
)
def roster_rows(before: datetime) -> QuerySet[RosterMember]:
    """Rows of lists in use that fit no registration of the association, by number, mail or name.

    Whoever might be a participant stays: what a membership rests on can be looked at again.
    """
    old = list(Roster.objects.current().filter(confirmed_at__lt=before))
    people = Registration.objects.filter(association__in=[row.association_id for row in old])
    keys: dict[int, tuple[set[str], set[str], set[str]]] = {
        row.association_id: (set(), set(), set()) for row in old
    }
    for association, number, email, name in people.exclude(status=Status.DRAFT).values_list(
        "association_id", "member_number", "person__email", "person__name"
    ):
        numbers, emails, names = keys[association]
        numbers.add(number_key(number))
        emails.add(email_key(email))
        names.add(name_key(name))
    found = Q(pk__in=[])
    for row in old:
        numbers, emails, names = keys[row.association_id]
        found |= (
            Q(roster=row)
            & ~Q(number_key__in=numbers - {""})
            & ~Q(email_key__in=emails - {""})
            & ~Q(name_key__in=names - {""})
        )
    return RosterMember.objects.filter(found)


@roster_rows.remove
def forget_members(rows: list[RosterMember]) -> int:
    Roster.objects.filter(pk__in={row.roster_id for row in rows}).update(content=None)
    return retention.delete(rows)


@retention.rule(
    "membership_proofs",
    _("Files that show a membership"),
    Kept("KEPT_EVIDENCE_MONTHS"),
    since=_("the end of the cycle"),
)
def membership_proofs(before: datetime) -> QuerySet[MembershipProof]:
    """Those of registrations that are over, for so long since their last day."""
    over = Registration.objects.exclude(status__in=Registration.OPEN)
    ended = over.alias(end=Coalesce("ends_on", "submitted_on")).filter(end__lt=before.date())
    return MembershipProof.objects.filter(registration__in=ended).select_related("file")


@membership_proofs.remove
def forget_proofs(rows: list[MembershipProof]) -> int:
    for row in rows:
        drop(row)
    return len(rows)


@retention.rule(
    "unused_accounts",
    _("Accounts that nobody uses; their owner is told 30 days before"),
    Kept("KEPT_ACCOUNT_MONTHS"),
    since=_("the last sign-in"),
    batch=10,
    singly=True,
)
def accounts(before: datetime) -> QuerySet[Person]:
    return unused_accounts.to_end(before)


@accounts.remove
def end_accounts(rows: list[Person]) -> int:
    for row in rows:
        unused_accounts.end(row)
    return len(rows)


@retention.rule(
    "history",
    _("The history of what was done and decided"),
    Kept("KEPT_HISTORY_MONTHS"),
    since=_("it was sealed"),
    locked=False,
)
def history(before: datetime) -> QuerySet[Seal]:
    return seals.over(before)


@history.remove
def forget_history(rows: list[Seal]) -> int:
    return seals.forget(rows)


@retention.rule(
    "record_views",
    _("Who looked at whose record"),
    Kept("KEPT_VIEWS_MONTHS"),
    since=_("the look"),
    locked=False,
    batch=2_000,
)
def record_views(before: datetime) -> QuerySet[RecordView]:
    return RecordView.objects.filter(at__lt=before)


@retention.rule(
    "incidents",
    _("The register of confidentiality incidents"),
    Kept("KEPT_INCIDENT_MONTHS"),
    since=_("the last change"),
    locked=False,
)
def incidents(before: datetime) -> QuerySet[Incident]:
    """Those of which nothing was written since: the law counts from when one was known (Law 25)."""
    later = IncidentAccount.objects.filter(incident=OuterRef("pk"), written_at__gte=before)
    return Incident.objects.filter(~Exists(later), opened_at__lt=before)


@incidents.remove
def forget_incidents(rows: list[Incident]) -> int:
    IncidentAccount.objects.filter(incident__in=[row.pk for row in rows]).delete()
    return retention.delete(rows)


@retention.rule(
    "address_confirmations",
    _("Links that confirm an address, and weren’t followed"),
    Kept("KEPT_FAILURE_DAYS"),
    since=_("the e-mail"),
)
def confirmations(before: datetime) -> QuerySet[EmailConfirmation]:
    found: QuerySet[EmailConfirmation] = EmailConfirmation.objects.filter(created__lt=before)
    return found


@retention.rule(
    "failing_addresses",
    _("Addresses that mail came back from, and that are nobody’s any more"),
    Kept("KEPT_FAILURE_DAYS"),
    since=_("it came back"),
)
def failing_addresses(before: datetime) -> QuerySet[FailingAddress]:
    owner = Person.objects.annotate(key=Lower("email")).filter(key=OuterRef("address"))
    return FailingAddress.objects.filter(~Exists(owner), since__lt=before)
