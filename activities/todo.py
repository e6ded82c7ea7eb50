"""What a record waits for its owner to do, the most pressing first."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from activities.pace import Pace
from activities.record import Record
from cec.wording import day
from registrations.models import Registration


@dataclass(frozen=True)
class Task:
    """A row of the list: `pill` is a status, and `kind` its colour."""

    label: str
    hint: str
    url: str
    pill: str
    kind: str = "warn"


@dataclass(frozen=True)
class _Kind:
    """A kind of unfinished entries: `count` is its number in `Unfinished`, `status` its filter."""

    count: str
    label: Promise
    hint: Promise
    status: str
    pill: Promise
    colour: str = "warn"


UNFINISHED = (
    _Kind(
        "questions",
        gettext_lazy("Answer the committee’s questions"),
        ngettext_lazy(
            "%(count)d activity has a question", "%(count)d activities have questions", "count"
        ),
        "question",
        gettext_lazy("To answer"),
    ),
    _Kind(
        "suggestions",
        gettext_lazy("Look at your mentor’s suggestions"),
        ngettext_lazy(
            "%(count)d activity has a suggestion", "%(count)d activities have suggestions", "count"
        ),
        "suggestion",
        gettext_lazy("Optional"),
        colour="info",
    ),
    _Kind(
        "outcomes_needed",
        gettext_lazy("Write what you learned"),
        ngettext_lazy(
            "%(count)d activity counts once you have",
            "%(count)d activities count once you have",
            "count",
        ),
        "waiting",
        gettext_lazy("Not done"),
    ),
    _Kind(
        "planned_past",
        gettext_lazy("Did you do what you planned?"),
        ngettext_lazy(
            "%(count)d planned activity is past its date",
            "%(count)d planned activities are past their date",
            "count",
        ),
        "planned",
        gettext_lazy("Not done"),
    ),
    _Kind(
        "outcomes_missing",
        gettext_lazy("Add what you learned"),
        ngettext_lazy(
            "%(count)d activity has no learning outcome",
            "%(count)d activities have no learning outcome",
            "count",
        ),
        "no_outcome",
        gettext_lazy("Optional"),
        colour="",
    ),
)


def tasks(record: Record, pace: Pace) -> list[Task]:
    """Return what the owner can do now; in review they answer, and add the evidence asked for."""
    if record.registration.status == Registration.Status.TURNED_IN:
        return [task for task in (_evidence(record), *_entries(record, UNFINISHED[:1])) if task]
    if not record.is_open:
        return []
    asked, others = _entries(record, UNFINISHED[:1]), _entries(record, UNFINISHED[1:])
    found = (*asked, _turn_in(record, pace), _evidence(record), *others)
    return [task for task in found if task]


def may_turn_in(record: Record, pace: Pace) -> bool:
    """Whether it is time to look at turning in (C1); the certificate's page decides it."""
    if pace.needed is None:
        return False
    return pace.is_over or (pace.reached and record.program.early_completion)


def _turn_in(record: Record, pace: Pace) -> Task | None:
    if not may_turn_in(record, pace):
        return None
    return Task(
        label=_("Send your record for review"),
        hint=_("The committee reads it, then your certificate can be issued."),
        url=reverse("certificate", args=[record.registration.pk]),
        pill=_("Ready") if pace.reached else _("Not done"),
        kind="info" if pace.reached else "warn",
    )


def _evidence(record: Record) -> Task | None:
    """What an audit asks for, and by when (C2)."""
    if not record.unfinished.is_audited or record.audit is None:
        return None
    count = len(record.wants_evidence)
    if not count:
        return None
    hint = ngettext("%(count)d activity, by %(day)s", "%(count)d activities, by %(day)s", count) % {
        "count": count,
        "day": day(record.audit.draw.evidence_until),
    }
    return Task(
        label=_("Add evidence for the audit"),
        hint=hint,
        url=f"{reverse('activities', args=[record.registration.pk])}?year=all&status=evidence",
        pill=_("Asked for"),
    )


def _entries(record: Record, kinds: Sequence[_Kind]) -> list[Task]:
    listing = reverse("activities", args=[record.registration.pk])
    unfinished = record.unfinished
    found = [(kind, getattr(unfinished, kind.count)) for kind in kinds]
    return [
        Task(
            label=str(kind.label),
            hint=kind.hint % {"count": count},
            url=f"{listing}?year=all&status={kind.status}",
            pill=str(kind.pill),
            kind=kind.colour,
        )
        for kind, count in found
        if count
    ]
