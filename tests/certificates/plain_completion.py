"""What is missing for a certificate, once more: read from the rows, written to be read.

Independent of the product's SQL on purpose; only what an entry counts is `plain_scheme`'s to say.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from tests.activities import plain_scheme

SENT = ("turned_in", "accepted", "certified")


def missing(registration):
    """Return {(code, year or group's key or None): figure} of what is missing."""
    needs = list(registration.rules.requirements.filter(strictness="required"))
    total = [need for need in needs if need.per == "cycle" and not need.group]
    if not total or registration.ends_on is None:
        return {("no_certificate", None): None}
    counted = _counted(registration)
    found = {}
    have = sum(counted.values())
    if have < total[0].points:
        found["total", None] = have
    for need in needs:
        found |= _of_years(registration, need, counted)
        found |= _of_group(registration, need, counted)
    return found | _beside_points(registration, reached=have >= total[0].points)


def _counted(registration):
    """Points by year and type."""
    entries = [
        (row.activity_id, row.rate, row.activity.hours, row.year, row.completed_on)
        for row in registration.credits.filter(state="counts").select_related("rate", "activity")
    ]
    worth = plain_scheme.counted(registration.rules, entries)
    sums = {}
    for number, rate, _hours, year, _day in entries:
        key = (year, rate.activity_type)
        sums[key] = sums.get(key, 0) + worth[number][1]
    return sums


def _of_years(registration, need, counted):
    if need.per != "year" or need.group:
        return {}
    numbers = [year.number for year in registration.years.all()]
    own = [sum(n for (year, _), n in counted.items() if year == number) for number in numbers]
    brought = plain_scheme.brought(need.points, need.carry, own) if need.carry else {}
    have = {number: own[number - 1] + brought.get(number, 0) for number in numbers}
    return {("year_minimum", key): n for key, n in have.items() if n < need.points}


def _of_group(registration, need, counted):
    if not need.group:
        return {}
    part = {key: n for key, n in counted.items() if key[1].group_id == need.group_id}
    if need.per == "cycle":
        have = sum(part.values())
        return {("group", need.group.key): have} if have < need.points else {}
    years = [year.number for year in registration.years.all()]
    have = {year: sum(n for key, n in part.items() if key[0] == year) for year in years}
    return {("group_year", year): n for year, n in have.items() if n < need.points}


def _beside_points(registration, *, reached):
    program, found = registration.program, {}
    zone = ZoneInfo(program.time_zone)
    today = timezone.localdate(timezone=zone)
    events = list(registration.events.order_by("pk"))
    sent = [row.at for row in events if row.kind == "turn_in"]
    back = [row.at for row in events if row.kind == "return"]
    day = today
    if registration.status in SENT and sent:
        day = sent[-1].astimezone(zone).date()
    if program.needs_membership:
        check = registration.membership_checks.order_by("pk").last()
        good = check and check.outcome == "confirmed"
        if not good or (check.good_until and check.good_until < day):
            found["membership", None] = check.good_until if good else None
    owed = registration.fee - sum(line.amount for line in registration.payments.all())
    if owed > 0:
        found["fee_owed", None] = owed
    if day <= registration.ends_on and not (program.early_completion and reached):
        found["cycle_runs", None] = registration.ends_on
    starts = max([registration.ends_on, *[moment.astimezone(zone).date() for moment in back[-1:]]])
    if registration.status == "active":
        until = starts + timedelta(days=program.grace_days)
        if today > until:
            found["too_late", None] = until
    return found
