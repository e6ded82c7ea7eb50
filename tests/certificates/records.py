"""Finished records at each stage, reached by the moves that real ones make."""

from datetime import timedelta

from django.utils import timezone

from certificates import completion, facts, issuing
from certificates import serial as serials
from certificates.models import Certificate
from certificates.public.verification import new_public_id
from registrations.calendar import anniversary
from registrations.models import Person, Registration
from tests import factories


def finished(who: Person | None = None, *, days_ago: int = 10, **fields) -> Registration:
    """An active registration with 120 points whose cycle's last day was `days_ago` days ago."""
    day_after = timezone.localdate() - timedelta(days=days_ago - 1)
    fields.setdefault("starts_on", anniversary(day_after, -3))
    row = factories.registration(who, **fields)
    for year in row.years.all():
        day = year.starts_on + timedelta(days=30)
        factories.activity(row, "PD-F", hours="10", on=day)
        factories.activity(row, "PD-I", hours="20", on=day)
    return row


def turned_in(who: Person | None = None, **fields) -> Registration:
    row = finished(who, **fields)
    completion.turn_in(row, by=row.person)
    row.refresh_from_db()
    return row


def accepted(who: Person | None = None, *, by: Person | None = None, **fields) -> Registration:
    return _accepted(turned_in(who, **fields), by=by)


def _accepted(row: Registration, *, by: Person | None = None) -> Registration:
    completion.accept(row, by=by or factories.steering())
    row.refresh_from_db()
    return row


def issued(who: Person | None = None, *, by: Person | None = None, **fields) -> Certificate:
    """An issued certificate whose PDF isn't made yet."""
    return issuing.issue(accepted(who, **fields), by=by or factories.administrator())


def issued_from(row: Registration) -> Certificate:
    """The certificate of a finished record, through all its moves."""
    completion.turn_in(row, by=row.person)
    row.refresh_from_db()
    return issuing.issue(_accepted(row), by=factories.administrator())


def written(*, year: int | None = None, sequence: int = 99, **changes) -> Certificate:
    """A certificate that is only a row: of another year, or with facts that can't be printed."""
    registration = accepted()
    today = timezone.localdate()
    serial = serials.make("CEC", year or today.year, sequence)
    public_id = new_public_id()
    paper = facts.facts_of(registration, serial=serial, public_id=public_id, issued_on=today)
    return Certificate.objects.create(
        registration=registration,
        program=registration.program,
        year=year or today.year,
        sequence=sequence,
        serial=serial,
        public_id=public_id,
        holder=paper.name,
        facts=facts.frozen(paper, registration) | changes,
        issued_on=today,
        issued_by=factories.administrator(),
    )
