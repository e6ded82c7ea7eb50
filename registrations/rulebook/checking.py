"""What keeps a draft from being published, and what its author should look at twice."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from cec.problems import Problem
from cec.wording import amount, number
from registrations.models import Requirement, Rules
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
    most = _most(contents, program.cycle_years)
    if most is not None and most < total.points:
        yield _("The limits let %(most)s count in a cycle: fewer than the %(total)s needed.") % {
            "most": amount(most, unit),
            "total": number(total.points),
        }


def _most(contents: Contents, years: int) -> Decimal | None:
    """Return what the types' own limits let count in a cycle; None when one has no limit."""
    sums = []
    for kind in contents.types.values():
        caps = {cap.per: cap.points for cap in kind.caps.all() if cap.strictness == "enforced"}
        limits = [caps["year"] * years] if "year" in caps else []
        limits += [caps["cycle"]] if "cycle" in caps else []
        if not limits:
            return None
        sums.append(min(limits))
    return sum(sums, Decimal(0))


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
