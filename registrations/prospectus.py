"""What a program promises and asks before anybody registers, read from its rules.

The public pages say nothing about points, years or money that isn't a row in the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property

from registrations.models import Program
from registrations.models.programs import ActivityType, Cap, Per, Requirement, Rules

WEEKS_IN_A_YEAR = 52
# Three years as people spend them: shares of a steady year, by the position of the type. The
# example on the home page is built from them.
_HABITS = (
    ((0, "0.4"), (1, "0.225"), (4, "0.2"), (1, "0.075"), (5, "0.125")),
    ((1, "0.175"), (3, "0.2"), (4, "0.3"), (1, "0.125"), (5, "0.175")),
    ((2, "0.35"), (1, "0.25"), (4, "0.15"), (1, "0.1"), (3, "0.15")),
)


@dataclass(frozen=True)
class ExampleSpine:
    """An activity of the example on the home page."""

    title: str
    code: str
    colour: str
    counted: Decimal


@dataclass(frozen=True)
class ExampleYear:
    """A program year of the example; a year as the shelf tag draws it."""

    number: int
    spines: Sequence[ExampleSpine]
    over: Decimal = Decimal(0)
    suggested: Decimal | None = None
    steady: Decimal | None = None

    @property
    def counted(self) -> Decimal:
        return sum((spine.counted for spine in self.spines), Decimal(0))


class Prospectus:
    """The rules of a program as its public pages tell them; all points are exact."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.rules: Rules = (
            program.rules.published()
            .prefetch_related("requirements", "types__rates", "types__caps")
            .latest("version")
        )

    @cached_property
    def types(self) -> list[ActivityType]:
        return list(self.rules.types.all())

    @property
    def has_examples(self) -> bool:
        """Whether any type says what belongs to it."""
        return any(row.about for row in self.types)

    @property
    def is_by_course(self) -> bool:
        """Whether nothing is counted by the hour: the types are a catalogue of courses (K1)."""
        return all(rate.fixed for row in self.types for rate in row.rates.all())

    @property
    def years(self) -> int | None:
        return self.program.cycle_years

    @cached_property
    def needed(self) -> Decimal | None:
        """Points over the cycle (P1), or None."""
        return _points(self.rules.requirement("cycle"))

    @cached_property
    def yearly(self) -> Requirement | None:
        """What is required or advised each program year (P3), or None."""
        return self.rules.requirement("year")

    @cached_property
    def cap(self) -> Cap | None:
        """The yearly limit of a type (P2) if it is the same for every type, else None."""
        caps = [cap for row in self.types for cap in _yearly(row)]
        alike = {(cap.points, cap.strictness) for cap in caps}
        return caps[0] if len(caps) == len(self.types) and len(alike) == 1 else None

    @property
    def plan_rules(self) -> int:
        """How many of total, yearly figure and yearly limit there are to keep in mind."""
        return sum(rule is not None for rule in (self.needed, self.yearly, self.cap))

    @property
    def cap_is_enforced(self) -> bool:
        return bool(self.cap and self.cap.strictness == Cap.Strictness.ENFORCED)

    @property
    def yearly_is_required(self) -> bool:
        return bool(self.yearly and self.yearly.strictness == Requirement.Strictness.REQUIRED)

    @property
    def steady(self) -> Decimal | None:
        """Points a year that reach the total in time."""
        steady = self.program.steady(self.needed)
        return steady and steady.quantize(Decimal("0.25"), rounding=ROUND_CEILING)

    @property
    def yearly_total(self) -> Decimal | None:
        """What somebody has who earns just the yearly figure each year."""
        return self.yearly.points * self.years if self.yearly and self.years else None

    @property
    def yearly_falls_short(self) -> bool:
        """Say whether the yearly figure alone misses the certificate; the pages warn of it."""
        return bool(self.yearly_total and self.needed and self.yearly_total < self.needed)

    @property
    def least_types(self) -> int | None:
        """Types of activity that somebody needs each year at least, if a cap makes it several."""
        if not (self.cap_is_enforced and self.cap and self.yearly):
            return None
        kinds = (self.yearly.points / self.cap.points).to_integral_value(rounding=ROUND_CEILING)
        return int(kinds) if kinds > 1 else None

    @property
    def minutes_a_week(self) -> int | None:
        """Minutes of learning a week for a steady year at one point an hour, to the next 5."""
        if not self.steady:
            return None
        return int((self.steady * 60 / WEEKS_IN_A_YEAR / 5).to_integral_value()) * 5

    @cached_property
    def example(self) -> list[ExampleYear]:
        """One way to reach the total, or nothing for a program that this can't be drawn for."""
        if not (self.steady and self.needed and self.years):
            return []
        years = [self._example_year(number, self.steady) for number in range(self.years)]
        fits = all(self._fits(year) for year in years)
        return years if fits and sum(year.counted for year in years) >= self.needed else []

    def _example_year(self, index: int, steady: Decimal) -> ExampleYear:
        habit = _HABITS[index % len(_HABITS)]
        spines = [self._example_spine(place, steady * Decimal(share)) for place, share in habit]
        return ExampleYear(index + 1, spines)

    def _example_spine(self, place: int, points: Decimal) -> ExampleSpine:
        row = self.types[place % len(self.types)]
        return ExampleSpine(
            title=row.name,
            code=row.code,
            colour=row.colour,
            counted=points.to_integral_value(rounding=ROUND_CEILING),
        )

    def _fits(self, year: ExampleYear) -> bool:
        limits = {row.code: cap.points for row in self.types for cap in _yearly(row)}
        return all(
            _total(year.spines, code) <= limit
            for code, limit in limits.items()
            if self.cap_is_enforced
        )


def _yearly(row: ActivityType) -> list[Cap]:
    return [cap for cap in row.caps.all() if cap.per == Per.YEAR]


def _points(requirement: Requirement | None) -> Decimal | None:
    return requirement.points if requirement else None


def _total(spines: Iterable[ExampleSpine], code: str) -> Decimal:
    return sum((spine.counted for spine in spines if spine.code == code), Decimal(0))
