"""The points rule as SQL: one list of caps, rendered for entries and for totals.

A cap is a set of columns and a limit. As a running window over these columns, in the order of P6,
it says what of each entry still fits. Where each cap is of one type in one year, nested sums give
the same totals and are cheaper; where caps reach further (`Rules.layered`), which type fills a
group first depends on the order of the entries, so totals are the ledger added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registrations.models import Rules
from registrations.worth import worth_sql


@dataclass(frozen=True)
class Layer:
    """One kind of cap: what it is `over`, `per` year or cycle, and the columns that share it."""

    over: str
    per: str
    columns: tuple[str, ...]

    @property
    def key(self) -> str:
        """The column of what is capped: the type, or the group that the type is in."""
        return self.columns[-1]

    @property
    def join(self) -> str:
        """The column of a cap's row that names what it is over."""
        return "activity_type_id" if self.over == "type" else "group_id"


# P2: at most so much per activity type in one program year. Each later layer is filled by what the
# earlier ones let through.
YEARLY = Layer("type", "year", ("registration_id", "year", "activity_type_id"))
LAYERS = (
    YEARLY,
    Layer("type", "cycle", ("registration_id", "activity_type_id")),
    Layer("group", "year", ("registration_id", "year", "group_id")),
    Layer("group", "cycle", ("registration_id", "group_id")),
)


def layers_of(layered: bool) -> Sequence[Layer]:
    """Return the layers that rules need: all, or that of a type in a year alone."""
    return LAYERS if layered else (YEARLY,)


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

