"""What counts: the one home of the points rule, in SQL, for one person or for everybody.

A cap is a set of columns and a limit. The list `LAYERS` is rendered in two ways: as nested sums
for totals, and as a running window for the ledger, entry by entry in the order of P6. Both are
exact (numeric, never floats). Nothing repeats the rule elsewhere; a preview asks the same SQL
with the new entry added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from registrations.models import Rate, Registration

ZERO = Decimal(0)


@dataclass(frozen=True)
class Layer:
    """One kind of cap: the columns that share a limit, and the cap rows that hold it."""

    per: str
    columns: tuple[str, ...]


# P2: at most so much per activity type in one program year.
LAYERS = (Layer(per="year", columns=("registration_id", "year", "activity_type_id")),)


def worth_sql(hours: str) -> str:
    """Render what a rate `r` gives for hours: raw points, rounded half up where it says so."""
    return f"""GREATEST(
        COALESCE(
            round(r.per_hour * {hours} / r.step) * r.step, r.per_hour * {hours}, r.fixed
        ),
        r.least
    )"""


CREDITS = """
    SELECT registration_id, year, activity_type_id, completed_on, activity_id, points
    FROM activities_credit
    WHERE state = 'counts' AND {scope}
"""

# As if everything that is planned or still wants its outcome were done (P8, P11).
HOPED = """
    SELECT registration_id, year, activity_type_id, completed_on, activity_id, points
    FROM activities_credit
    WHERE state IN ('counts', 'planned', 'no_outcome') AND registration_id = %(registration)s
"""

HYPOTHETICAL = f"""
    SELECT registration_id, year, activity_type_id, completed_on, activity_id, points
    FROM activities_credit
    WHERE state = 'counts' AND registration_id = %(registration)s
      AND activity_id IS DISTINCT FROM %(instead_of)s
    UNION ALL
    SELECT %(registration)s, y.number, r.activity_type_id, %(completed_on)s::date,
           COALESCE(%(instead_of)s::bigint, 9223372036854775807),
           {worth_sql("%(hours)s::numeric")}
    FROM registrations_rate r
    JOIN registrations_programyear y ON y.registration_id = %(registration)s
     AND %(completed_on)s::date >= y.starts_on
     AND (y.ends_on IS NULL OR %(completed_on)s::date <= y.ends_on)
    WHERE r.id = %(rate)s
"""


def _most(layer: Layer) -> str:
    """What each type lets count, as an array by its id: read once a query.

    Joined to every row instead, the caps make the totals of everybody a third dearer. Only an
    enforced cap limits; LEAST ignores the null of an advised or absent one.
    """
    return f"""(
        SELECT array_agg(l.points ORDER BY type_id)
        FROM generate_series(1, (SELECT max(activity_type_id) FROM registrations_cap)) type_id
        LEFT JOIN registrations_cap l ON l.activity_type_id = type_id
         AND l.per = '{layer.per}' AND l.strictness = 'enforced'
    )"""


def ledger_sql(credits: str) -> str:
    """Render the caps as running windows: raw and counted points of each entry."""
    source = f"SELECT c.*, c.points AS counted FROM ({credits}) c"
    for layer in LAYERS:
        partition = ", ".join(f"e.{column}" for column in layer.columns)
        source = f"""
            SELECT e.registration_id, e.year, e.activity_type_id, e.completed_on, e.activity_id,
                   e.points, e.filled - e.counted AS before,
                   GREATEST(0, LEAST(
                       e.counted, {_most(layer)}[e.activity_type_id] - (e.filled - e.counted)
                   )) AS counted
            FROM (
                SELECT e.*, SUM(e.counted) OVER fill AS filled
                FROM ({source}) e
                WINDOW fill AS (PARTITION BY {partition} ORDER BY e.completed_on, e.activity_id)
            ) e
        """
    return source


def totals_sql(credits: str) -> str:
    """Render the caps as nested sums: raw and counted points per registration, year and type."""
    columns = ", ".join(LAYERS[0].columns)
    source = f"""
        SELECT {columns}, SUM(points) AS raw, SUM(points) AS counted
        FROM ({credits}) c GROUP BY {columns}
    """
    for layer in LAYERS:
        source = f"""
            SELECT s.registration_id, s.year, s.activity_type_id, s.raw,
                   LEAST(s.counted, {_most(layer)}[s.activity_type_id]) AS counted
            FROM ({source}) s
        """
    return source


def _with_caps(rows: str) -> str:
    """Put the yearly cap of its type beside each row, for those few that are shown."""
    return f"""
        SELECT r.*, l.points AS cap, l.strictness
        FROM ({rows}) r
        LEFT JOIN registrations_cap l ON l.activity_type_id = r.activity_type_id AND l.per = 'year'
    """


@dataclass(frozen=True)
class Entry:
    """What one entry is worth. `before` is what its type had reached in that year (P6)."""

    activity_id: int
    year: int
    activity_type_id: int
    completed_on: date
    raw: Decimal
    counted: Decimal
    before: Decimal
    cap: Decimal | None
    enforced: bool

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted

    @property
    def over_advice(self) -> bool:
        """It counts, but stands above a limit that is only advised."""
        return not self.enforced and self.cap is not None and self.before + self.raw > self.cap


@dataclass(frozen=True)
class TypeTotal:
    """Raw and counted points of one type in one program year."""

    year: int
    activity_type_id: int
    raw: Decimal
    counted: Decimal
    cap: Decimal | None
    enforced: bool

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted


@dataclass(frozen=True)
class Standing:
    """Counted and raw points per type, year and cycle of one registration."""

    types: tuple[TypeTotal, ...]

    @property
    def raw(self) -> Decimal:
        return sum((total.raw for total in self.types), ZERO)

    @property
    def counted(self) -> Decimal:
        return sum((total.counted for total in self.types), ZERO)

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted

    def in_year(self, year: int) -> "Standing":
        """Return the part of one program year."""
        return Standing(tuple(total for total in self.types if total.year == year))


@dataclass(frozen=True)
class Preview:
    """What an entry would do: its own worth, and what the whole record gains by it."""

    entry: Entry
    gain: Decimal
    type_total: Decimal
    year_total: Decimal


def ledger(registration: Registration) -> dict[int, Entry]:
    """Return each counting entry's worth by activity id; planned and unfinished ones are absent."""
    rows = _rows(
        _with_caps(ledger_sql(CREDITS.format(scope="registration_id = %(registration)s"))),
        {"registration": registration.pk},
    )
    return {row["activity_id"]: _entry(row) for row in rows}


