"""What this app owes people by itself (domain section 7): who, for which occasion, when."""

from django.utils.translation import gettext_lazy as _

from registrations import notices
from registrations.digest import owed as owed
from registrations.models import Registration
from registrations.models.fee_state import FeeState
from registrations.models.registration import OWING


def fees() -> str:
    """14 days after sending the form, and 30; each until the next, the last one for a month.

    Whoever got the money back isn't asked for it again.
    """
    owing = (
        Registration.objects.filter(OWING, status=Registration.Status.SUBMITTED)
        .with_fee_state()
        .filter(fee_state__in=[FeeState.DUE, FeeState.PART])  # type: ignore[misc]
        .values("pk", "balance")
    )
    return f"""
        SELECT r.person_id, r.id AS registration_id, t.days::text AS occasion,
               {notices.TODAY} AS today, r.submitted_on + t.days AS due_on,
               r.submitted_on + t.until AS until,
               jsonb_build_object('balance', o.balance::text) AS facts
        FROM ({notices.as_sql(owing)}) o
        JOIN registrations_registration r ON r.id = o.pk
        JOIN registrations_program g ON g.id = r.program_id
        CROSS JOIN (VALUES (14, 29), (30, 60)) t (days, until)
        WHERE {{scope}}
    """


# From 30 days before the last day that was confirmed (C4). It matters to those who take part: of an
# applicant the day counts on which the fee was paid, of a record in review that of turning in (E4).
# Days of time zones differ by one from the server's, so the index's range is wider by that.
MEMBERSHIPS = f"""
    SELECT r.person_id, r.id AS registration_id, c.good_until::text AS occasion,
           {notices.TODAY} AS today, c.good_until - 30 AS due_on, c.good_until AS until,
           jsonb_build_object('good_until', c.good_until::text) AS facts
    FROM registrations_membershipcheck c
    JOIN registrations_registration r ON r.id = c.registration_id AND r.status = 'active'
    JOIN registrations_program g ON g.id = r.program_id AND g.needs_membership
    WHERE c.outcome = 'confirmed'
      AND c.good_until BETWEEN (%(now)s)::date - 1 AND (%(now)s)::date + 31
      AND NOT EXISTS (
          SELECT FROM registrations_membershipcheck later
          WHERE later.registration_id = c.registration_id AND later.id > c.id
      )
      AND {{scope}}
"""

notices.kind(
    "fee_outstanding",
    _("Fee outstanding"),
    rows=fees,
    description=_("14 and 30 days after registering, while the fee isn’t settled."),
)
notices.kind(
    "membership_lapsing",
    _("Membership about to lapse"),
    rows=MEMBERSHIPS,
    is_reminder=True,
    description=_("30 days before a confirmed membership ends."),
)
