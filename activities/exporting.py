"""The record as an Excel workbook, in the language of the page; importing it changes nothing."""

from django.utils.translation import get_language

from activities import reasons, workbook
from activities.choices import workbook_choices
from activities.record import Record, State


def record_as_workbook(record: Record) -> bytes:
    """Return everything that is in the record, the oldest first, as .xlsx."""
    registration = record.registration
    credits = record.credits().exclude(state=State.DELETED).order_by("completed_on", "activity_id")
    lines = record.lines(credits, with_comments=False)
    return workbook.write(
        [
            workbook.Entry(
                id=line.activity.pk,
                started_on=line.activity.started_on,
                completed_on=line.activity.completed_on,
                title=line.activity.title,
                choice_key=str(line.rate.pk),
                hours=line.activity.hours,
                provider=line.activity.provider,
                subject=record.areas.shown(line.activity.subject),
                outcome=line.activity.outcome,
                points=line.raw,
                counted=line.counted,
                parked=line.parked,
                why=str(reasons.reason(line, record.rules)),
            )
            for line in lines
        ],
        choices=workbook_choices(record.rules),
        language=get_language() or "en",
        heading=workbook.Heading(
            program=record.program.name,
            name=registration.person.name,
            association=registration.association.name if registration.association else "",
            member_number=registration.member_number,
            registered_on=registration.starts_on,
            years=[(year.starts_on, year.ends_on) for year in record.program_years if year.ends_on],
        ),
    )
