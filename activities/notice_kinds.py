"""What a record owes its owner by itself (domain section 7): pace, nudges, audits."""

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from activities import audit, due_years, questions
from activities.models import Audit
from activities.yearend import owed as owed
from registrations import notices
from registrations.models import CycleChange

NUDGE = "nudge"
SILENT_DAYS = 90
MOST_NUDGES = 4  # in a row: a year of silence is an answer


def leaves() -> str:
    """Return the leaves in force as SQL."""
    found = CycleChange.objects.in_force().filter(kind=CycleChange.Kind.LEAVE)
    return notices.as_sql(found.values("registration_id", "first_day", "last_day"))


# Months of a year stand still during a leave that begins in it, as the year itself does (C1).
PAUSED = """
    leaves AS MATERIALIZED ({leaves}),
    paused AS (
        SELECT y.registration_id, y.number, m.months,
               SUM(l.last_day - l.first_day + 1)::int AS in_year,
               SUM(l.last_day - l.first_day + 1) FILTER (
                   WHERE l.first_day < y.starts_on + make_interval(months => m.months)
               )::int AS before
        FROM leaves l
        JOIN registrations_programyear y ON y.registration_id = l.registration_id
         AND l.first_day BETWEEN y.starts_on AND y.ends_on
        CROSS JOIN (VALUES (6), (9)) m (months)
        GROUP BY y.registration_id, y.number, m.months
    ),
"""

# A month is time enough to hear of it, and from 60 days before the end the year's end is the word:
# the last day for this is a week before that.
LAST = 68
# Of the last year, month 9 is the day of the cycle's own first mail, 90 days before the end.
CYCLE_DAYS = 97
MARKS = f"""
    SELECT r.id, r.person_id, r.rules_id, y.number AS year, y.starts_on, y.ends_on,
           q.points AS needed, q.strictness, m.months, t.today, d.due_on,
           LEAST(d.due_on + 29, y.ends_on - {LAST}) AS until, t.mark - y.starts_on AS gone,
           y.ends_on - y.starts_on + 1 - COALESCE(p.in_year, 0) AS length
    FROM registrations_registration r
    JOIN registrations_program g ON g.id = r.program_id
    {due_years.ASKED_OF_A_YEAR}
    CROSS JOIN (VALUES (6), (9)) m (months)
    LEFT JOIN paused p
      ON p.registration_id = r.id AND p.number = y.number AND p.months = m.months
    CROSS JOIN LATERAL (
        SELECT {due_years.TODAY} AS today,
               (y.starts_on + make_interval(months => m.months))::date AS mark
    ) t
    CROSS JOIN LATERAL (SELECT (t.mark + COALESCE(p.before, 0))::date AS due_on) d
    WHERE r.status = 'active' AND {{scope}}
      AND (%(now)s)::date BETWEEN y.starts_on + 150 AND y.ends_on
      AND t.today BETWEEN d.due_on AND LEAST(d.due_on + 29, y.ends_on - {LAST})
      AND NOT (d.due_on >= y.ends_on - {CYCLE_DAYS} AND {due_years.TOLD_WITH_THE_CYCLE})
      AND NOT EXISTS (
          SELECT FROM leaves l
          WHERE l.registration_id = r.id AND t.today BETWEEN l.first_day AND l.last_day
      )
"""

# Judged by what a steady pace has on the day of the mark, so that nobody who was on pace then is
# told of it a week later.
BEHIND = f"""
    SELECT s.person_id, s.id AS registration_id, s.ends_on || ':' || s.months AS occasion, s.today,
           s.due_on, s.until,
           {due_years.FACTS} || jsonb_build_object('months', s.months::text) AS facts
    FROM standing s
    WHERE s.has * s.length < s.needed * s.gone
"""


def pace() -> str:
    """At month 6 and 9 of each program year that is heading below what it needs (P3)."""
    return due_years.with_points(MARKS, BEHIND, beside=PAUSED.format(leaves=leaves()))