def ledger_and_hopes(registration: Registration) -> tuple[dict[int, Entry], dict[int, Entry]]:
    """Return the ledger, and what planned and unfinished entries would be worth, in one query.

    Both are by activity id; the hopes are as if all of these entries were done.
    """
    both = f"""
        SELECT l.*, false AS hoped
        FROM ({ledger_sql(CREDITS.format(scope="registration_id = %(registration)s"))}) l
        UNION ALL
        SELECT h.*, true
        FROM ({ledger_sql(HOPED)}) h
        JOIN activities_credit c ON c.registration_id = h.registration_id
         AND c.activity_id = h.activity_id AND c.state <> 'counts'
    """
    rows = _rows(_with_caps(both), {"registration": registration.pk})
    found: dict[bool, dict[int, Entry]] = {False: {}, True: {}}
    for row in rows:
        found[row["hoped"]][row["activity_id"]] = _entry(row)
    return found[False], found[True]


def standing(registration: Registration) -> Standing:
    """Return where one registration stands, in one query."""
    return standings([registration.pk]).get(registration.pk, Standing(()))


def standings(registrations: Sequence[int]) -> dict[int, Standing]:
    """Return where several registrations stand, by id, in one query."""
    totals = totals_sql(CREDITS.format(scope="registration_id = ANY(%(registrations)s)"))
    rows = _rows(
        _with_caps(totals) + " ORDER BY r.registration_id, r.year, r.activity_type_id",
        {"registrations": list(registrations)},
    )
    found: dict[int, list[TypeTotal]] = {}
    for row in rows:
        found.setdefault(row["registration_id"], []).append(_type_total(row))
    return {key: Standing(tuple(totals)) for key, totals in found.items()}


def totals_of_everyone_sql() -> str:
    """One row per registration and year with `raw` and `counted`; for lists and year-end work."""
    return f"""
        SELECT registration_id, year, SUM(raw) AS raw, SUM(counted) AS counted
        FROM ({totals_sql(CREDITS.format(scope="true"))}) t
        GROUP BY registration_id, year
    """


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
    rows = [_entry(row) for row in _rows(_with_caps(ledger_sql(HYPOTHETICAL)), values)]
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


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        activity_id=row["activity_id"],
        year=row["year"],
        activity_type_id=row["activity_type_id"],
        completed_on=row["completed_on"],
        raw=row["points"],
        counted=row["counted"],
        before=row["before"],
        cap=row["cap"],
        enforced=row["strictness"] == "enforced",
    )


def _type_total(row: dict[str, Any]) -> TypeTotal:
    return TypeTotal(
        year=row["year"],
        activity_type_id=row["activity_type_id"],
        raw=row["raw"],
        counted=row["counted"],
        cap=row["cap"],
        enforced=row["strictness"] == "enforced",
    )
