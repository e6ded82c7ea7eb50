"""The record as an Excel workbook, in either language; importing it unedited changes nothing."""

from typing import Any

from django.utils import translation

from activities import workbook
from activities.choices import workbook_choices, workbook_scheme
from activities.models import Activity
from activities.record import Record, State
from activities.workbook.marks import write_mark
from cec.spreadsheet.wording import clean_line, clean_text


def exported_values(record: Record, activity: Activity, rate_id: int) -> dict[str, Any]:
    """An entry as the workbook holds it, by field: only what differs from it is an edit."""
    started_on = activity.started_on
    return {
        "title": clean_line(activity.title),
        "provider": clean_line(activity.provider),
        "subject": record.areas.canonical(clean_line(activity.subject)),
        "outcome": clean_text(activity.outcome),
        "started_on": started_on if started_on != activity.completed_on else None,
        "completed_on": activity.completed_on,
        "hours": activity.hours,
        "choice": str(rate_id),
        "planned": activity.planned,
    }


def record_as_workbook(record: Record, *, language: str) -> bytes:
    """Return everything that is in the record, the oldest first, as .xlsx."""
    registration = record.registration
    credits = record.credits().exclude(state=State.DELETED).order_by("completed_on", "activity_id")
    with translation.override(language):
        return workbook.write(
            [
                workbook.Entry(
                    id=credit.activity_id,
                    choice_key=str(credit.rate_id),
                    started_on=credit.activity.started_on,
                    completed_on=credit.activity.completed_on,
                    title=credit.activity.title,
                    hours=credit.activity.hours,
                    provider=credit.activity.provider,
                    subject=record.areas.shown(credit.activity.subject),
                    outcome=credit.activity.outcome,
                    planned=credit.activity.planned,
                    disallowed=credit.disallowed,
                    version=credit.activity.version,
                    mark=write_mark(
                        credit.activity.version,
                        exported_values(record, credit.activity, credit.rate_id),
                    ),
                )
                for credit in credits
            ],
            choices=workbook_choices(record.rules),
            scheme=workbook_scheme(record),
            language=language,
            heading=workbook.Heading(
                program=record.program.name,
                name=registration.person.name,
                association=registration.association.name if registration.association else "",
                member_number=registration.member_number,
                registered_on=registration.starts_on,
                reference=registration.reference,
            ),
        )
