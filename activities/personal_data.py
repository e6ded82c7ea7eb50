"""What this app keeps about people (`cec.personal`): what they did, and what was said of it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from activities.evidence import drop
from activities.exporting import record_as_workbook
from activities.models import CreditRequest, Evidence
from activities.record import Record
from cec import personal
from cec.files import store
from cec.personal import NOT_OF_USE, File, Traces
from registrations.models import Person, Registration
from registrations.personal_data import STATISTICS, THE_DEED

personal.nobodys(
    "activities.AuditDraw", "activities.Rehearsal", "activities.Audit_entries", kept=STATISTICS
)


def _evidence(traces: Traces) -> None:
    rows = Evidence.objects.filter(activity__person=traces.person)
    for row in rows.select_related("file"):
        drop(row)


def _requests(traces: Traces) -> None:
    """Take back what waits for an organization's answer."""
    state = CreditRequest.State
    waiting = CreditRequest.objects.filter(registration__person=traces.person)
    waiting.filter(state__in=[state.ASKED, state.QUESTION]).update(state=state.WITHDRAWN)


personal.about(
    "activities.Evidence",
    whose="activity__person",
    part="evidence",
    said=_("Which files show your activities. They are in the folder evidence."),
    kept=_("The files and their rows are deleted."),
    erase=_evidence,
)
personal.about(
    "activities.Suggestion",
    whose="registration__person",
    part="suggestions",
    said=_("What your mentor suggested about your entries, and your answers."),
    copied="text reply",
    deleted=True,
)
personal.about(
    "activities.Import",
    whose="registration__person",
    part="imports",
    said=_("The workbooks that you uploaded, as they were read."),
    copied="file_name rows skipped error",
    left_out={
        NOT_OF_USE: "layout columns listed deletes",
        _("You have the file itself; it is deleted once it is read."): "content",
    },
    deleted=True,
)
personal.about(
    "activities.CreditRequest",
    whose="registration__person",
    part="requests",
    said=_("Your requests to organizations, and their answers."),
    copied="title words question answer note",
    blanked="title words question answer note",
    kept=STATISTICS,
    erase=_requests,
)
personal.about(
    "activities.Comment",
    whose="registration__person",
    part="questions",
    said=_("Questions of the committee about your entries, and your answers."),
    copied="text answer",
    blanked="text answer",
    kept=THE_DEED,
)
personal.about(
    "activities.AuditDecision",
    whose="registration__person",
    part="audit-decisions",
    said=_("What the committee decided about your entries in an audit, and why."),
    copied="reason",
    blanked="reason",
    masked="reason",
    kept=THE_DEED,
)
personal.about(
    "activities.Audit",
    whose="registration__person",
    part="audits",
    said=_("Whether your record was drawn for an audit, and how that ended."),
    kept=_("Anybody can repeat a draw: the places of all have to remain."),
)
personal.about(
    "activities.EntryChange",
    whose="activity__person",
    part="changes",
    said=_("What was changed in your entries, from what to what."),
    copied="fields file_name",
    blanked="fields file_name",
    kept=THE_DEED,
)
personal.about(
    "activities.Effect",
    whose="registration__person",
    part="new-rules",
    said=_("What new rules would have changed in your points."),
    left_out={NOT_OF_USE: "stuck"},
    texts_kept="stuck",
    kept=STATISTICS,
)
personal.about(
    "activities.YearResult",
    whose="registration__person",
    part="year-results",
    said=_("The results of your closed years."),
    copied="types reason",
    blanked="reason",
    texts_kept="types",
    masked="reason",
    kept=STATISTICS,
)
personal.about(
    "activities.Credit",
    whose="registration__person",
    part="credits",
    said=_("What your activities are worth in each of your records, in points."),
    kept=STATISTICS,
)
personal.about(
    "activities.Activity",
    whose="person",
    part="activities",
    said=_("What you did, as you wrote it down; also what you deleted."),
    copied="title provider subject materials goals outcome",
    blanked="title provider subject materials goals outcome",
    kept=STATISTICS,
)


@personal.files("evidence", _("Files that you gave us: evidence of activities."))
def evidence(person: Person) -> Iterator[File]:
    rows = Evidence.objects.filter(activity__person=person).select_related("file")
    for row in rows.order_by("pk").iterator(chunk_size=100):
        yield f"{row.activity_id}/{row.pk}-{row.file.name}", store.path_of(row.file)


@personal.files("records", _("Your records as Excel workbooks, one for each registration."))
def workbooks(person: Person) -> Iterator[File]:
    for row in _records(person):
        content: Any = record_as_workbook(Record(row), language=person.language)
        yield f"{row.reference}.xlsx", content


def _records(person: Person) -> Iterator[Registration]:
    rows = Registration.objects.filter(person=person, starts_on__isnull=False)
    yield from rows.select_related("program", "association", "rules", "person").order_by("pk")
