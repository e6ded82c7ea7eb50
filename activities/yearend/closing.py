"""Closing program years: one statement for everybody, which may run twice and late (H5).

A year is over once its last day is, where its program keeps its calendar (G10). Only what counts up
to that day goes into its result: closed weeks later it is the same.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from activities import points
from cec import work
from registrations.models import Registration

ALONE = "activities.yearend"
# Sums of everybody that spill to disk take twice the time. So do those that PostgreSQL hashes, as
# it would with so much memory, instead of reading them in the order of the index.
MEMORY = "SET LOCAL work_mem = '128MB'; SET LOCAL enable_hashagg = off"
MOST = 100_000  # years that one statement closes: the first run of all may find many more

MANY = 4  # from a quarter of all on, one pass is cheaper than looking each of them up

OF_DUE = "registration_id IN (SELECT registration_id FROM due)"

_DUE = """
    SELECT y.registration_id, y.number, y.starts_on, y.ends_on, r.rules_id
    FROM registrations_programyear y
    JOIN registrations_registration r ON r.id = y.registration_id
    JOIN registrations_program g ON g.id = r.program_id
    WHERE r.status = ANY(%(in_progress)s)
      AND y.ends_on < (%(now)s AT TIME ZONE g.time_zone)::date
      AND NOT EXISTS (
          SELECT FROM activities_yearresult x
          WHERE x.registration_id = y.registration_id AND x.number = y.number
            AND x.reopened_at IS NULL
      )
    ORDER BY y.registration_id, y.number
    LIMIT %(most)s
"""

_CLOSE = """
    WITH due AS MATERIALIZED (
        {due}
    ), types AS MATERIALIZED ({types}), carried AS MATERIALIZED ({carried}), standing AS (
        SELECT d.registration_id, d.number,
               SUM(t.raw) FILTER (WHERE t.year = d.number) AS raw,
               SUM(t.counted) FILTER (WHERE t.year = d.number) AS counted,
               SUM(t.counted) AS counted_so_far,
               jsonb_object_agg(k.key, jsonb_build_array(t.raw::text, t.counted::text))
                   FILTER (WHERE t.year = d.number) AS types
        FROM due d
        LEFT JOIN types t ON t.registration_id = d.registration_id AND t.year <= d.number
        LEFT JOIN registrations_activitytype k ON k.id = t.activity_type_id
        GROUP BY d.registration_id, d.number
    )
    INSERT INTO activities_yearresult
        (registration_id, number, edition, first_day, last_day, rules_version, raw, counted,
         brought, carried, needed, strictness, counted_so_far, cycle_needed, types, closed_at)
    SELECT d.registration_id, d.number,
           1 + COALESCE(former.editions, 0), d.starts_on, d.ends_on, rules.version,
           COALESCE(s.raw, 0), COALESCE(s.counted, 0),
           COALESCE(b.brought, 0), COALESCE(c.brought, 0), yearly.points,
           COALESCE(yearly.strictness, ''), COALESCE(s.counted_so_far, 0), cycle.points,
           COALESCE(s.types, '{{}}'), %(now)s
    FROM due d
    JOIN registrations_rules rules ON rules.id = d.rules_id
    JOIN standing s ON s.registration_id = d.registration_id AND s.number = d.number
    LEFT JOIN carried b ON b.registration_id = d.registration_id AND b.year = d.number
    LEFT JOIN carried c ON c.registration_id = d.registration_id AND c.year = d.number + 1
    LEFT JOIN (
        SELECT registration_id, number, max(edition) AS editions FROM activities_yearresult
        WHERE reopened_at IS NOT NULL GROUP BY registration_id, number
    ) former ON former.registration_id = d.registration_id AND former.number = d.number
    LEFT JOIN registrations_requirement yearly
      ON yearly.rules_id = d.rules_id AND yearly.per = 'year' AND yearly.group_id IS NULL
    LEFT JOIN registrations_requirement cycle
      ON cycle.rules_id = d.rules_id AND cycle.per = 'cycle' AND cycle.group_id IS NULL
    ORDER BY d.registration_id, d.number
    ON CONFLICT DO NOTHING
"""


def close_due(*, now: datetime | None = None) -> int:
    """Close every program year that is over and isn't closed; return how many there were."""
    moment, closed = now or timezone.now(), 0
    while some := _close_some(moment):
        closed += some
        if some < MOST:
            break
    return closed


@transaction.atomic
def _close_some(now: datetime) -> int:
    hold()
    values: dict[str, Any] = {"now": now, "in_progress": list(Registration.IN_PROGRESS)}
    values["most"] = MOST
    with connection.cursor() as cursor:
        cursor.execute(MEMORY)
        cursor.execute(f"SELECT count(*) FROM ({_DUE}) due", values)
        (due,) = cursor.fetchone()
        if due:
            cursor.execute(_statement(due), values)
        return int(due)


def _statement(due: int) -> str:
    """Render the closing: where many are due, everybody is read, in the order of the index."""
    some = due * MANY < Registration.objects.filter(status__in=Registration.IN_PROGRESS).count()
    return _CLOSE.format(
        due=_DUE,
        types=points.totals_where_sql(OF_DUE if some else "true"),
        carried=points.brought_sql(points.years_sql("SELECT * FROM types")),
    )


def hold() -> None:
    """Wait until nobody closes years or moves their days, and hold both until the commit.

    Whoever locks a registration too calls this before: closing looks at its rows at the end.
    """
    work.one_at_a_time(ALONE)
