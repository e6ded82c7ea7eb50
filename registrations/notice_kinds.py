"""What this app owes people by itself (domain section 7): who, for which occasion, when."""

from django.utils.translation import gettext_lazy as _

from registrations import notices
from registrations.digest import owed as owed

# 14 days after sending the form, and 30; each until the next, the last one for a month.
FEES = f"""
    SELECT r.person_id, r.id AS registration_id, t.days::text AS occasion, {notices.TODAY} AS today,
           r.submitted_on + t.days AS due_on, r.submitted_on + t.until AS until,
           jsonb_build_object('balance', (r.fee - COALESCE((
               SELECT SUM(m.amount) FROM registrations_payment m WHERE m.registration_id = r.id
           ), 0))::text) AS facts
    FROM registrations_registration r
    JOIN registrations_program g ON g.id = r.program_id
    CROSS JOIN (VALUES (14, 29), (30, 60)) t (days, until)
    WHERE r.status = 'submitted' AND r.fee > 0 AND NOT r.settled AND {{scope}}
"""

notices.kind("fee_outstanding", _("Fee outstanding"), rows=FEES)
