"""Who gets the weekly mail: everybody who has a role, once a week from Monday morning on."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from registrations import digest, notices

MORNING = 6  # o'clock, where the installation keeps its time
DAYS = 3  # after Monday; later in the week it would only double the next one

# The ISO week is the occasion: one mail, however many roles. Roles as `roles_of` has them.
STAFF = f"""
    SELECT p.id AS person_id, NULL::bigint AS registration_id, d.today,
           to_char(d.today, 'IYYY-"W"IW') AS occasion,
           d.monday AS due_on, d.monday + {DAYS} AS until, '{{}}'::jsonb AS facts
    FROM (
        SELECT local.day::date AS today, date_trunc('week', local.day)::date AS monday
        FROM (
            SELECT %(now)s AT TIME ZONE '{settings.TIME_ZONE}' - interval '{MORNING} hours' AS day
        ) local
    ) d
    JOIN registrations_person p ON EXISTS (
        SELECT FROM registrations_appointment a
        WHERE a.person_id = p.id AND a.ended_at IS NULL AND a.first_day <= d.today
          AND (a.last_day IS NULL OR a.last_day >= d.today)
    )
    WHERE {{scope}}
"""

notices.kind(
    "staff_digest",
    _("What waits, for the committee"),
    rows=STAFF,
    is_reminder=True,
    is_for_roles=True,
    scope=notices.OF_PEOPLE,
    description=_("On Mondays, if something waits."),
    look=digest.look,
)
