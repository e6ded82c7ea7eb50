"""The program's types, rates and rules as a workbook knows them."""

from collections.abc import Mapping
from decimal import Decimal

from activities.record import Record
from activities.rules import RecordRules
from activities.workbook import Choice
from activities.workbook.scheme import Group, Kind, Need, Scheme, Worth
from registrations.models import ActivityType, Cap, Rate, Requirement, Rules

# The most that counts, by type or group and by period.
Limits = Mapping[tuple[int | None, int | None, str], Decimal]
Places = Mapping[int | None, int]


def workbook_choices(rules: RecordRules) -> list[Choice]:
    """Return each rate as an answer to "which type?"; its key is the rate's id."""
    return [
        Choice(
            key=str(rate.pk),
            code_en=rate.activity_type.code_en,
            code_fr=rate.activity_type.code_fr,
            name_en=rate.activity_type.name_en,
            name_fr=rate.activity_type.name_fr,
            rate_en=rate.name_en,
            rate_fr=rate.name_fr,
            aliases=tuple(rate.activity_type.aliases),
            needs_hours=rate.per_hour is not None,
        )
        for rate in rules.rates.values()
    ]


def workbook_scheme(record: Record) -> Scheme:
    """Return the rules that formulas count by, in the language that is active."""
    rules = record.registration.rules
    groups = list(rules.groups.all())
    place: Places = {group.pk: at for at, group in enumerate(groups)}
    kinds = list(record.rules.types.values())
    kind_place = {kind.pk: at for at, kind in enumerate(kinds)}
    limits: Limits = {
        (cap.activity_type_id, cap.group_id, cap.per): cap.points
        for cap in rules.caps().filter(strictness=Cap.Strictness.ENFORCED)
    }
    return Scheme(
        kinds=[_kind(kind, limits, place) for kind in kinds],
        groups=[
            Group(
                most_in_year=limits.get((None, group.pk, "year")),
                most_in_cycle=limits.get((None, group.pk, "cycle")),
            )
            for group in groups
        ],
        worths={
            str(rate.pk): _worth(rate, kind_place[rate.activity_type_id])
            for rate in record.rules.rates.values()
        },
        needs=_needs(rules, place),
        years=[(year.starts_on, year.ends_on) for year in record.program_years],
        subjects=[area.name for area in record.areas.rows],
    )


def _kind(kind: ActivityType, limits: Limits, place: Places) -> Kind:
    return Kind(
        code=kind.code,
        name=kind.name,
        needs_outcome=kind.needs_outcome,
        most_in_year=limits.get((kind.pk, None, "year")),
        most_in_cycle=limits.get((kind.pk, None, "cycle")),
        group=place.get(kind.group_id),
    )


def _needs(rules: Rules, place: Places) -> list[Need]:
    rows = rules.requirements.select_related("group").order_by("group__position", "-per", "id")
    return [
        Need(
            per=row.per,
            points=row.points,
            group=place.get(row.group_id),
            name=row.group.name if row.group else "",
            advised=row.strictness == Requirement.Strictness.ADVISED,
            carry=row.carry,
        )
        for row in rows
    ]


def _worth(rate: Rate, kind: int) -> Worth:
    return Worth(
        kind=kind, per_hour=rate.per_hour, fixed=rate.fixed, step=rate.step, least=rate.least
    )
