"""Program years that were closed month by month, and one that was opened again."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from activities.models import YearResult
from activities.yearend import closing, reopening
from certificates.demo.cast import Committee
from certificates.demo.script import Script
from registrations.models import Registration

MONTHS = 36
REASON = "The bylaws workshop was logged under the wrong date, and its year had just been closed."


def plan(script: Script, committee: Committee) -> None:
    """Close what was over each month, and today; open one year again a week ago."""
    for month in range(MONTHS, -1, -1):
        script.plan(script.today - relativedelta(months=month), closing.close_due, hour=4)
    script.plan(script.today - timedelta(days=7), lambda: _reopen(committee), hour=14)


def _reopen(committee: Committee) -> None:
    rows = YearResult.objects.in_force().filter(
        registration__status=Registration.Status.ACTIVE, reached=True
    )
    if result := rows.order_by("-last_day", "-pk").first():
        reopening.reopen(result, by=committee.steering(), reason=REASON)
