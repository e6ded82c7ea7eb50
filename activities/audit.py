"""An audit as it goes on (C2): which entries want evidence, what is decided on each, when it ends.

Decisions are kept for good; the latest on an entry holds while the entry stays as it was looked at.
A disallowed entry stays in the record and counts nothing until the committee counts it again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities import log, questions
from activities.models import Activity, Audit, AuditDecision, Comment, Credit, Evidence
from cec import mail
from cec.problems import Problem, Refused
from registrations.calendar import anniversary, today_in
from registrations.models import Person, Registration

Kind = AuditDecision.Kind

# What may be asked for: what counts, and what counted until the committee disallowed it.
UNDER = (Credit.State.COUNTS, Credit.State.DISALLOWED)
# Not looked at yet, to be mended, or changed after it passed; a disallowed entry is settled.
WAITS = Q(state=Credit.State.COUNTS) & (
    Q(decision__isnull=True) | Q(decision=Kind.MEND) | Q(decided_version__lt=F("activity__version"))
)


@dataclass(frozen=True)
class Choice:
    """A decision on an entry, `seen` as the page showed it: in which version, after which decision.

    The decision is its id, or 0 for none. Without `seen` nobody asks what was there before.
    """

    activity: int
    kind: str
    reason: str = ""
    seen: tuple[int, int] | None = None


def of(registration: Registration) -> Audit | None:
    """Return the record's place in a draw, if it was in one."""
    return Audit.objects.filter(registration=registration).select_related("draw__program").first()


def running(registration: Registration) -> Audit | None:
    """Return the audit that the record is in now."""
    audit = of(registration)
    return audit if audit is not None and audit.state == Audit.State.ASKED else None


def asked_entries(registrations: Collection[int] | QuerySet[Audit, Any]) -> QuerySet[Credit]:
    """Return the credits of the entries that evidence is asked for, of audited records.

    Those are the chosen ones, as long as one of them is left, else all that count. Each has
    `decision` and `decided_version`, those of the latest decision, and disallowed ones stay
    among them.
    """
    latest = AuditDecision.objects.filter(
        registration=OuterRef("registration"), activity=OuterRef("activity")
    ).order_by("-id")
    chosen = Audit.entries.through._default_manager.filter(
        audit__registration=OuterRef("registration")
    )
    left = chosen.filter(
        activity__credits__registration=OuterRef("registration"), activity__credits__state__in=UNDER
    )
    return (
        Credit.objects.filter(registration__in=registrations, state__in=UNDER)
        .filter(Exists(chosen.filter(activity=OuterRef("activity"))) | ~Exists(left))
        .annotate(
            decision=Subquery(latest.values("kind")[:1]),
            decided_version=Subquery(latest.values("version")[:1]),
        )
        .select_related("activity")
        .order_by("year", "completed_on", "activity_id")
    )


def unsettled(registration: Registration) -> QuerySet[Credit]:
    """Return those of `asked_entries` that still wait for evidence, or for a decision."""
    return asked_entries([registration.pk]).filter(WAITS)


