"""A likely repeat (P7): the same title under the same type, pointed out before saving."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from activities.continuing import month
from activities.models import Credit
from cec.spreadsheet.wording import fold
from registrations.models import ActivityType, Registration

MOST_SHOWN = 3


@dataclass(frozen=True)
class Earlier:
    """An entry under the same title and type, in this registration or an earlier one.

    `series` is the first entry of the series that it is in, or would begin.
    """

    id: int
    registration_id: int
    title: str
    completed_on: date
    series: int
    goes_on: bool


@dataclass(frozen=True)
class Found:
    """What looks like a repeat, and the first entry of the series that is gone on with, if any."""

    repeats: list[Earlier]
    continues: int | None = None


def title_key(title: str) -> str:
    """Return what titles share that differ in case, accents, spaces or punctuation alone."""
    return fold(title) or title


def look(
    registration: Registration,
    *,
    kind: ActivityType,
    title: str,
    completed_on: date,
    leaving_out: int | None,
    form_key: UUID,
) -> Found:
    """Look through the person's entries of a type in this program, earlier cycles included.

    Another month of a series that goes on is no repeat of it, but its next entry. What the same
    form saved already is none either.
    """
    key = title_key(title)
    same = [
        row
        for row in _of_type(registration, kind, form_key)
        if row.id != leaving_out and title_key(row.title) == key
    ]
    repeats = [
        row for row in same if not (row.goes_on and month(row.completed_on) != month(completed_on))
    ]
    series = next((row.series for row in same if row.goes_on), None)
    return Found(repeats[:MOST_SHOWN], series)


def _of_type(registration: Registration, kind: ActivityType, form_key: UUID) -> list[Earlier]:
    """Return the person's kept entries of a type, whatever version of the rules it is of."""
    rows = (
        Credit.objects.filter(
            registration__person=registration.person_id,
            registration__program=registration.program_id,
            activity_type__key=kind.key,
        )
        .exclude(state=Credit.State.DELETED)
        .exclude(activity__form_key=form_key)
        .order_by("activity_id")
        .values_list(
            "activity_id",
            "registration_id",
            "activity__title",
            "completed_on",
            "activity__continues_id",
        )
    )
    found = list(rows)
    begun = {first for *_others, first in found}
    return [
        Earlier(pk, record, title, day, first or pk, first is not None or pk in begun)
        for pk, record, title, day, first in found
    ]
