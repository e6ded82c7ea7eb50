"""Carrying entries over to other rules: what they would count there, and the move itself.

An entry finds its place by the keys of its type and rate, which stay the same from version to
version. It is done by sets, for one registration or for a hundred thousand: the same statements
tell what would change and change it, and points are added up by `activities.points` alone.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from activities import points
from activities.log import UNDO_DAYS
from activities.points import worth_sql
from registrations.models import Event, Registration, Rules

# Whose rules may change: decisions taken keep the figures they were taken on.
MOVABLE = (Registration.Status.SUBMITTED, Registration.Status.ACTIVE)

PEOPLE = """
    SELECT id, rules_id, starts_on FROM registrations_registration
    WHERE status IN ('submitted', 'active') AND rules_id <> %(rules)s AND {scope}
"""

# Every rate of the program's versions, with the one of the same keys in the new rules. Hours need
# not be looked up where the points tell them: what was hours x rate is divided by it again.
RATES = """
    SELECT was.id AS old_id, r.id, r.activity_type_id, r.per_hour, r.fixed, r.step, r.least,
           t.needs_outcome, r.changed, was.per_hour AS divisor,
           r.changed AND NOT tells AS looks_up,
           t.needs_outcome IS DISTINCT FROM old.needs_outcome AS outcome_changed
    FROM registrations_rate was
    JOIN registrations_activitytype old ON old.id = was.activity_type_id
    JOIN registrations_rules version ON version.id = old.rules_id
     AND version.program_id = (SELECT program_id FROM registrations_rules WHERE id = %(rules)s)
    LEFT JOIN registrations_activitytype t ON t.rules_id = %(rules)s AND t.key = old.key
    CROSS JOIN LATERAL (
        SELECT was.per_hour IS NOT NULL AND was.step IS NULL AND was.least IS NULL AS tells
    ) told
    LEFT JOIN LATERAL (
        SELECT r.*, (r.per_hour, r.fixed, r.step, r.least)
                    IS DISTINCT FROM (was.per_hour, was.fixed, was.step, was.least) AS changed
        FROM registrations_rate r WHERE r.activity_type_id = t.id AND r.key = was.key
    ) r ON true
"""


def _points(hours: str) -> str:
    """Render the raw points of an entry `c` at its new rate `r`."""
    return f"CASE WHEN r.changed THEN {worth_sql(hours)} ELSE c.points END"


# Only what hangs on the outcome (P8) is looked at anew; planned and deleted ones stay that.
STATE = """
    CASE WHEN NOT r.outcome_changed OR c.state IN ('planned', 'deleted') THEN c.state
         WHEN r.needs_outcome AND btrim(a.outcome) = '' THEN 'no_outcome'
         WHEN c.disallowed THEN 'disallowed'
         ELSE 'counts' END
"""

# What counts under the new rules, as `points` reads credits: most entries without their activity.
CARRIED = f"""
    SELECT c.registration_id, c.year, r.activity_type_id, c.completed_on, c.activity_id,
           {_points("round(c.points / r.divisor, 2)")} AS points
    FROM activities_credit c
    JOIN rates r ON r.old_id = c.rate_id AND r.id IS NOT NULL
     AND NOT r.looks_up AND NOT r.outcome_changed
    WHERE c.state = 'counts' AND c.registration_id IN (SELECT id FROM people)
    UNION ALL
    SELECT c.registration_id, c.year, r.activity_type_id, c.completed_on, c.activity_id,
           COALESCE({_points("a.hours")}, 0)
    FROM activities_credit c
    JOIN rates r ON r.old_id = c.rate_id AND r.id IS NOT NULL
     AND (r.looks_up OR r.outcome_changed)
    JOIN activities_activity a ON a.id = c.activity_id
    WHERE c.registration_id IN (SELECT id FROM people) AND ({STATE}) = 'counts'
"""

# Why a registration can't be moved. What was deleted and can't be brought back is in nobody's way.
STUCK = f"""
    SELECT registration_id, min(why) AS why
    FROM (
        SELECT c.registration_id, CASE WHEN r.id IS NULL THEN 'type' ELSE 'hours' END AS why
        FROM activities_credit c
        JOIN rates r ON r.old_id = c.rate_id AND (r.id IS NULL OR r.looks_up)
        JOIN activities_activity a ON a.id = c.activity_id
        WHERE c.registration_id IN (SELECT id FROM people)
          AND (r.id IS NULL OR a.hours IS NULL AND r.per_hour IS NOT NULL)
          AND (c.state <> 'deleted' OR c.deleted_at >= now() - interval '{UNDO_DAYS} days')
        UNION ALL
        SELECT p.id, 'years'
        FROM people p
        JOIN registrations_rules was ON was.id = p.rules_id
        JOIN registrations_rules r ON r.id = %(rules)s
         AND (r.year_month, r.year_day) IS DISTINCT FROM (was.year_month, was.year_day)
        WHERE p.starts_on IS NOT NULL
    ) reasons
    GROUP BY registration_id
