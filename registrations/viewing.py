"""Who looked at whose record: noted by itself, told to the person (K4).

    viewing.saw(request, registration, RecordView.Page.RECORD)

A view says what it is about to show, once it knows that it may; the row is written when the page
was answered, in one statement, and only the first of an hour stays. Lists aren't noted: they show
a line of everybody.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registrations.models import Appointment, Person, RecordView, Registration
from registrations.models.committee import roles_of
from registrations.models.history import PARTICIPANT

MENTOR = "mentor"
WORDS = dict(Appointment.Role.choices) | {PARTICIPANT: _("participant"), MENTOR: _("mentor")}

_NOTE = """
INSERT INTO registrations_recordview
    (registration_id, person_id, viewer_id, role, association_id, page, hour, at)
VALUES (%s, %s, %s, %s, %s, %s, date_trunc('hour', %s::timestamptz, 'UTC'), %s)
ON CONFLICT DO NOTHING
"""


def saw(request: HttpRequest, registration: Registration, page: str) -> None:
    """Let it be noted that this request's answer shows a page of somebody else's registration.

    The last word counts: a file of a record is a look at the file.
    """
    if registration.person_id != request.user.pk:
        request.saw_record = (registration, page)  # type: ignore[attr-defined]


class Noted:
    """Writes down what a view said that it shows, if the page was really answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        saw_record = getattr(request, "saw_record", None)
        if saw_record is not None and response.status_code in (200, 206, 422):
            note(*saw_record, by=request.user)  # type: ignore[arg-type]
        return response


def note(registration: Registration, page: str, *, by: Person) -> None:
    """Write that somebody looked; a second look within the hour is the same one."""
    roles, now = roles_of(by), timezone.now()
    values: list[int | str | datetime | None] = [
        registration.pk,
        registration.person_id,
        by.pk,
        ",".join(sorted(roles.names)) or MENTOR,
        _represented(roles.associations, registration),
        page,
        now,
        now,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)


def _represented(associations: frozenset[int], registration: Registration) -> int | None:
    """The registration's association, if the viewer represents it; else one that they do."""
    if registration.association_id in associations:
        return registration.association_id
    return min(associations, default=None)


def as_what(names: str) -> str:
    """Say what somebody was, in words, as a look or a line of the history has it."""
    return ", ".join(str(WORDS.get(name, name)) for name in names.split(",") if name)


def of(person: Person) -> QuerySet[RecordView]:
    """Return who looked at this person's registrations."""
    return RecordView.objects.filter(person=person).select_related(
        "registration__program", "association"
    )
