"""What keeps a draft from being published, and what its author should look at twice."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from cec.problems import Problem
from cec.wording import amount, number
from registrations.models import Cap, Requirement, Rules, TypeGroup
from registrations.models.programs import Per
from registrations.rulebook.contents import Contents


def check(contents: Contents) -> list[Problem]:
    """Say what is missing in rules; an empty list means that they can be published."""
    problems = [
        Problem(
            "empty_group",
            _("No activity type is in “%(group)s”: put some in, or remove the group.")
            % {"group": group.name},
        )
        for group in contents.groups.values()
        if not group.types.all()
    ]
    if not contents.types:
        problems.append(Problem("no_types", _("There is no activity type yet.")))
    problems += [
        Problem("no_rates", _("%(code)s gives no points: add a rate.") % {"code": kind.code})
        for kind in contents.types.values()
        if not kind.rates.all()
    ]
    return problems


def notices(contents: Contents) -> list[str]:
    """Say what is allowed and may still be a slip."""
    return [*_totals(contents.rules, contents), *_caps(contents.rules, contents)]


def _totals(rules: Rules, contents: Contents) -> Iterator[str]:
    program, unit = rules.program, rules.program.unit
    needs = {row.per: row for row in contents.requirements}
    total, yearly = needs.get("cycle"), needs.get("year")
    if program.cycle_years and (
        total is None or total.strictness != Requirement.Strictness.REQUIRED
    ):
        yield _("No total is required, so nobody reaches a certificate under these rules.")
    if program.cycle_years is None or total is None:
        return
    if yearly and yearly.points * program.cycle_years > total.points:
        yield _("The years together need %(years)s, more than the cycle’s %(total)s.") % {
            "years": amount(yearly.points * program.cycle_years, unit),
            "total": number(total.points),
        }
    most = _most(contents, Per.CYCLE)
    if most is not None and most < total.points:
        yield _("The limits let %(most)s count in a cycle: fewer than the %(total)s needed.") % {
            "most": amount(most, unit),
            "total": number(total.points),
        }


def unreachable(contents: Contents) -> list[Problem]:
    """Say what is required although the limits let nobody get so far; for a program to open."""
    unit, found = contents.rules.program.unit, []
    for about, need, most in _required(contents):
        if most is not None and most < need.points:
            text = _(
                "%(about)s: the limits let at most %(most)s count, and %(needed)s are required."
            )
            words = {"about": about, "most": amount(most, unit), "needed": number(need.points)}
            found.append(Problem("unreachable", text % words))
    return found


def _required(contents: Contents) -> Iterator[tuple[str, Requirement, Decimal | None]]:
    """Each thing that is required, what it is about, and the most that can count towards it."""
    for row in contents.requirements:
        if row.strictness == Requirement.Strictness.REQUIRED:
            yield _needed_words(row), row, _most(contents, row.per)
    for group in contents.groups.values():
        for row in group.requirements.all():
            if row.strictness == Requirement.Strictness.REQUIRED:
                yield f"{group.name}, {_needed_words(row)}", row, _most_of(contents, group, row.per)


def _needed_words(row: Requirement) -> str:
    return _("in the cycle") if row.per == Per.CYCLE else _("in a program year")


def _most(contents: Contents, per: str) -> Decimal | None:
    """Return what all limits together let count in a period; None where there is no end."""
    alone = [kind for kind in contents.types.values() if kind.group is None]
    sums = [_limit(contents.rules, kind.caps.all(), per) for kind in alone]
    sums += [_most_of(contents, group, per) for group in contents.groups.values()]
    return _sum(sums)


def _most_of(contents: Contents, group: TypeGroup, per: str) -> Decimal | None:
    members = [kind for kind in contents.types.values() if kind.group_id == group.pk]
    of_types = _sum([_limit(contents.rules, kind.caps.all(), per) for kind in members])
    limits = [of_types, _limit(contents.rules, group.caps.all(), per)]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(rules: Rules, caps: Iterable[Cap], per: str) -> Decimal | None:
    """Return what enforced caps let count in a period; None when they set no end to it."""
    held = {cap.per: cap.points for cap in caps if cap.strictness == Cap.Strictness.ENFORCED}
    years = rules.program.cycle_years
    limits = [held[Per.CYCLE]] if Per.CYCLE in held else []
    if Per.YEAR in held and per == Per.YEAR:
        limits.append(held[Per.YEAR])
    elif Per.YEAR in held and years:
        limits.append(held[Per.YEAR] * years)
    return min(limits, default=None)


def _sum(limits: list[Decimal | None]) -> Decimal | None:
    known = [limit for limit in limits if limit is not None]
    return sum(known, Decimal(0)) if len(known) == len(limits) else None


def _caps(rules: Rules, contents: Contents) -> Iterator[str]:
    unit = rules.program.unit
    for kind in contents.types.values():
        fixed = [rate.fixed for rate in kind.rates.all() if rate.fixed is not None]
        for cap in kind.caps.all():
            if fixed and cap.points < max(fixed):
                yield _("%(code)s gives %(fixed)s at once, and its limit is %(limit)s.") % {
                    "code": kind.code,
                    "fixed": amount(max(fixed), unit),
                    "limit": number(cap.points),
                }