"""


def effects_sql(scope: str, *, layered: bool) -> str:
    """Render what the rules %(rules)s do to registrations that count under others.

    `layered` is what these rules are (`Rules.layered`), `scope` a condition on registrations. One
    row for each that changes or can't be moved: `registration_id`, counted points `before` and
    `after`, `falls`, and `stuck`, which is empty or says why.
    """
    mine = "registration_id IN (SELECT id FROM people)"
    return f"""
        WITH people AS MATERIALIZED ({PEOPLE.format(scope=scope)}),
        rates AS MATERIALIZED ({RATES}),
        stuck AS MATERIALIZED ({STUCK}),
        years AS (
            SELECT registration_id, year, SUM(before) AS before, SUM(after) AS after
            FROM (
                SELECT registration_id, year, counted AS before, 0 AS after
                FROM ({points.totals_where_sql(mine)}) was
                UNION ALL
                SELECT registration_id, year, 0, counted
                FROM ({points.totals_sql(CARRIED, layered=layered)}) becomes
            ) sides
            GROUP BY registration_id, year
        ), cycles AS (
            SELECT registration_id, SUM(before) AS before, SUM(after) AS after,
                   bool_or(before <> after) AS differs
            FROM years GROUP BY registration_id
        ), judged AS (
            SELECT p.id AS registration_id, COALESCE(c.before, 0) AS before,
                   COALESCE(c.after, 0) AS after, COALESCE(c.differs, false) AS differs,
                   COALESCE(c.before, 0) >= COALESCE(needed.points, 0) AS had,
                   COALESCE(c.after, 0) >= COALESCE(needs.points, 0) AS has,
                   COALESCE(stuck.why, '') AS stuck
            FROM people p
            LEFT JOIN cycles c ON c.registration_id = p.id
            LEFT JOIN stuck ON stuck.registration_id = p.id
            LEFT JOIN registrations_requirement needed ON needed.rules_id = p.rules_id
             AND needed.per = 'cycle' AND needed.group_id IS NULL
            LEFT JOIN registrations_requirement needs ON needs.rules_id = %(rules)s
             AND needs.per = 'cycle' AND needs.group_id IS NULL
        )
        SELECT registration_id, before, CASE WHEN stuck = '' THEN after ELSE before END AS after,
               stuck = '' AND had AND NOT has AS falls, stuck
        FROM judged
        WHERE differs OR had <> has OR stuck <> ''
    """


CARRY = f"""
    WITH people AS MATERIALIZED ({PEOPLE.format(scope="id = ANY(%(registrations)s)")}),
    rates AS MATERIALIZED ({RATES})
    UPDATE activities_credit c
    SET rate_id = r.id, activity_type_id = r.activity_type_id,
        points = COALESCE({_points("a.hours")}, c.points), state = {STATE}
    FROM rates r, activities_activity a
    WHERE r.old_id = c.rate_id AND r.id IS NOT NULL AND a.id = c.activity_id
      AND c.registration_id IN (SELECT id FROM people)
"""
# Read with rates of the former version, and answered with them: such a file is uploaded again.
# Nothing of it is kept, as with any other that is dropped.
DROP_IMPORTS = """
    UPDATE activities_import
    SET state = 'dropped', rows = '[]', content = NULL, layout = layout - 'samples'
    WHERE state = 'open' AND registration_id = ANY(%(registrations)s)
"""
EVENTS = """
    INSERT INTO registrations_event
        (registration_id, at, actor_id, role, kind, from_status, to_status, reason, details,
         address, request_id)
    SELECT p.id, now(), %(actor)s, %(role)s, %(kind)s, '', '', %(reason)s,
           jsonb_strip_nulls(jsonb_build_object(
               'from', was.version, 'to', becomes.version,
               'before', e.before::text, 'after', e.after::text
           )),
           %(address)s, %(request_id)s
    FROM registrations_registration p
    JOIN registrations_rules was ON was.id = p.rules_id
    JOIN registrations_rules becomes ON becomes.id = %(rules)s
    LEFT JOIN activities_effect e ON e.rehearsal_id = %(rehearsal)s AND e.registration_id = p.id
    WHERE p.id = ANY(%(registrations)s)
    ORDER BY p.id
"""
MOVE = """
    UPDATE registrations_registration SET rules_id = %(rules)s WHERE id = ANY(%(registrations)s)
"""


def carry(registrations: Sequence[int], rules: Rules, *, rehearsal: int, event: Event) -> None:
    """Let registrations, which are locked, count under other rules from now on.

    `event` is written into the history of each, with what `rehearsal` says of it.
    """
    values: dict[str, Any] = {
        "registrations": list(registrations),
        "rules": rules.pk,
        "rehearsal": rehearsal,
        "actor": event.actor_id,
        "role": event.role,
        "kind": event.kind,
        "reason": event.reason,
        "address": event.address,
        "request_id": event.request_id,
    }
    with connection.cursor() as cursor:
        for statement in (CARRY, DROP_IMPORTS, EVENTS, MOVE):
            cursor.execute(statement, values)
