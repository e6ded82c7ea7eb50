"""Points for those whom it is time to tell something: a kind's query over program years."""

from activities import points
from registrations import notices

TODAY = notices.TODAY


def with_points(due: str, rows: str, *, beside: str = "") -> str:
    """Render a kind's query (`registrations.notices`) over whatever `due` finds.

    `due` has at least `id`, of the registration, and `year`; only their points are added up. `rows`
    reads `standing`: the columns of `due` with what the year has `counted`, what was `brought` into
    it from the year before, both together as `has`, and `total`, what the cycle has counted.
    `beside` are further CTEs for `due`, each with a comma at its end.
    """
    totals = points.totals_where_sql("registration_id IN (SELECT id FROM due)")
    return f"""
        WITH {beside}
        due AS MATERIALIZED ({due}),
        years AS MATERIALIZED ({points.years_sql(totals)}),
        carried AS MATERIALIZED ({points.brought_sql("SELECT * FROM years")}),
        cycles AS (
            SELECT registration_id, SUM(counted) AS counted FROM years GROUP BY registration_id
        ),
        standing AS (
            SELECT due.*, COALESCE(y.counted, 0) AS counted, COALESCE(b.brought, 0) AS brought,
                   COALESCE(y.counted, 0) + COALESCE(b.brought, 0) AS has,
                   COALESCE(c.counted, 0) AS total
            FROM due
            LEFT JOIN years y ON y.registration_id = due.id AND y.year = due.year
            LEFT JOIN carried b ON b.registration_id = due.id AND b.year = due.year
            LEFT JOIN cycles c ON c.registration_id = due.id
        )
        {rows}
    """


# What a letter says of a year, and what it needs to reckon a pace (`activities.pace`).
FACTS = """jsonb_build_object(
    'year', s.year::text, 'starts_on', s.starts_on::text, 'ends_on', s.ends_on::text,
    'today', s.today::text, 'has', s.has::text, 'brought', s.brought::text,
    'needed', s.needed::text, 'strictness', s.strictness, 'per_hour', (
        SELECT min(x.per_hour)::text FROM registrations_rate x
        JOIN registrations_activitytype t ON t.id = x.activity_type_id
        WHERE t.rules_id = s.rules_id
    )
)"""

# A year of which rules want something, with what they want; `r` is the registration.
ASKED_OF_A_YEAR = """
    JOIN registrations_programyear y ON y.registration_id = r.id
    JOIN registrations_requirement q
      ON q.rules_id = r.rules_id AND q.per = 'year' AND q.group_id IS NULL
"""

# In a cycle's last months its own mail (`certificates.notice_kinds`) speaks of the year as well,
# wherever there is a total to reach (P1), and unless the person doesn't want it.
CYCLE_ENDING = "cycle_ending"
TOLD_WITH_THE_CYCLE = f"""(
    y.ends_on = r.ends_on
    AND EXISTS (
        SELECT FROM registrations_requirement w
        WHERE w.rules_id = r.rules_id AND w.per = 'cycle' AND w.group_id IS NULL
          AND w.strictness = 'required'
    )
    AND NOT EXISTS (
        SELECT FROM registrations_remindersoff o
        WHERE o.person_id = r.person_id AND o.kind = '{CYCLE_ENDING}'
    )
)"""
