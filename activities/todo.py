"""What a record waits for its owner to do, the most pressing first."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.pace import Pace
from activities.record import Record


@dataclass(frozen=True)
class Task:
    """A row of the list: `pill` is a status, and `kind` its colour."""

    label: str
    hint: str
    url: str
    pill: str
    kind: str = "warn"


def tasks(record: Record, pace: Pace) -> list[Task]:
    """Return what the owner can do now; nothing while the record is closed for changes."""
    if not record.is_open:
        return []
    return [task for task in (_turn_in(record, pace), *_entries(record)) if task]


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


def _entries(record: Record) -> list[Task]:
    unfinished, found = record.unfinished, []
    listing = reverse("activities", args=[record.registration.pk])
    if count := unfinished.questions:
        found.append(
            Task(
                label=_("Answer the committee’s questions"),
                hint=ngettext(
                    "%(count)d activity has a question",
                    "%(count)d activities have questions",
                    count,
                )
                % {"count": count},
                url=f"{listing}?year=all&status=question",
                pill=_("Sent back"),
            )
        )
    if count := unfinished.outcomes_needed:
        found.append(
            Task(
                label=_("Write what you learned"),
                hint=ngettext(
                    "%(count)d activity counts once you have",
                    "%(count)d activities count once you have",
                    count,
                )
                % {"count": count},
                url=f"{listing}?year=all&status=waiting",
                pill=_("Not done"),
            )
        )
    if count := unfinished.planned_past:
        found.append(
            Task(
                label=_("Did you do what you planned?"),
                hint=ngettext(
                    "%(count)d planned activity is past its date",
                    "%(count)d planned activities are past their date",
                    count,
                )
                % {"count": count},
                url=f"{listing}?year=all&status=planned",
                pill=_("Not done"),
            )
        )
    if count := unfinished.outcomes_missing:
        found.append(
            Task(
                label=_("Add what you learned"),
                hint=ngettext(
                    "%(count)d activity has no learning outcome",
                    "%(count)d activities have no learning outcome",
                    count,
                )
                % {"count": count},
                url=f"{listing}?year=all&status=no_outcome",
                pill=_("Optional"),
                kind="",
            )
        )
    return found
