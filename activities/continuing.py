"""What goes on from month to month, such as the work of a committee: one entry for each month.

An entry that goes on points to the first of its series, so that the series is one whichever of its
entries somebody continues. Months of a series are no repeats of each other (P7).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from activities.models import Activity, Credit
from activities.record import Line, Record
from activities.rules import RecordRules
from registrations.models import Rate


def recurs(rate: Rate, rules: RecordRules) -> bool:
    """Whether a rate is a role that one holds for a while: its type knows several, by the hour.

    That tells a committee or a board from a webinar without naming either.
    """
    kind = rate.activity_type
    roles = [
        row
        for row in rules.rates.values()
        if row.activity_type_id == kind.pk and row.per_hour is not None
    ]
    return rate in roles and len(roles) > 1 and not kind.needs_outcome


def may_go_on(record: Record, line: Line) -> bool:
    """Say whether this month's hours can follow an entry: it is of a role and an earlier month."""
    return (
        recurs(line.rate, record.rules)
        and line.state == Credit.State.COUNTS
        and month(line.activity.completed_on) < month(record.today)
        and record.this_year.holds(record.today)
    )


def going_on(record: Record, lines: Iterable[Line]) -> set[int]:
    """Return the entries of a list that this month can follow: the newest of each series."""
    newest: dict[int, Line] = {}
    for line in sorted(lines, key=lambda line: line.activity.completed_on):
        newest[line.activity.continues_id or line.activity.pk] = line
    return {line.activity.pk for line in newest.values() if may_go_on(record, line)}


def month(day: date) -> tuple[int, int]:
    """Return the year and month of a day."""
    return day.year, day.month


def next_of(
    activity: Activity, *, completed_on: date, hours: Decimal | None, form_key: UUID
) -> Activity:
    """Return the next entry of the series that an activity belongs to, or begins."""
    return Activity(
        title=activity.title,
        provider=activity.provider,
        subject=activity.subject,
        completed_on=completed_on,
        hours=hours,
        continues_id=activity.continues_id or activity.pk,
        form_key=form_key,
    )


def hours_this_month(record: Record, activity: Activity) -> Decimal | None:
    """Return the hours of this month that the series has already, or None."""
    first = activity.continues_id or activity.pk
    series = Activity.objects.kept().filter(Q(pk=first) | Q(continues=first), planned=False)
    found: dict[str, Decimal | None] = series.filter(
        completed_on__year=record.today.year, completed_on__month=record.today.month
    ).aggregate(hours=Sum("hours"))
    return found["hours"]
