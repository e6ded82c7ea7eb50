"""The program's types and rates as a workbook knows them."""

from activities.rules import RecordRules
from activities.workbook import Choice


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
