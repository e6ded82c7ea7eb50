"""What counts under any scheme, once more: read from the rules' rows, written to be read.

Independent of the product's SQL on purpose: one loop over the entries in their order, one purse for
each cap.
"""

from decimal import ROUND_HALF_UP, Decimal

from registrations.models import Cap

ZERO = Decimal(0)
# The order in which the caps of a scheme are asked: what one lets through, the next one sees.
ORDER = [("type", "year"), ("type", "cycle"), ("group", "year"), ("group", "cycle")]


def worth(rate, hours):
    """Raw points of so many hours."""
    if rate.fixed is not None:
        return rate.fixed
    raw = rate.per_hour * hours
    if rate.step is not None:
        steps = (raw / rate.step).quantize(Decimal(1), ROUND_HALF_UP)
        raw = steps * rate.step
    return max(raw, rate.least) if rate.least is not None else raw


def counted(rules, entries):
    """Return {id: (raw, counted)} for entries of (id, rate, hours, year, day)."""
    limits = {
        (
            "type" if cap.activity_type_id else "group",
            cap.per,
            cap.activity_type_id or cap.group_id,
        ): (cap.points)
        for cap in Cap.objects.filter(strictness="enforced")
        if (cap.activity_type or cap.group).rules_id == rules.pk
    }
    spent = {}
    answer = {}
    for number, rate, hours, year, _day in sorted(entries, key=lambda e: (e[4], e[0])):
        raw = left = worth(rate, hours)
        for over, per in ORDER:
            whose = rate.activity_type_id if over == "type" else rate.activity_type.group_id
            limit = limits.get((over, per, whose))
            if limit is None:
                continue
            purse = (over, per, whose, year if per == "year" else None)
            offered = left
            left = max(ZERO, min(offered, limit - spent.get(purse, ZERO)))
            spent[purse] = spent.get(purse, ZERO) + offered
        answer[number] = (raw, left)
    return answer


def brought(needed, carry, years):
    """Return what each year brings into the next, by the next one's number.

    `years` are the counted points of each year. Points are carried one year and no further.
    """
    answer = {}
    in_hand = ZERO
    for number, points in enumerate(years, start=2):
        excess = max(ZERO, points + in_hand - needed)
        in_hand = min(carry, points, excess)
        if in_hand and number <= len(years):
            answer[number] = in_hand
    return answer