def counts(registrations: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return, by audited record, how many entries are settled and how many are asked."""
    rows = (
        asked_entries(registrations)
        .order_by()
        .values("registration")
        .annotate(asked=Count("pk"), left=Count("pk", filter=WAITS))
    )
    return {row["registration"]: (row["asked"] - row["left"], row["asked"]) for row in rows}


def without_evidence(registrations: Collection[int] | QuerySet[Audit, Any]) -> QuerySet[Credit]:
    """Return those of `asked_entries` whose owner still has to do something.

    No file is there yet, or what the committee wants mended is as it was.
    """
    as_it_was = Q(decision=Kind.MEND, decided_version__gte=F("activity__version"))
    no_file = ~Exists(Evidence.objects.filter(activity=OuterRef("activity")))
    return asked_entries(registrations).filter(WAITS).filter(no_file | as_it_was)


def waiting_for_evidence(registration: Registration) -> set[int]:
    """Return the ids of the activities that evidence is asked for now; the queries don't grow."""
    audit = running(registration)
    if audit is None or registration.status not in questions.REVIEWABLE:
        return set()
    return set(unsettled(registration).values_list("activity_id", flat=True))


def wants_evidence(registration: Registration, activity: Activity) -> bool:
    """Say whether evidence may be added to an entry although its record is turned in (C2).

    So it is until the entry is settled, also after the day that was asked for: late evidence
    is better than none, and the committee decides.
    """
    return activity.pk in waiting_for_evidence(registration)


def disallowed_by(registration: Registration, ids: Collection[int]) -> dict[int, AuditDecision]:
    """Return the decisions by which entries of a record are disallowed, by activity id."""
    found = AuditDecision.objects.filter(
        registration=registration, activity__in=ids, kind=Kind.DISALLOW
    )
    return {decision.activity_id: decision for decision in found}  # the latest of each


def latest_decisions(registration: Registration) -> dict[int, AuditDecision]:
    """Return the latest decision on each entry of a record, by activity id."""
    found = AuditDecision.objects.filter(registration=registration).select_related("decided_by")
    return {decision.activity_id: decision for decision in found}


@transaction.atomic
def choose_entries(audit: Audit, activities: Iterable[int], *, by: Person) -> None:
    """Ask for evidence on some entries only, none meaning all that count; the person is told."""
    registration = questions.lock(audit.registration, by=by)
    if running(registration) is None:
        raise Refused(_over())
    chosen = questions.entries(registration, activities)
    if set(chosen) == set(audit.entries.values_list("pk", flat=True)):
        return
    audit.entries.set(chosen.values())
    event = registration.note("audit_entries", by=by, details={"activities": sorted(chosen)})
    mail.post(
        "audit_entries",
        audit,
        [credit.activity.title for credit in unsettled(registration)],
        to=registration.person,
        key=f"audit_entries:{event.pk}",
        about=registration,
    )


def disallow(registration: Registration, activity: Activity, *, by: Person, reason: str) -> None:
    """Let an entry count nothing, with a reason that the participant reads and can answer."""
    decide(registration, [Choice(activity.pk, Kind.DISALLOW, reason)], by=by)


def allow(registration: Registration, activity: Activity, *, by: Person, reason: str) -> None:
    """Take a disallowing back: the entry counts again."""
    decide(registration, [Choice(activity.pk, Kind.ALLOW, reason)], by=by)


@transaction.atomic
def decide(
    registration: Registration, choices: Sequence[Choice], *, by: Person
) -> list[AuditDecision]:
    """Decide on entries, all or none, and return what was written.

    A choice that the same person made already, by a second click, is left out. Raises `Refused`
    when a colleague decided meanwhile, a reason is missing, or the record is closed.
    """
    locked = questions.lock(registration, by=by)
    activities = questions.entries(locked, [choice.activity for choice in choices])
    credits = {
        credit.activity_id: credit
        for credit in Credit.objects.filter(registration=locked, activity__in=activities)
    }
    latest = latest_decisions(locked)
    written = []
    for choice in choices:
        last, activity = latest.get(choice.activity), activities[choice.activity]
        if _is_again(last, choice, by):
            continue
        _check(choice, credits[choice.activity], last, activity)
        written.append(_write(locked, activity, choice, by=by))
    _tell(locked, [row for row in written if row.kind in (Kind.DISALLOW, Kind.ALLOW)])
    finish(locked, by=by)
    return written


def _is_again(last: AuditDecision | None, choice: Choice, by: Person) -> bool:
    """Whether this is the form that this person sent a moment ago, once more."""
    return (
        last is not None
        and choice.seen is not None
        and last.pk != choice.seen[1]
        and (last.decided_by_id, last.kind, last.reason)
        == (by.pk, choice.kind, choice.reason.strip())
    )


def _check(choice: Choice, credit: Credit, last: AuditDecision | None, activity: Activity) -> None:
    if choice.seen is not None and choice.seen[1] != (last.pk if last else 0):
        text = _("%(who)s decided on “%(title)s” meanwhile. Look at it as it is now.")
        names = {"who": last.decided_by.name if last else _("Somebody"), "title": activity.title}
        raise Refused(Problem("stale", text % names))
    if choice.seen is not None and choice.seen[0] != activity.version:
        text = _("“%(title)s” was changed meanwhile. Look at it as it is now.")
        raise Refused(Problem("stale", text % {"title": activity.title}))
    if choice.kind in AuditDecision.NEEDS_REASON and not choice.reason.strip():
        text = _("Say why, for “%(title)s”: the participant reads it.")
        raise Refused(Problem("no_reason", text % {"title": activity.title}))
    if (choice.kind == Kind.ALLOW) != credit.disallowed:
        text = (
            _("“%(title)s” is disallowed. You can only count it again.")
            if credit.disallowed
            else _("“%(title)s” isn’t disallowed.")
        )
        raise Refused(Problem("wrong_state", text % {"title": activity.title}))


def _write(
    registration: Registration, activity: Activity, choice: Choice, *, by: Person
) -> AuditDecision:
    reason, comment = choice.reason.strip(), None
    if choice.kind in (Kind.DISALLOW, Kind.ALLOW):
        comment = Comment.objects.create(
            registration=registration,
            activity=activity,
            author=by,
            text=reason,
            settled_at=timezone.now(),
            settled_by=by,
        )
        disallowed = choice.kind == Kind.DISALLOW
        log.mark_disallowed(registration, activity, disallowed=disallowed)
        registration.note(
            "entry_disallowed" if disallowed else "entry_allowed",
            by=by,
            details={"activity": activity.pk},
        )
    return AuditDecision.objects.create(
        registration=registration,
        activity=activity,
        kind=choice.kind,
        reason=reason,
        version=activity.version,
        comment=comment,
        decided_by=by,
    )


def _tell(registration: Registration, decided: Sequence[AuditDecision]) -> None:
    """One mail for all that changes what counts."""
    if decided:
        mail.post(
            "entries_decided",
            registration,
            decided,
            to=registration.person,
            key=f"entries_decided:{decided[0].pk}",
            about=registration,
        )


def finish(registration: Registration, *, by: Person) -> None:
    """Let the audit be passed once every asked entry is settled; the person is exempt then.

    Only of a record in review, which is locked: one that was sent back can still change.
    """
    audit = running(registration)
    in_review = registration.status == Registration.Status.TURNED_IN
    if audit is None or not in_review or unsettled(registration).exists():
        return
    audit.state = Audit.State.PASSED
    audit.passed_at, audit.passed_by = timezone.now(), by
    until = anniversary(today_in(registration.program), audit.draw.exempt_years)
    audit.exempt_until = until - timedelta(days=1)
    audit.save()
    registration.note("audit_passed", by=by, details={"exempt_until": str(audit.exempt_until)})
    mail.post(
        "audit_passed",
        audit,
        to=registration.person,
        key=f"audit_passed:{audit.pk}",
        about=registration,
    )


def check_over(registration: Registration) -> list[Problem]:
    """Say how many entries of a running audit still wait, for accepting a record (C2)."""
    audit = running(registration)
    count = unsettled(registration).count() if audit else 0
    if not count:
        return []
    text = ngettext(
        "The audit isn’t over: %(count)d activity waits for a decision.",
        "The audit isn’t over: %(count)d activities wait for a decision.",
        count,
    )
    return [Problem("audit_open", text % {"count": count})]


def _over() -> Problem:
    return Problem("audit_over", _("This audit is over."), fixable=False)
