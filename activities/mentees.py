"""The mentor's list: whom they mentor, how far each one is, and what waits for an answer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, Max, OuterRef, Subquery

from activities import points
from activities.models import Comment, Credit
from activities.points import ZERO
from registrations.calendar import today_in
from registrations.models import MentorNote, Mentorship, Person, ProgramYear, Registration


@dataclass(frozen=True)
class Row:
    """One mentee as the list shows them. `counted` of `needed` points fill the rosette."""

    mentorship: Mentorship
    year: ProgramYear | None
    years: int
    counted: Decimal
    needed: Decimal | None
    last_activity: date | None
    last_note: datetime | None
    is_answered: bool
    has_question: bool

    @property
    def registration(self) -> Registration:
        return self.mentorship.registration


def rows(mentor: Person) -> list[Row]:
    """Return today's mentees by name; the queries don't grow with their number."""
    found = list(_described(mentor))
    standings = points.standings([row.registration_id for row in found])
    return [_row(row, standings.get(row.registration_id, points.Standing(()))) for row in found]


def _described(mentor: Person) -> "list[Mentorship]":
    kept = Credit.objects.filter(registration=OuterRef("registration")).exclude(
        state__in=[Credit.State.DELETED, Credit.State.PLANNED]
    )
    latest = kept.order_by().values("registration").annotate(day=Max("completed_on"))
    notes = MentorNote.objects.filter(mentorship=OuterRef("pk")).order_by("-id")
    asked = Comment.objects.waiting().filter(registration=OuterRef("registration"))
    return list(
        Mentorship.objects.seen_by(mentor)
        .select_related("registration__person", "registration__program")
        .prefetch_related("registration__years", "registration__rules__requirements")
        .annotate(
            last_activity=Subquery(latest.values("day")[:1]),
            last_note=Subquery(notes.values("written_at")[:1]),
            last_author=Subquery(notes.values("author")[:1]),
            asked=Exists(asked),
        )
        .order_by("registration__person__name", "pk")
    )


def _row(row: Mentorship, standing: points.Standing) -> Row:
    registration = row.registration
    needed = registration.rules.requirement("cycle")
    year, years = program_year(registration)
    author = row.last_author  # type: ignore[attr-defined]
    return Row(
        mentorship=row,
        year=year,
        years=years,
        counted=standing.counted or ZERO,
        needed=needed.points if needed else None,
        last_activity=row.last_activity,  # type: ignore[attr-defined]
        last_note=row.last_note,  # type: ignore[attr-defined]
        is_answered=author in (None, row.mentor_id),
        has_question=row.asked,  # type: ignore[attr-defined]
    )


def program_year(registration: Registration) -> tuple[ProgramYear | None, int]:
    """Return the program year of today, else the nearest, and how many years there are."""
    years = list(registration.years.all())
    today = today_in(registration.program)
    nearest = [year for year in years if year.starts_on <= today][-1:] or years[:1]
    return (nearest[0] if nearest else None), len(years)


@dataclass(frozen=True)
class Asked:
    """Somebody who would like this mentor. There is no record in it: sight begins with the yes."""

    mentorship: Mentorship
    year: ProgramYear | None
    years: int

    @property
    def registration(self) -> Registration:
        return self.mentorship.registration


def asked(mentor: Person) -> list[Asked]:
    """Return who waits for this mentor's answer, the longest waiting first."""
    found = (
        Mentorship.objects.asked_of(mentor)
        .select_related(
            "registration__person",
            "registration__program",
            "registration__association",
            "registration__mentor_wish",
        )
        .prefetch_related("registration__years", "registration__mentor_wish__areas")
        .order_by("pk")
    )
    return [Asked(row, *program_year(row.registration)) for row in found]