# Quarter by quarter of silence, whoever it is that has a record to fill, from the day on which it
# was opened (E4). Not beside other mail, nor in the week before a day on which there may be some:
# whoever never adds anything would be told twice around months 6 and 9.
OTHER_DAYS = """
    (y.starts_on + make_interval(months => 6)), (y.starts_on + make_interval(months => 9)),
    (y.ends_on - 90), (y.ends_on - 60), (y.ends_on - 30), (y.ends_on - 7), (y.ends_on + 1)
"""
NUDGES = f"""
    SELECT s.person_id, s.id AS registration_id, d.due_on::text AS occasion, s.today, d.due_on,
           d.due_on + 29 AS until,
           jsonb_build_object('since', s.since::text) AS facts
    FROM (
        SELECT r.id, r.person_id, t.today, t.since, (t.today - t.since) / {SILENT_DAYS} AS turn
        FROM registrations_registration r
        JOIN registrations_program g ON g.id = r.program_id
        CROSS JOIN LATERAL (
            SELECT {due_years.TODAY} AS today, GREATEST(r.starts_on, ((
                SELECT max(a.created_at) FROM activities_activity a WHERE a.person_id = r.person_id
            ) AT TIME ZONE g.time_zone)::date) AS since
        ) t
        WHERE r.status = 'active' AND r.starts_on <= (%(now)s)::date - {SILENT_DAYS - 1}
          AND (r.ends_on IS NULL OR r.ends_on >= t.today) AND {{scope}}
    ) s
    CROSS JOIN LATERAL (SELECT s.since + s.turn * {SILENT_DAYS} AS due_on) d
    WHERE s.turn BETWEEN 1 AND {MOST_NUDGES}
      AND NOT EXISTS (
          SELECT FROM registrations_notice n
          WHERE n.registration_id = s.id AND n.kind <> '{NUDGE}'
            AND n.state IN ('waiting', 'written')
            AND n.decided_at > %(now)s - interval '30 days'
      )
      AND NOT EXISTS (
          SELECT FROM registrations_programyear y
          CROSS JOIN LATERAL (VALUES {OTHER_DAYS}) other (day)
          WHERE y.registration_id = s.id AND other.day::date BETWEEN s.today + 1 AND s.today + 6
      )
      AND NOT EXISTS (
          SELECT FROM registrations_event e
          WHERE e.registration_id = s.id AND e.kind = 'approve'
            AND e.at > %(now)s - interval '{SILENT_DAYS} days'
      )
      AND NOT EXISTS (
          SELECT FROM ({{leaves}}) l
          WHERE l.registration_id = s.id AND s.today BETWEEN l.first_day AND l.last_day
      )
"""


def nudges() -> str:
    """Once a quarter, to those who add nothing for 90 days, for a year at the most."""
    return NUDGES.replace("{leaves}", leaves())


def audits() -> str:
    """In the last week for evidence, if some is still missing; never right after the draw (C2)."""
    asked = Audit.objects.filter(state=Audit.State.ASKED).values("registration")
    lacking = audit.without_evidence(asked).order_by().values("registration")
    lacking = lacking.annotate(missing=Count("pk"))
    return f"""
        SELECT r.person_id, r.id AS registration_id, w.evidence_until || ':7' AS occasion,
               {due_years.TODAY} AS today,
               GREATEST(w.evidence_until - 7, (w.drawn_at AT TIME ZONE g.time_zone)::date + 2)
                   AS due_on,
               w.evidence_until AS until,
               jsonb_build_object(
                   'evidence_until', w.evidence_until::text, 'missing', m.missing::text
               ) AS facts
        FROM ({notices.as_sql(lacking)}) m
        JOIN activities_audit a ON a.registration_id = m.registration AND a.state = 'asked'
        JOIN activities_auditdraw w ON w.id = a.draw_id
        JOIN registrations_registration r ON r.id = a.registration_id
        JOIN registrations_program g ON g.id = r.program_id
        WHERE r.status IN ({", ".join(f"'{status}'" for status in questions.REVIEWABLE)})
          AND {{scope}}
    """


notices.kind(
    "pace",
    _("Pace of the year"),
    rows=pace,
    is_reminder=True,
    description=_("After six and nine months of a program year that is behind."),
)
notices.kind(
    NUDGE,
    _("Nothing logged for a while"),
    rows=nudges,
    is_reminder=True,
    description=_("After a quarter of a year in which nothing was logged."),
)
notices.kind(
    "audit_due",
    _("Evidence due for an audit"),
    rows=audits,
    description=_("7 days before the evidence for an audit is due, while some is missing."),
)
