"""What of records is kept no longer: files that show activities, and rules that were tried (K3)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from activities import evidence, importing
from activities.models import Audit, Credit, Evidence, Rehearsal
from cec import retention
from cec.retention import Kept
from registrations.models import Registration

retention.elsewhere(
    _("Uploaded records that nobody took over"),
    ngettext_lazy("%(count)s day", "%(count)s days", importing.KEPT.days)
    % {"count": importing.KEPT.days},
    since=_("the upload"),
)


@retention.rule(
    "evidence",
    _("Files that show an activity"),
    Kept("KEPT_EVIDENCE_MONTHS"),
    since=_("the end of the cycle"),
)
def over(before: datetime) -> QuerySet[Evidence]:
    """Files of entries all of whose records are over for so long, and in no audit any more.

    An entry that counts in several programs keeps its files until the last of them is over. One
    that was deleted can be brought back for some days, and has a job of its own after those.
    """
    undecided = Audit.objects.filter(registration=OuterRef("registration"), state=Audit.State.ASKED)
    credits = Credit.objects.filter(activity=OuterRef("activity"))
    needed = credits.filter(
        Q(registration__status__in=Registration.OPEN)
        | Q(registration__ends_on__isnull=True)
        | Q(registration__ends_on__gte=before.date())
        | Exists(undecided)
    )
    return Evidence.objects.filter(Exists(credits), ~Exists(needed)).select_related("file")


@over.remove
def forget_evidence(rows: list[Evidence]) -> int:
    for row in rows:
        evidence.forget(row)
    return len(rows)


@retention.rule(
    "rehearsals",
    _("Trials of rules that were not published"),
    Kept("KEPT_REHEARSAL_MONTHS"),
    since=_("the trial"),
)
def trials(before: datetime) -> QuerySet[Rehearsal]:
    """Trials alone: once people were moved by one, it is the history of that."""
    return Rehearsal.objects.filter(made_at__lt=before, moved_at__isnull=True)
