"""Who is on pace and who is behind: everybody who takes part now, by `activities.pace`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from activities import pace, points
from activities.pace import Pace
from activities.points import ZERO
from cec import charts
from cec.wording import number
from certificates.figures.asked import Asked
from certificates.figures.figure import Column, Figure, Table
from certificates.figures.reading import read
from registrations.models import ProgramYear, Registration, Requirement
from registrations.models.registration import RegistrationQuerySet
from registrations.notices import as_sql

# From those who need somebody first to those who need nobody.
BANDS: dict[str, tuple[Any, str]] = {
    pace.OVER: (gettext_lazy("Time is over"), "brass"),
    pace.BEHIND: (gettext_lazy("Well behind"), "brass"),
    pace.LITTLE_BEHIND: (gettext_lazy("A little behind"), "brass"),
    pace.ON_PACE: (gettext_lazy("On pace"), "jade"),
    pace.LITTLE_AHEAD: (gettext_lazy("A little ahead"), "jade"),
    pace.AHEAD: (gettext_lazy("Ahead"), "spruce"),
    pace.REACHED: (gettext_lazy("Total reached"), "spruce"),
}
BEHIND = (pace.OVER, pace.BEHIND, pace.LITTLE_BEHIND)

# What a steady pace has today depends on a cycle's days and its rules alone, and few differ in
# them: `Pace` says it once for each, and the statement compares. How many shapes there are can't be
# foreseen by the planner, so the sums stand apart: joined to them first it takes minutes.
PEOPLE = """
    WITH shape AS (
        SELECT * FROM unnest(
            %(rules)s::bigint[], %(starts)s::date[], %(ends)s::date[], %(needed)s::numeric[],
            %(expected)s::numeric[], %(month)s::numeric[], %(over)s::boolean[]
        ) s (rules_id, starts_on, ends_on, needed, expected, month, is_over)
    ),
    sums AS (
        SELECT registration_id, SUM(counted) AS counted FROM ({totals}) t GROUP BY registration_id
    ),
    standing AS MATERIALIZED (
        SELECT m.*, COALESCE(sums.counted, 0) AS counted
        FROM ({mine}) m LEFT JOIN sums ON sums.registration_id = m.id
    )
    SELECT s.id, s.counted, shape.expected, {band} AS band
    FROM standing s JOIN shape USING (rules_id, starts_on, ends_on)
"""
BAND = pace.band_sql(
    counted="s.counted",
    needed="shape.needed",
    over="shape.is_over",
    expected="shape.expected",
    month="shape.month",
)
COUNTS = "SELECT band, count(*) AS people FROM ({people}) p GROUP BY band"
LISTED = """
    SELECT id, counted, expected, count(*) OVER () AS people FROM ({people}) p
    WHERE band = ANY(%(bands)s) ORDER BY counted - expected, id
    LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True)
class Person:
    """Somebody who takes part, with their points and what a steady pace would have today."""

    registration: Registration
    counted: Decimal
    expected: Decimal


def active(asked: Asked) -> RegistrationQuerySet:
    """Return who takes part now, of one program year if that is asked for."""
    found = asked.registrations().filter(status=Registration.Status.ACTIVE, ends_on__isnull=False)
    if asked.year:
        now = ProgramYear.objects.filter(starts_on__lte=asked.today, ends_on__gte=asked.today)
        found = found.filter(pk__in=now.filter(number=asked.year).values("registration"))
    return found


def counts(asked: Asked) -> dict[str, int]:
    """Return how many people are in each band; none at all where the program has no pace."""
    statement = _people(asked)
    if statement is None:
        return {}
    people, values = statement
    return {row["band"]: row["people"] for row in read(COUNTS.format(people=people), values)}


