"""What the end of a year and of a cycle owes people by itself (domain section 7).

A kind's ranges of days never overlap, and one ends a week before the next begins: whoever missed
the earlier mail gets the later one alone, and nobody two within a week. Occasions name the day that
they are about, so an extension or a leave makes new ones.
"""

from django.utils.translation import gettext_lazy as _

from activities import due_years
from certificates.completion.days import DAYS_FROM_WARNING, LATE, WARNING, with_days
from certificates.completion.findings import TOTALS
from registrations import notices
from registrations.models import Registration

TODAY = due_years.TODAY

# 60, 30 and 7 days before; of these, a cycle's last weeks have the first alone.
YEAR_ENDS = f"""
    SELECT r.id, r.person_id, r.rules_id, y.number AS year, y.starts_on, y.ends_on,
           q.points AS needed, q.strictness, d.days, {TODAY} AS today,
           y.ends_on - d.days AS due_on, y.ends_on - d.last AS until
    FROM registrations_registration r
    JOIN registrations_program g ON g.id = r.program_id
    {due_years.ASKED_OF_A_YEAR}
    CROSS JOIN (VALUES (60, 38), (30, 15), (7, 0)) d (days, last)
    WHERE r.status = 'active' AND {{scope}}
      AND y.ends_on BETWEEN (%(now)s)::date - 1 AND (%(now)s)::date + 61
      AND {TODAY} BETWEEN y.ends_on - d.days AND y.ends_on - d.last
      AND NOT (d.days <= 30 AND {due_years.TOLD_WITH_THE_CYCLE})
"""
BELOW = f"""
    SELECT s.person_id, s.id AS registration_id, s.ends_on || ':' || s.days AS occasion, s.today,
           s.due_on, s.until, {due_years.FACTS} AS facts
    FROM standing s
    WHERE s.has < s.needed
"""

# Of whom a record is expected at the end: those whose program has a total to reach (P1). A year's
# minimum stands beside it where there is one. No year ends after the last one: an inequality lets
# PostgreSQL guess how many there are.
CYCLES = f"""
    SELECT r.id, r.person_id, y.number AS year, r.ends_on, t.points AS needed, q.points AS yearly,
           q.strictness, g.early_completion AS early, {TODAY} AS today, {{columns}}
    FROM registrations_registration r
    JOIN registrations_program g ON g.id = r.program_id
    JOIN ({{totals}}) t ON t.rules_id = r.rules_id
    JOIN registrations_programyear y ON y.registration_id = r.id AND y.ends_on >= r.ends_on
    LEFT JOIN registrations_requirement q
      ON q.rules_id = r.rules_id AND q.per = 'year' AND q.group_id IS NULL
    {{ranges}}
    WHERE r.status = 'active' AND {{scope}} AND {{when}}
"""
# The time for turning in is looked up of those alone who hear of it.
TOLD = """
    SELECT s.person_id, s.id AS registration_id, s.occasion, s.today, s.due_on, s.until,
           jsonb_build_object(
               'total', s.total::text, 'needed', s.needed::text, 'ends_on', s.ends_on::text,
               'turn_in_until', {turn_in_until}::text, 'early', s.early::text,
               'year', s.year::text, 'has', s.has::text, 'yearly', COALESCE(s.yearly, 0)::text,
               'strictness', s.strictness
           ) AS facts
    FROM standing s
    JOIN ({days}) k ON k.pk = s.id
    WHERE {condition}
"""


def year_ends() -> str:
    """Before the end of a program year that is below what it needs (P3)."""
    return due_years.with_points(YEAR_ENDS, BELOW)


def cycle_ends() -> str:
    """90, 30 and 7 days before a cycle's end, with the total reached or not (C1).

    Whoever was told in these days that it is reached knows how to turn in.
    """
    due = _cycles(
        columns="""r.ends_on || ':' || d.days AS occasion, r.ends_on - d.days AS due_on,
           r.ends_on - d.last AS until""",
        ranges="CROSS JOIN (VALUES (90, 68), (30, 15), (7, 0)) d (days, last)",
        when=f"""r.ends_on BETWEEN (%(now)s)::date - 1 AND (%(now)s)::date + 91
          AND {TODAY} BETWEEN r.ends_on - d.days AND r.ends_on - d.last
          AND NOT EXISTS (
              SELECT FROM registrations_notice n
              WHERE n.registration_id = r.id AND n.kind = 'ready'
                AND n.state IN ('waiting', 'written')
                AND n.decided_at > %(now)s - interval '6 days'
          )""",
    )
    return due_years.with_points(due, _told())


