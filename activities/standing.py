"""Where a record stands: per type, per group of types and in all; for each year and the cycle.

Everything counted comes from `activities.points`; here it is only put beside what is needed (P1,
P3) and the most that counts (P2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from activities import points
from activities.points import ZERO, Standing
from activities.record import Record
from registrations.models import ActivityType, Cap, ProgramYear, Requirement, TypeGroup


@dataclass(frozen=True)
class Cell:
    """One type, group or all, in one year or the whole cycle; all in the program's points.

    `done` is hours x rate, `counted` what counts of it. `most` is the limit and `needed` the least,
    each with whether it is only advised. `brought` comes from the year before.
    """

    label: str
    done: Decimal
    counted: Decimal
    brought: Decimal = ZERO
    most: Decimal | None = None
    most_is_advised: bool = False
    needed: Decimal | None = None
    needed_is_advised: bool = False

    @property
    def parked(self) -> Decimal:
        return self.done - self.counted

    @property
    def to_go(self) -> Decimal:
        """Points that are still needed."""
        return max((self.needed or ZERO) - self.counted - self.brought, ZERO)

    @property
    def is_reached(self) -> bool:
        return self.needed is not None and not self.to_go


@dataclass(frozen=True)
class Row:
    """A type, a group or everything, with a cell for each year and one for the cycle."""

    cells: Sequence[Cell]
    type: ActivityType | None = None
    group: TypeGroup | None = None


class StandingTable:
    """The table of a record's standing; its queries are as many for any number of entries."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.standing = points.standing(record.registration)
        self.brought = points.brought(record.registration)

    @property
    def columns(self) -> list[str]:
        """The program years, if the program has some, and the whole."""
        if not self.record.has_years:
            return [_("So far")]
        years = [_("Year %(number)s") % {"number": year.number} for year in self._years]
        return [*years, _("Whole program")]

    @property
    def _years(self) -> Sequence[ProgramYear]:
        return self.record.program_years if self.record.has_years else []

    @cached_property
    def rows(self) -> list[Row]:
        """Types in their order, each group after its types, and everything at the end."""
        types = list(self.record.rules.types.values())
        shown = [kind for kind in types if self._is_of_interest(kind)]
        groups = {kind.group_id: kind.group for kind in types if kind.group}
        rows = [self._row(kind=kind) for kind in shown if not kind.group_id]
        for group in groups.values():
            rows += [self._row(kind=kind) for kind in shown if kind.group_id == group.pk]
            rows.append(self._row(group=group))
        return [*rows, self._row()]

    @property
    def has_parked(self) -> bool:
        """Whether a limit keeps something from counting, so that the page explains it."""
        return any(cell.parked for row in self.rows for cell in row.cells)

    def _is_of_interest(self, kind: ActivityType) -> bool:
        """A catalogue may be long: types without a limit stand here once something is done."""
        limited = any(cap.activity_type_id == kind.pk for cap in self._caps)
        return limited or bool(self.standing.of_types({kind.pk}).raw) or self.record.has_years

    def _row(self, kind: ActivityType | None = None, group: TypeGroup | None = None) -> Row:
        part = self.standing
        if kind:
            part = part.of_types({kind.pk})
        elif group:
            own = (each for each in self.record.rules.types.values() if each.group_id == group.pk)
            part = part.of_types({each.pk for each in own})
        cells = [
            self._cell(label, part.in_year(year.number), "year", kind, group, year)
            for label, year in zip(self.columns, self._years, strict=False)
        ]
        return Row([*cells, self._cell(self.columns[-1], part, "cycle", kind, group)], kind, group)

    def _cell(
        self,
        label: str,
        part: Standing,
        per: str,
        kind: ActivityType | None,
        group: TypeGroup | None,
        year: ProgramYear | None = None,
    ) -> Cell:
        cap = self._cap(per, kind, group)
        wanted = None if kind else self._requirement(per, group)
        whole = kind is None and group is None and year is not None
        return Cell(
            label=label,
            done=part.raw,
            counted=part.counted,
            brought=self.brought.get(year.number, ZERO) if whole and year else ZERO,
            most=cap.points if cap else None,
            most_is_advised=bool(cap and cap.strictness == Cap.Strictness.ADVISED),
            needed=wanted.points if wanted else None,
            needed_is_advised=bool(wanted and wanted.strictness == Requirement.Strictness.ADVISED),
        )

    @cached_property
    def _caps(self) -> list[Cap]:
        return list(self.record.registration.rules.caps())

    @cached_property
    def _requirements(self) -> list[Requirement]:
        return list(Requirement.objects.filter(rules=self.record.registration.rules_id))

    def _cap(self, per: str, kind: ActivityType | None, group: TypeGroup | None) -> Cap | None:
        whose = (kind.pk if kind else None, group.pk if group else None)
        return next(
            (
                cap
                for cap in self._caps
                if cap.per == per and (cap.activity_type_id, cap.group_id) == whose
            ),
            None,
        )

    def _requirement(self, per: str, group: TypeGroup | None) -> Requirement | None:
        whose = group.pk if group else None
        rows = (row for row in self._requirements if row.per == per and row.group_id == whose)
        return next(rows, None)