def listed(asked: Asked, bands: Sequence[str], *, at: int, most: int) -> tuple[list[Person], int]:
    """Return a part of those in some bands, farthest behind first, and how many they are."""
    statement = _people(asked)
    if statement is None:
        return [], 0
    people, values = statement
    values |= {"bands": list(bands), "limit": most, "offset": at}
    rows = read(LISTED.format(people=people), values)
    found = asked.registrations().select_related("person", "program", "association")
    by_id = found.in_bulk([row["id"] for row in rows])
    shown = [
        Person(by_id[row["id"]], row["counted"], row["expected"])
        for row in rows
        if row["id"] in by_id
    ]
    return shown, rows[0]["people"] if rows else 0


def _people(asked: Asked) -> tuple[str, dict[str, Any]] | None:
    """Render everybody who takes part with their band, or nothing where nobody has a pace."""
    shapes = list(_shapes(asked))
    if not shapes:
        return None
    mine = active(asked)
    everybody = asked.is_everybody and not asked.year
    scope = "true" if everybody else f"registration_id IN ({as_sql(mine.values('pk'))})"
    sql = PEOPLE.format(
        totals=points.totals_where_sql(scope),
        mine=as_sql(mine.values("id", "rules_id", "starts_on", "ends_on")),
        band=BAND,
    )
    names = ("rules", "starts", "ends", "needed", "expected", "month", "over")
    return sql, dict(zip(names, map(list, zip(*shapes, strict=True)), strict=True))


def _shapes(asked: Asked) -> Iterator[tuple[int, date, date, Decimal, Decimal, Decimal, bool]]:
    """Ask `Pace` once for each cycle that somebody has: what a steady pace would have today."""
    needed = dict(
        Requirement.objects.filter(
            rules__program=asked.program, per="cycle", group__isnull=True
        ).values_list("rules", "points")
    )
    cycles = active(asked).order_by().values_list("rules_id", "starts_on", "ends_on").distinct()
    for rules, starts_on, ends_on in cycles:
        total = needed.get(rules)
        if not (total and starts_on and ends_on):
            continue
        steady = asked.program.steady(total)
        each = Pace(ZERO, total, steady, None, "", starts_on, ends_on, asked.today)
        if each.expected is not None and each.month is not None:
            yield rules, starts_on, ends_on, total, each.expected, each.month, each.is_over


def figure(asked: Asked) -> Figure:
    found = counts(asked)
    return Figure(
        key="pace",
        title=_("Who is on pace"),
        point=_point(found),
        about=_("Today, %(years)s") % {"years": asked.year_in_words},
        table=Table(
            _("Who is on pace"),
            [Column(_("Pace")), Column(_("People"))],
            [(str(name), found.get(band, 0)) for band, (name, _colour) in BANDS.items()],
        ),
        picture=_picture(asked, found) if found else None,
        meanings=[
            (
                _("On pace"),
                _("Within a month of what a steady pace would have today, in counted points."),
            ),
            (_("A little ahead, a little behind"), _("Within three months of it.")),
            (_("Time is over"), _("The last day has gone by, and the record isn’t turned in.")),
        ],
    )


def _point(found: dict[str, int]) -> str:
    everybody = sum(found.values())
    if not everybody:
        return _("Nobody with an end to reach takes part now, so nobody can be behind.")
    behind = sum(found.get(band, 0) for band in BEHIND)
    values = {
        "count": number(everybody, grouped=True),
        "well": number(everybody - behind, grouped=True),
        "behind": number(behind, grouped=True),
    }
    return (
        ngettext(
            "Of %(count)s person taking part, %(well)s is on pace or ahead and %(behind)s behind.",
            "Of %(count)s people taking part, %(well)s are on pace or ahead and %(behind)s behind.",
            everybody,
        )
        % values
    )


def _picture(asked: Asked, found: dict[str, int]) -> SafeString:
    address = reverse("figure_people")
    return charts.bars(
        [
            charts.Bar(
                str(name),
                number(found.get(band, 0), grouped=True),
                (charts.Part(found.get(band, 0), colour),),
                url=f"{address}?{asked.query(band=band)}" if found.get(band) else "",
            )
            for band, (name, colour) in BANDS.items()
        ]
    )
