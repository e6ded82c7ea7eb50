"""What counts: the one home of the points rule, in SQL, for one person or for everybody.

`rendering` has the list of caps and its two renderings as SQL, `results` what they answer. All is
exact (numeric, never floats). Nothing repeats the rule elsewhere; a preview asks the same SQL with
the new entry added.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from activities.points.rendering import (
    CREDITS,
    HOPED,
    HYPOTHETICAL,
    LAYERS,
    YEARLY,
    Layer,
    brought_sql,
    ledger_sql,
    totals_of_both_sql,
    totals_sql,
    totals_where_sql,
    with_caps,
)
from activities.points.results import (
    ZERO,
    Entry,
    Filling,
    Preview,
    Standing,
    TypeTotal,
    entry_of,
    type_total_of,
)
from registrations.models import Rate, Registration
from registrations.worth import worth_sql

ONE = CREDITS.format(scope="registration_id = %(registration)s")


def ledger(registration: Registration) -> dict[int, Entry]:
    """Return each counting entry's worth by activity id; planned and unfinished ones are absent."""
    layered = registration.rules.layered
    rows = _rows(
        with_caps(ledger_sql(ONE, layered=layered), layered=layered),
        {"registration": registration.pk},
    )
    return {row["activity_id"]: entry_of(row, layered=layered) for row in rows}


def ledger_and_hopes(registration: Registration) -> tuple[dict[int, Entry], dict[int, Entry]]:
    """Return the ledger, and what planned and unfinished entries would be worth, in one query.

    Both are by activity id; the hopes are as if all of these entries were done.
    """
    layered = registration.rules.layered
    both = f"""
        SELECT l.*, false AS hoped
        FROM ({ledger_sql(ONE, layered=layered)}) l
        UNION ALL
        SELECT h.*, true
        FROM ({ledger_sql(HOPED, layered=layered)}) h
        JOIN activities_credit c ON c.registration_id = h.registration_id
         AND c.activity_id = h.activity_id AND c.state <> 'counts'
    """
    rows = _rows(with_caps(both, layered=layered), {"registration": registration.pk})
    found: dict[bool, dict[int, Entry]] = {False: {}, True: {}}
    for row in rows:
        found[row["hoped"]][row["activity_id"]] = entry_of(row, layered=layered)
    return found[False], found[True]


def standing(registration: Registration) -> Standing:
    """Return where one registration stands, in one query."""
    totals = totals_sql(ONE, layered=registration.rules.layered)
    return _standings(totals, {"registration": registration.pk}).get(registration.pk, Standing(()))


def standings(registrations: Sequence[int]) -> dict[int, Standing]:
    """Return where several registrations stand, by id, in one query."""
    totals = totals_of_both_sql("registration_id = ANY(%(registrations)s)")
    return _standings(totals, {"registrations": list(registrations)})


def _standings(totals: str, values: dict[str, Any]) -> dict[int, Standing]:
    order = " ORDER BY r.registration_id, r.year, r.activity_type_id"
    found: dict[int, list[TypeTotal]] = {}
    for row in _rows(with_caps(totals) + order, values):
        found.setdefault(row["registration_id"], []).append(type_total_of(row))
    return {key: Standing(tuple(totals)) for key, totals in found.items()}


def brought(registration: Registration) -> dict[int, Decimal]:
    """Return by year what its predecessor brings into it; empty where rules carry nothing on."""
    yearly = registration.rules.requirement("year")
    if yearly is None or yearly.carry is None:
        return {}
    totals = totals_sql(ONE, layered=registration.rules.layered)
    rows = _rows(brought_sql(years_sql(totals)), {"registration": registration.pk})
    return {row["year"]: row["brought"] for row in rows}


def years_sql(totals: str) -> str:
    """Render totals per type as one row per registration and year, with `raw` and `counted`."""
    return f"""
        SELECT registration_id, year, SUM(raw) AS raw, SUM(counted) AS counted
        FROM ({totals}) t
        GROUP BY registration_id, year
    """


def totals_of_everyone_sql() -> str:
    """One row per registration and year with `raw` and `counted`; for lists and year-end work."""
    return years_sql(totals_where_sql("true"))


def preview(
    registration: Registration,
    *,
    rate: Rate,
    completed_on: date,
    hours: Decimal | None,
    instead_of: int | None = None,
) -> Preview | None:
    """Return what an entry would count if it were done, or None outside the program years.

    `instead_of` is the id of the activity that is being edited.
    """
    values = {
        "registration": registration.pk,
        "rate": rate.pk,
        "completed_on": completed_on,
        "hours": hours,
        "instead_of": instead_of,
    }
    layered = registration.rules.layered
    found = _rows(with_caps(ledger_sql(HYPOTHETICAL, layered=layered), layered=layered), values)
    rows = [entry_of(row, layered=layered) for row in found]
    own = next((row for row in rows if row.activity_id in (instead_of, 2**63 - 1)), None)
    if own is None:
        return None
    now = standing(registration).counted
    in_year = [row for row in rows if row.year == own.year]
    return Preview(
        entry=own,
        gain=sum((row.counted for row in rows), ZERO) - now,
        type_total=sum(
            (row.counted for row in in_year if row.activity_type_id == own.activity_type_id), ZERO
        ),
        year_total=sum((row.counted for row in in_year), ZERO),
    )


def _rows(sql: str, values: dict[str, Any]) -> Iterable[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


__all__ = [
    "CREDITS",
    "LAYERS",
    "YEARLY",
    "ZERO",
    "Entry",
    "Filling",
    "Layer",
    "Preview",
    "Standing",
    "TypeTotal",
    "brought",
    "brought_sql",
    "ledger",
    "ledger_and_hopes",
    "ledger_sql",
    "preview",
    "standing",
    "standings",
    "totals_of_both_sql",
    "totals_of_everyone_sql",
    "totals_sql",
    "totals_where_sql",
    "worth_sql",
    "years_sql",
]
