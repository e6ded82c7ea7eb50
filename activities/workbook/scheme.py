"""The rules of a program as a workbook needs them, to count as the application does: plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Types that share a cap; None where nothing enforced limits them."""

    most_in_year: Decimal | None = None
    most_in_cycle: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """An activity type and its enforced caps (P2). `group` is its place in `Scheme.groups`."""

    code: str
    name: str
    needs_outcome: bool = False
    most_in_year: Decimal | None = None
    most_in_cycle: Decimal | None = None
    group: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a choice gives: points an hour, rounded half up to `step`s and `least` at the least,
    or a fixed number. `kind` is the place of its type in `Scheme.kinds`.
    """

    kind: int
    per_hour: Decimal | None = None
    fixed: Decimal | None = None
    step: Decimal | None = None
    least: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Points that are needed per "year" or "cycle", of all types (`group` None) or of a group.

    `advised`: only suggested, nothing depends on it (P3). `carry` is what a year's excess may bring
    into the next one at most.
    """

    per: str
    points: Decimal
    group: int | None = None
    name: str = ""
    advised: bool = False
    carry: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What formulas need of a record's rules. `worths` is by the key of a choice.

    `years` are the program years, first and last day (P10), one after the other without a gap; the
    last one may have no end.
    """

    kinds: Sequence[Kind]
    worths: dict[str, Worth]
    years: Sequence[tuple[date, date | None]]
    groups: Sequence[Group] = ()
    needs: Sequence[Need] = ()
    subjects: Sequence[str] = ()

    def layers(self) -> list["Layer"]:
        """The kinds of caps that these rules have, in the order in which they apply."""
        return [layer for layer in LAYERS if any(layer.most(self, kind) for kind in self.kinds)]


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of cap: whose points share a limit, and over what time."""

    shared_by_group: bool
    yearly: bool

    def most(self, scheme: Scheme, kind: Kind) -> Decimal | None:
        """What this layer lets count of a type, or None."""
        holder: Kind | Group = kind
        if self.shared_by_group:
            if kind.group is None:
                return None
            holder = scheme.groups[kind.group]
        return holder.most_in_year if self.yearly else holder.most_in_cycle


# The same order as in `activities.points`.
LAYERS = (
    Layer(shared_by_group=False, yearly=True),
    Layer(shared_by_group=False, yearly=False),
    Layer(shared_by_group=True, yearly=True),
    Layer(shared_by_group=True, yearly=False),
)
