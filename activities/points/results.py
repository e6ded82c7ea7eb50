"""What the points rule answers: plain data, points as exact decimals."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from activities.points.rendering import Layer, layers_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class Filling:
    """How an entry fills one cap: what was in it `before`, what is `offered`, what it lets in."""

    layer: Layer
    limit: Decimal
    enforced: bool
    before: Decimal
    offered: Decimal
    counted: Decimal

    @property
    def parked(self) -> Decimal:
        return self.offered - self.counted

    @property
    def over_advice(self) -> bool:
        """It counts, but stands above a limit that is only advised."""
        return not self.enforced and self.before + self.offered > self.limit


@dataclass(frozen=True)
class Entry:
    """What one entry is worth, and how it fills each cap that it comes under (P6)."""

    activity_id: int
    year: int
    activity_type_id: int
    completed_on: date
    raw: Decimal
    counted: Decimal
    fillings: tuple[Filling, ...]

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted

    @property
    def limited(self) -> list[Filling]:
        """The caps that take something away."""
        return [filling for filling in self.fillings if filling.parked > 0]

    @property
    def over_advice(self) -> bool:
        """It counts, but stands above a limit that is only advised."""
        return any(filling.over_advice for filling in self.fillings)


@dataclass(frozen=True)
class TypeTotal:
    """Raw and counted points of one type in one program year, and the year's cap of the type."""

    year: int
    activity_type_id: int
    raw: Decimal
    counted: Decimal
    cap: Decimal | None
    enforced: bool

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted


@dataclass(frozen=True)
class Standing:
    """Counted and raw points per type, year and cycle of one registration."""

    types: tuple[TypeTotal, ...]

    @property
    def raw(self) -> Decimal:
        return sum((total.raw for total in self.types), ZERO)

    @property
    def counted(self) -> Decimal:
        return sum((total.counted for total in self.types), ZERO)

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted

    def in_year(self, year: int) -> "Standing":
        """Return the part of one program year."""
        return Standing(tuple(total for total in self.types if total.year == year))

    def of_types(self, types: Container[int]) -> "Standing":
        """Return the part of some types, such as those of a group."""
        return Standing(tuple(total for total in self.types if total.activity_type_id in types))


@dataclass(frozen=True)
class Preview:
    """What an entry would do: its own worth, and what the whole record gains by it."""

    entry: Entry
    gain: Decimal
    type_total: Decimal
    year_total: Decimal


def entry_of(row: dict[str, Any], *, layered: bool) -> Entry:
    """Make an entry of a row of the ledger with its caps."""
    return Entry(
        activity_id=row["activity_id"],
        year=row["year"],
        activity_type_id=row["activity_type_id"],
        completed_on=row["completed_on"],
        raw=row["points"],
        counted=row["counted"],
        fillings=tuple(
            Filling(
                layer=layer,
                limit=row[f"cap_{place}"],
                enforced=row[f"strictness_{place}"] == "enforced",
                before=row[f"before_{place}"],
                offered=row[f"counted_{place - 1}"],
                counted=row[f"counted_{place}"],
            )
            for place, layer in enumerate(layers_of(layered), start=1)
            if row[f"cap_{place}"] is not None
        ),
    )


def type_total_of(row: dict[str, Any]) -> TypeTotal:
    """Make a total of a row of the totals with the cap of its type in a year."""
    return TypeTotal(
        year=row["year"],
        activity_type_id=row["activity_type_id"],
        raw=row["raw"],
        counted=row["counted"],
        cap=row["cap_1"],
        enforced=row["strictness_1"] == "enforced",
    )