def grace_ends() -> str:
    """When the grace period begins, in its last week, and late to those whom nobody told (C1).

    So are those who had less than a week from their first word, as on the first night of all.

    Up to two weeks are told of at their beginning alone. What was sent back has its own time, which
    that letter says; the last week is told then too.
    """
    due = _cycles(
        columns="k.grace_until || ':' || d.name AS occasion, d.due_on, d.until, d.name",
        ranges=f"""JOIN ({_days()}) k ON k.pk = r.id
        CROSS JOIN LATERAL (VALUES
            ('start', r.ends_on + 1,
             k.grace_until - CASE WHEN g.grace_days > 15 THEN 15 ELSE 0 END),
            ('7', GREATEST(k.grace_until - 7, r.ends_on + 1), k.grace_until),
            ('{LATE}', k.grace_until + 1, {TODAY} + {DAYS_FROM_WARNING})
        ) d (name, due_on, until)""",
        when=f"""r.ends_on < (%(now)s)::date + 1 AND {TODAY} BETWEEN d.due_on AND d.until
          AND (d.name <> 'start' OR k.grace_until = r.ends_on + g.grace_days)
          AND (d.name <> '7' OR g.grace_days > 15 OR k.grace_until > r.ends_on + g.grace_days)
          AND (d.name <> '{LATE}' OR NOT EXISTS (
              SELECT FROM registrations_notice n
              WHERE n.registration_id = r.id AND n.kind = '{WARNING}' AND n.state = 'written'
                AND (n.occasion = k.grace_until || ':start'
                     OR n.occasion = k.grace_until || ':7'
                    AND (n.written_at AT TIME ZONE g.time_zone)::date <= k.grace_until - 7)
          ))""",
    )
    until = f"CASE s.name WHEN '{LATE}' THEN GREATEST(k.until, s.until) ELSE k.until END"
    return due_years.with_points(due, _told(turn_in_until=until))


def reached() -> str:
    """Once a cycle, when the counted points first reach what it needs (P1).

    The points of those who were told already, be it by the cycle's mail, aren't added up each time.
    """
    due = _cycles(
        columns="r.starts_on::text AS occasion, r.starts_on AS due_on, r.ends_on AS until",
        ranges="",
        when=f"""r.ends_on >= (%(now)s)::date - 1 AND NOT EXISTS (
              SELECT FROM registrations_notice n
              WHERE n.registration_id = r.id
                AND (n.kind = 'ready' AND n.state = 'written'
                     OR n.kind = '{due_years.CYCLE_ENDING}' AND n.state IN ('waiting', 'written')
                    AND (n.facts ->> 'total')::numeric >= (n.facts ->> 'needed')::numeric)
          )""",
    )
    return due_years.with_points(due, _told(condition="s.total >= s.needed"))


# The program alone lapses a registration (domain section 6).
LAPSED = f"""
    SELECT r.person_id, r.id AS registration_id, e.on_day::text AS occasion, {TODAY} AS today,
           e.on_day AS due_on, e.on_day + 30 AS until,
           jsonb_build_object('ends_on', r.ends_on::text) AS facts
    FROM registrations_registration r
    JOIN registrations_program g ON g.id = r.program_id
    CROSS JOIN LATERAL (
        SELECT (e.at AT TIME ZONE g.time_zone)::date AS on_day FROM registrations_event e
        WHERE e.registration_id = r.id AND e.kind = 'lapse' ORDER BY e.id DESC LIMIT 1
    ) e
    WHERE r.status = 'lapsed' AND {{scope}}
"""


def _cycles(*, columns: str, ranges: str, when: str) -> str:
    totals = _totals()
    return CYCLES.format(columns=columns, ranges=ranges, when=when, totals=totals, scope="{scope}")


def _told(*, turn_in_until: str = "k.until", condition: str = "true") -> str:
    return TOLD.format(turn_in_until=turn_in_until, condition=condition, days=_days())


def _totals() -> str:
    return notices.as_sql(TOTALS.values("rules_id", "points"))


def _days() -> str:
    ending = Registration.objects.filter(status=Registration.Status.ACTIVE, ends_on__isnull=False)
    days = with_days(ending).values("pk", "grace_until", "until")  # type: ignore[misc]
    return notices.as_sql(days)


notices.kind(
    "year_end_coming",
    _("Year end coming"),
    rows=year_ends,
    is_reminder=True,
    description=_("60, 30 and 7 days before the end of a program year that lacks points."),
)
notices.kind(
    due_years.CYCLE_ENDING,
    _("Cycle ending"),
    rows=cycle_ends,
    is_reminder=True,
    description=_("90, 30 and 7 days before the program ends."),
)
notices.kind(
    WARNING,
    _("Grace period ending"),
    rows=grace_ends,
    description=_(
        "When the program has ended and the record isn’t turned in, and a week before the last day."
    ),
)
notices.kind(
    "ready",
    _("Total reached"),
    rows=reached,
    is_reminder=True,
    description=_("Once, when the total is reached."),
)
notices.kind(
    "registration_lapsed",
    _("Registration lapsed"),
    rows=LAPSED,
    description=_("When a registration has lapsed, as its record was never turned in."),
)