LAYERED_RULES = """
    SELECT g.id FROM registrations_registration g
    JOIN registrations_rules s ON s.id = g.rules_id AND s.layered
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


def ledger_sql(credits: str, *, layered: bool = False) -> str:
    """Render the caps as running windows: raw and counted points of each entry.

    `before_1` and `counted_1` are what the first layer was offered before, and what it lets in of
    this entry; so for each layer. `counted` is what the last one leaves.
    """
    layers = layers_of(layered)
    kept = ["registration_id", "year", "activity_type_id", "completed_on", "activity_id", "points"]
    source = f"SELECT c.*, c.points AS counted_0 FROM ({credits}) c"
    if layered:
        source = f"""
            SELECT c.*, c.points AS counted_0, {_GROUPS}[c.activity_type_id] AS group_id
            FROM ({credits}) c
        """
        kept.append("group_id")
    kept.append("counted_0")
    for place, layer in enumerate(layers, start=1):
        source = _filled(source, layer, place, kept)
        kept += [f"before_{place}", f"counted_{place}"]
    return f"SELECT l.*, l.counted_{len(layers)} AS counted FROM ({source}) l"


def _filled(source: str, layer: Layer, place: int, kept: Sequence[str]) -> str:
    """Render one layer as a window: what of each entry still fits under its limit."""
    columns = ", ".join(f"e.{column}" for column in kept)
    partition = ", ".join(f"e.{column}" for column in layer.columns)
    given, filled = f"e.counted_{place - 1}", f"e.filled_{place}"
    return f"""
        SELECT {columns}, {filled} - {given} AS before_{place},
               GREATEST(0, LEAST(
                   {given}, {_most(layer)}[e.{layer.key}] - ({filled} - {given})
               )) AS counted_{place}
        FROM (
            SELECT e.*, SUM({given}) OVER fill AS filled_{place}
            FROM ({source}) e
            WINDOW fill AS (PARTITION BY {partition} ORDER BY e.completed_on, e.activity_id)
        ) e
    """


def totals_sql(credits: str, *, layered: bool = False) -> str:
    """Render the caps as totals: raw and counted points per registration, year and type."""
    columns = ", ".join(YEARLY.columns)
    if layered:
        return f"""
            SELECT {columns}, SUM(points) AS raw, SUM(counted) AS counted
            FROM ({ledger_sql(credits, layered=True)}) ledger GROUP BY {columns}
        """
    return f"""
        SELECT s.registration_id, s.year, s.activity_type_id, s.raw,
               LEAST(s.raw, {_most(YEARLY)}[s.activity_type_id]) AS counted
        FROM (SELECT {columns}, SUM(points) AS raw FROM ({credits}) c GROUP BY {columns}) s
    """


def totals_where_sql(scope: str) -> str:
    """Render the totals of the registrations that `scope` keeps, a condition on `registration_id`.

    Whatever rules they count under: those with caps that reach further are added up apart. Where no
    rules have such caps, which one small query tells, the sums of everybody are read in one go.
    """
    plain = CREDITS.format(scope=scope)
    if not Rules.objects.filter(layered=True).exists():
        return totals_sql(plain)
    return totals_of_both_sql(scope)


def totals_of_both_sql(scope: str) -> str:
    """Render the totals of a few registrations without asking before which rules they have."""
    plain = CREDITS.format(scope=f"{scope} AND registration_id NOT IN ({LAYERED_RULES})")
    further = CREDITS.format(scope=f"{scope} AND registration_id IN ({LAYERED_RULES})")
    return f"{totals_sql(plain)} UNION ALL {totals_sql(further, layered=True)}"


def with_caps(rows: str, *, layered: bool = False) -> str:
    """Put the caps of each layer beside the rows of a ledger, for those few that are shown."""
    found, joins = ["r.*"], []
    for place, layer in enumerate(layers_of(layered), start=1):
        found.append(f"l{place}.points AS cap_{place}, l{place}.strictness AS strictness_{place}")
        joins.append(
            f"LEFT JOIN registrations_cap l{place} ON l{place}.{layer.join} = r.{layer.key}"
            f" AND l{place}.per = '{layer.per}'"
        )
    return f"SELECT {', '.join(found)} FROM ({rows}) r {' '.join(joins)}"


def brought_sql(years: str) -> str:
    """Render what each year brings into the next: `registration_id`, `year`, `brought`.

    `years` has registration_id, year and counted. The excess of a year over what the year needs, at
    most the requirement's `carry`, and never points that were brought themselves: they go one year
    far. Without such a requirement there are no rows.
    """
    return f"""
        WITH RECURSIVE own AS ({years}), carrying AS (
            SELECT g.id AS registration_id, q.points AS needed, q.carry
            FROM registrations_registration g
            JOIN registrations_requirement q
              ON q.rules_id = g.rules_id AND q.per = 'year' AND q.group_id IS NULL
             AND q.carry IS NOT NULL
            WHERE g.id IN (SELECT registration_id FROM own)
        ), shelves AS (
            SELECT c.registration_id, c.needed, c.carry, y.number AS year,
                   COALESCE(own.counted, 0) AS counted
            FROM carrying c
            JOIN registrations_programyear y ON y.registration_id = c.registration_id
            LEFT JOIN own ON own.registration_id = c.registration_id AND own.year = y.number
        ), carried AS (
            SELECT shelves.*, 0::numeric AS brought FROM shelves WHERE year = 1
            UNION ALL
            SELECT s.*, LEAST(p.carry, p.counted, GREATEST(0, p.counted + p.brought - p.needed))
            FROM carried p
            JOIN shelves s ON s.registration_id = p.registration_id AND s.year = p.year + 1
        )
        SELECT registration_id, year, brought FROM carried WHERE brought > 0
    """


# The group of each type, as an array by its id.
_GROUPS = """(
    SELECT array_agg(t.group_id ORDER BY type_id)
    FROM generate_series(1, (SELECT max(id) FROM registrations_activitytype)) type_id
    LEFT JOIN registrations_activitytype t ON t.id = type_id
)"""


def _most(layer: Layer) -> str:
    """What each type or group lets count, as an array by its id: read once a query.

    Joined to every row instead, the caps make the totals of everybody a third dearer. Only an
    enforced cap limits; LEAST ignores the null of an advised or absent one.
    """
    return f"""(
        SELECT array_agg(l.points ORDER BY key)
        FROM generate_series(1, (SELECT max({layer.join}) FROM registrations_cap)) key
        LEFT JOIN registrations_cap l ON l.{layer.join} = key
         AND l.per = '{layer.per}' AND l.strictness = 'enforced'
    )"""
