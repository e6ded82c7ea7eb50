"""The mail that a closed year owes its person (domain section 7): one for each result."""

from django.utils.translation import gettext_lazy as _

from registrations import notices

MOST_DAYS = 45  # after that a result is no news; those of before this version are never sent

# A year that is closed anew counts from that day, not from its own last one.
RESULTS = f"""
    SELECT r.person_id, r.id AS registration_id, {notices.TODAY} AS today,
           y.number || CASE WHEN y.edition > 1 THEN '.' || y.edition ELSE '' END AS occasion,
           since.day AS due_on, since.day + {MOST_DAYS} AS until,
           jsonb_build_object(
               'number', y.number, 'edition', y.edition, 'rules_version', y.rules_version,
               'first_day', y.first_day, 'last_day', y.last_day,
               'raw', y.raw::text, 'counted', y.counted::text,
               'brought', y.brought::text, 'carried', y.carried::text,
               'needed', y.needed::text, 'strictness', y.strictness, 'reached', y.reached,
               'counted_so_far', y.counted_so_far::text, 'cycle_needed', y.cycle_needed::text,
               'types', y.types
           ) AS facts
    FROM activities_yearresult y
    JOIN registrations_registration r ON r.id = y.registration_id
    JOIN registrations_program g ON g.id = r.program_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN y.edition = 1 THEN y.last_day + 1
               ELSE (y.closed_at AT TIME ZONE g.time_zone)::date END AS day
    ) since
    WHERE y.reopened_at IS NULL AND r.status IN ('active', 'turned_in', 'accepted', 'certified')
      AND y.closed_at > %(now)s - interval '{MOST_DAYS + 2} days' AND {{scope}}
"""

notices.kind(
    "year_result",
    _("Result of a program year"),
    rows=RESULTS,
    description=_("When a program year is over and closed."),
)
