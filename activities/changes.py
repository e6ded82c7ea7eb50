"""Writing the history of entries: what they said before an edit, and what it changed.

Only `activities.log` and `activities.evidence` write it, in the transaction of the deed and under
the record's lock. `activities.history` reads it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from activities.models import Activity, Credit, EntryChange
from activities.sharing import SHARED
from registrations.models import Person, Rate, Registration

Kind = EntryChange.Kind
Values = dict[str, Any]

RATE = "rate"


def values_of(registration: Registration, activities: Iterable[int]) -> dict[int, Values]:
    """Return what entries say now, by id; read it before an edit is saved."""
    credits = Credit.objects.filter(registration=registration, activity__in=activities)
    columns = {name: f"activity__{name}" for name in SHARED} | {RATE: "rate_id"}
    rows = credits.values("activity_id", *columns.values())
    return {
        row["activity_id"]: {name: row[column] for name, column in columns.items()} for row in rows
    }


def note_edits(
    kind: str,
    registration: Registration,
    entries: Iterable[tuple[Activity, Rate]],
    *,
    before: Mapping[int, Values],
    by: Person | None,
) -> None:
    """Write what edits changed, in one statement; an edit that changes nothing is no row."""
    rows = []
    for activity, rate in entries:
        former = before[activity.pk]
        now = {name: getattr(activity, name) for name in SHARED} | {RATE: rate.pk}
        fields = {name: [former[name], now[name]] for name in now if former[name] != now[name]}
        if fields:
            row = EntryChange(
                activity=activity, registration=registration, kind=kind, by=by, fields=fields
            )
            rows.append(row)
    EntryChange.objects.bulk_create(rows)


def note_all(
    kind: str, registration: Registration, activities: Iterable[int], *, by: Person | None
) -> None:
    """Write the same of many entries, by their ids, in one statement."""
    EntryChange.objects.bulk_create(
        EntryChange(activity_id=pk, registration=registration, kind=kind, by=by)
        for pk in activities
    )


def note(
    kind: str,
    registration: Registration,
    activity: Activity,
    *,
    by: Person | None,
    file_name: str = "",
) -> None:
    """Write that an entry was deleted or brought back, or got or lost a file."""
    EntryChange.objects.create(
        activity=activity, registration=registration, kind=kind, by=by, file_name=file_name
    )
