"""The rules that a registration counts under, as its pages need them: read once, no number here."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import F, FilteredRelation, Q

from cec.wording import amount
from registrations.models import ActivityType, Cap, Rate, Registration, Requirement


@dataclass(frozen=True)
class Limit:
    """The most that counts from a type in one program year (P2), enforced or only advised."""

    points: Decimal
    enforced: bool


class RecordRules:
    """Types, rates, limits and requirements of a registration; each is one query, when asked."""

    def __init__(self, registration: Registration) -> None:
        self.registration = registration
        self.unit = registration.program.unit

    @cached_property
    def rates(self) -> dict[int, Rate]:
        """Rates by id, in their order, each with its type."""
        rows = Rate.objects.filter(activity_type__rules=self.registration.rules_id)
        a_year = Q(activity_type__caps__per="year")
        rows = rows.alias(yearly=FilteredRelation("activity_type__caps", condition=a_year))
        rows = rows.select_related("activity_type__group").annotate(
            limit_points=F("yearly__points"),
            limit_strictness=F("yearly__strictness"),
        )
        return {row.pk: row for row in rows}

    @cached_property
    def types(self) -> dict[int, ActivityType]:
        """Activity types by id, in their order."""
        return {rate.activity_type_id: rate.activity_type for rate in self.rates.values()}

    @cached_property
    def _limits(self) -> dict[int, Limit]:
        return {
            rate.activity_type_id: Limit(
                points=rate.limit_points,  # type: ignore[attr-defined]
                enforced=rate.limit_strictness == Cap.Strictness.ENFORCED,  # type: ignore[attr-defined]
            )
            for rate in self.rates.values()
            if rate.limit_points is not None  # type: ignore[attr-defined]
        }

    def limit(self, kind: ActivityType) -> Limit | None:
        """Return the yearly limit of a type, if it has one."""
        return self._limits.get(kind.pk)

    @property
    def common_limit(self) -> Decimal | None:
        """The enforced yearly limit that all types share, if they do."""
        limits = [self.limit(kind) for kind in self.types.values()]
        points = {limit.points if limit and limit.enforced else None for limit in limits}
        return points.pop() if len(points) == 1 else None

    @cached_property
    def _requirements(self) -> dict[str, Requirement]:
        rows = Requirement.objects.filter(rules=self.registration.rules_id, group__isnull=True)
        return {row.per: row for row in rows}

    @property
    def needed(self) -> Decimal | None:
        """Points that the whole cycle needs (P1), or None where there is no total (K5)."""
        row = self._requirements.get("cycle")
        return row.points if row else None

    @property
    def yearly(self) -> Decimal | None:
        """Points asked for in each program year (P3), or None."""
        row = self._requirements.get("year")
        return row.points if row else None

    @property
    def yearly_is_required(self) -> bool:
        row = self._requirements.get("year")
        return row is not None and row.strictness == Requirement.Strictness.REQUIRED

    @cached_property
    def group_requirements(self) -> list[Requirement]:
        """What is required of groups of types."""
        rows = Requirement.objects.filter(
            rules=self.registration.rules_id,
            group__isnull=False,
            strictness=Requirement.Strictness.REQUIRED,
        )
        return list(rows.select_related("group").order_by("group__position", "group", "-per"))

    @property
    def steady(self) -> Decimal | None:
        """Points a year that reach the total; None without a total or without an end."""
        return self.registration.program.steady(self.needed)

    @cached_property
    def slowest_rate(self) -> Decimal | None:
        """The least points that an hour gives, or None where nothing is counted by the hour."""
        by_hour = [rate.per_hour for rate in self.rates.values() if rate.per_hour]
        return min(by_hour, default=None)

    @property
    def counts_hours(self) -> bool:
        return self.slowest_rate is not None

    def amount(self, points: Decimal | int) -> str:
        """Write points with the program's own word for them."""
        return amount(points, self.unit)


def rate_words(rate: Rate, unit: str) -> str:
    """Name a rate for a list of choices, with its fixed worth where it has one."""
    return f"{rate.label} ({amount(rate.fixed, unit)})" if rate.fixed else rate.label


def plural(value: Decimal | int) -> int:
    """Return the whole number that makes ngettext choose the form of an exact one.

    English has the singular for 1 alone, French for everything below 2: 1.5 takes the form of 0.
    """
    exact = Decimal(value)
    if exact == 1:
        return 1
    return 0 if exact < 2 else int(exact) + (exact != int(exact))
