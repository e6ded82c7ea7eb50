"""Rows of long ago, in tables that take nothing but what happens now."""

from datetime import datetime, timedelta
from unittest import mock
from uuid import uuid4

from django.utils import timezone

from registrations import incidents
from registrations.models import Erasure, Event, Incident, Person, RecordView, Registration
from tests import factories as make


def aged_event(row: Registration, at: datetime) -> Event:
    """A line of the history, written at that time."""
    with mock.patch.object(timezone, "now", return_value=at):
        return row.note("remark", by=None)


def aged_view(row: Registration, at: datetime, *, by: Person | None = None) -> RecordView:
    return RecordView.objects.create(
        registration=row,
        person=row.person,
        viewer=by or make.steering(),
        role="steering",
        page="record",
        hour=at.replace(minute=0, second=0, microsecond=0),
        at=at,
    )


def told(**fields: object) -> dict[str, object]:
    """What an account of an incident says."""
    return {
        "happened": "In March",
        "found_on": timezone.localdate() - timedelta(days=1),
        "what": "A list went to a wrong address.",
        "data": "Names and member numbers",
        "people": 12,
        "people_in_quebec": 3,
        "risk": "none",
        "risk_why": "It was deleted unread.",
        "measures": "",
        "regulators_told_on": None,
        "people_told_on": None,
        "others_told": "",
    } | fields


def account_of(by: Person, at: datetime) -> Incident:
    """An incident that was entered at that time."""
    with mock.patch.object(timezone, "now", return_value=at):
        return incidents.open_incident(by=by, form_key=uuid4(), **told())


def due(row: Erasure) -> Erasure:
    """Let the day of a request come."""
    Erasure.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    row.refresh_from_db()
    return row
