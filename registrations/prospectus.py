"""What a program promises and asks before anybody registers, read from its rules.

The public pages say nothing about points, years or money that isn't a row in the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property

from registrations.models import Program
from registrations.models.programs import ActivityType, Cap, Per, Rate, Requirement, Rules
from registrations.rulebook.contents import Contents
from registrations.rulebook.facts import Fact, RulesInWords, day_of_year

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

    def __init__(self, program: Program, rules: Rules | None = None) -> None:
        self.program = program
        self.rules: Rules = rules or (
            program.rules.published().prefetch_related("requirements").latest("version")
        )

    @cached_property
    def types(self) -> list[ActivityType]:
        return list(self._words.contents.types.values())

    @property
    def has_examples(self) -> bool:
        """Whether any type says what belongs to it."""
        return any(row.about for row in self.types)

    @property
    def asks_for_outcomes(self) -> bool:
        """Whether a type counts once its outcomes are written (P8)."""
        return any(row.needs_outcome for row in self.types)

    @property
    def year_begins(self) -> str:
        """The day on which program years begin for everybody; empty for anniversaries (P10)."""
        begins = self.rules.year_begins
        return day_of_year(*begins) if begins else ""

    @property
    def is_by_course(self) -> bool:
        """Whether nothing is counted by the hour: the types are a catalogue of courses (K1)."""
        return all(rate.fixed for rate in self.rates)

    @property
    def rates(self) -> list[Rate]:
        return [rate for row in self.types for rate in row.rates.all()]

    @property
    def worths(self) -> list[tuple[ActivityType, list[tuple[Rate, str]]]]:
        """Each type with its rates and what each gives, rounding and least included."""
        return [
            (row, [(rate, self._words.rate_words(rate)) for rate in row.rates.all()])
            for row in self.types
        ]

    @cached_property
    def _words(self) -> RulesInWords:
        return RulesInWords(Contents(self.rules))

    @cached_property
    def further(self) -> list[Fact]:
        """The rules that `needed`, `yearly` and `cap` don't tell, in words, as a version has them.

        Years that begin on a fixed day, what is carried over, a total that is only suggested, caps
        that differ or hold for the cycle, and all of groups.
        """
        told = ("cap", Per.YEAR.value) if self.cap else ()
        types = [
            fact
            for part in self._words.types
            for fact in part.facts
            if fact.key[-2] == "cap" and fact.key[-2:] != told
        ]
        return [*self._whole(), *self._groups(), *types]

    def _whole(self) -> Iterable[Fact]:
        told: set[tuple[str, ...]] = {("needed", row.per) for row in self._plain()}
        if self.rules.year_begins is None:
            told.add(("years",))
        return (fact for fact in self._words.whole if fact.key not in told)

    def _plain(self) -> Iterable[Requirement]:
        """What the page says in full by its big numbers."""
        for row in self.rules.requirements.all():
            suggested = row.strictness == Requirement.Strictness.ADVISED
            if row.carry is None and not (row.per == Per.CYCLE and suggested):
                yield row

    def _groups(self) -> Iterable[Fact]:
        for part in self._words.groups:
            yield Fact(("group", part.row.key), part.row.name, part.members)
            yield from (fact for fact in part.facts if not fact.look)

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
        """Minutes of learning a week for a steady year at one point an hour, to the next 5.

        None where no hour gives just one point.
        """
        if not self.steady or not any(rate.per_hour == 1 for rate in self.rates):
            return None
        return int((self.steady * 60 / WEEKS_IN_A_YEAR / 5).to_integral_value()) * 5

    @cached_property
    def example(self) -> list[ExampleYear]:
        """One way to reach the total, or nothing for a program that this can't be drawn for."""
        if not (self.steady and self.needed and self.years) or self._is_intricate:
            return []
        years = [self._example_year(number, self.steady) for number in range(self.years)]
        fits = all(self._fits(year) for year in years)
        return years if fits and sum(year.counted for year in years) >= self.needed else []

    @property
    def _is_intricate(self) -> bool:
        """Whether caps of the cycle, or groups, decide as well: the example knows none of them."""
        return self.rules.layered or bool(self.rules.group_requirements())

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
        limits = {
            row.code: cap.points
            for row in self.types
            for cap in _yearly(row)
            if cap.strictness == Cap.Strictness.ENFORCED
        }
        return all(_total(year.spines, code) <= limit for code, limit in limits.items())


def _yearly(row: ActivityType) -> list[Cap]:
    return [cap for cap in row.caps.all() if cap.per == Per.YEAR]


def _points(requirement: Requirement | None) -> Decimal | None:
    return requirement.points if requirement else None


def _total(spines: Iterable[ExampleSpine], code: str) -> Decimal:
    return sum((spine.counted for spine in spines if spine.code == code), Decimal(0))
