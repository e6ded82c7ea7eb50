"""The points rule of the Partnership once more, written to be read, not to be fast.

Independent of the product on purpose: its own figures, its own calendar, its own loop.
"""

from datetime import timedelta
from decimal import Decimal

POINTS_PER_HOUR = {
    ("PD-F", "hour"): Decimal(2),
    ("PD-I", "hour"): Decimal(1),
    ("PUB-F", "hour"): Decimal(2),
    ("PUB-I", "hour"): Decimal(1),
    ("LEAD", "committee"): Decimal(1),
    ("LEAD", "board"): Decimal(2),
    ("STUDY", "hour"): Decimal(1),
}
MOST_PER_TYPE_AND_YEAR = Decimal(20)


def counted(*, starts_on, entries, unlimited, leaves=()):
    """Return {id: (raw, counted)} for entries of (id, type, role, hours, day, outcome)."""
    full = {}
    answer = {}
    for number, code, role, hours, day, outcome in sorted(entries, key=lambda e: (e[4], e[0])):
        if code == "STUDY" and not outcome:
            continue
        raw = hours * POINTS_PER_HOUR[code, role]
        shelf = (program_year(starts_on, day, leaves=leaves), code)
        left = MOST_PER_TYPE_AND_YEAR - full.get(shelf, Decimal(0))
        counts = raw if code in unlimited else max(Decimal(0), min(raw, left))
        full[shelf] = full.get(shelf, Decimal(0)) + counts
        answer[number] = (raw, counts)
    return answer


def program_year(starts_on, day, leaves=()):
    """Count the anniversaries that have passed, on a calendar that stands still during a leave."""
    number = 0
    day = day_without_leaves(starts_on, day, leaves)
    while day >= same_day(starts_on, starts_on.year + number):
        number += 1
    return number


def day_without_leaves(starts_on, day, leaves):
    """Walk there day by day; the day after one of leave is no new one."""
    walked = shown = starts_on
    while walked < day:
        if not any(first <= walked <= last for first, last in leaves):
            shown += timedelta(days=1)
        walked += timedelta(days=1)
    return shown


def same_day(starts_on, year):
    try:
        return starts_on.replace(year=year)
    except ValueError:  # 29 February
        return starts_on.replace(year=year, day=28)
