"""The program's types, rates and rules as a workbook knows them."""

from django.db.models import Q

from activities.record import Record
from activities.rules import RecordRules
from activities.workbook import Choice
from activities.workbook.scheme import Group, Kind, Need, Scheme, Worth
from registrations.models import Cap, Rate, Requirement, TypeGroup


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
    rules, registration = record.rules, record.registration
    groups = list(TypeGroup.objects.filter(rules=registration.rules_id))
    place: dict[int | None, int] = {group.pk: at for at, group in enumerate(groups)}
    kinds = list(rules.types.values())
    kind_place = {kind.pk: at for at, kind in enumerate(kinds)}
    caps = {
        (cap.activity_type_id, cap.group_id, cap.per): cap.points
        for cap in Cap.objects.filter(
            Q(activity_type__rules=registration.rules_id) | Q(group__rules=registration.rules_id),
            strictness=Cap.Strictness.ENFORCED,
        )
    }
    return Scheme(
        kinds=[
            Kind(
                code=kind.code,
                name=kind.name,
                needs_outcome=kind.needs_outcome,
                most_in_year=caps.get((kind.pk, None, "year")),
                most_in_cycle=caps.get((kind.pk, None, "cycle")),
                group=place.get(kind.group_id),
            )
            for kind in kinds
        ],
        groups=[
            Group(
                most_in_year=caps.get((None, group.pk, "year")),
                most_in_cycle=caps.get((None, group.pk, "cycle")),
            )
            for group in groups
        ],
        worths={
            str(rate.pk): _worth(rate, kind_place[rate.activity_type_id])
            for rate in rules.rates.values()
        },
        needs=[
            Need(
                per=row.per,
                points=row.points,
                group=place.get(row.group_id),
                name=row.group.name if row.group else "",
                advised=row.strictness == Requirement.Strictness.ADVISED,
                carry=row.carry,
            )
            for row in Requirement.objects.filter(rules=registration.rules_id)
            .select_related("group")
            .order_by("group__position", "-per", "id")
        ],
        years=[(year.starts_on, year.ends_on) for year in record.program_years],
        subjects=[area.name for area in record.program.subject_areas.all()],
    )


def _worth(rate: Rate, kind: int) -> Worth:
    return Worth(
        kind=kind, per_hour=rate.per_hour, fixed=rate.fixed, step=rate.step, least=rate.least
    )
