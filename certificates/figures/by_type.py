"""Points by activity type: what counts of them, and what stands over a limit.

A limit belongs to a whole program year, so a part of one has no counted points of its own: this
figure takes a program year, never days. What counts is `activities.points`' to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from activities import points
from activities.points import ZERO
from cec import charts
from cec.wording import amount, number
from certificates.figures.asked import Asked
from certificates.figures.figure import Column, Figure, Table
from certificates.figures.reading import read
from registrations.models import ActivityType

BY_TYPE = """
    SELECT activity_type_id, SUM(raw) AS raw, SUM(counted) AS counted
    FROM ({totals}) t WHERE {years} GROUP BY activity_type_id
"""


@dataclass(frozen=True)
class TypeSum:
    """Everybody's points of one type; the same type of several versions of the rules is one."""

    name: str
    code: str
    colour: str
    raw: Decimal
    counted: Decimal

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted


def sums(asked: Asked) -> list[TypeSum]:
    """Add up by type, in the order of the newest rules; a type that nobody used is there with 0."""
    scope = "true" if asked.is_everybody else f"registration_id IN ({asked.ids_sql()})"
    sql = BY_TYPE.format(
        totals=points.totals_where_sql(scope),
        years="year = %(year)s" if asked.year else "true",
    )
    found = {row["activity_type_id"]: row for row in read(sql, {"year": asked.year})}
    return _by_key(
        (row, found[row.pk]["raw"], found[row.pk]["counted"])
        if row.pk in found
        else (row, ZERO, ZERO)
        for row in ActivityType.objects.filter(
            rules__program=asked.program, rules__published_at__isnull=False
        ).order_by("-rules__version", "position", "pk")
    )


def _by_key(rows: Iterable[tuple[ActivityType, Decimal, Decimal]]) -> list[TypeSum]:
    found: dict[str, TypeSum] = {}
    for kind, raw, counted in rows:
        known = found.get(kind.key or kind.code_en)
        found[kind.key or kind.code_en] = TypeSum(
            known.name if known else kind.name,
            known.code if known else kind.code,
            known.colour if known else kind.colour,
            raw + (known.raw if known else ZERO),
            counted + (known.counted if known else ZERO),
        )
    return list(found.values())


def figure(asked: Asked) -> Figure:
    found, unit = sums(asked), asked.program.unit
    return Figure(
        key="types",
        title=_("Points by activity type"),
        point=_point(found, unit),
        about=_("Today, %(years)s") % {"years": asked.year_in_words},
        table=Table(
            _("Points by activity type"),
            [
                Column(_("Activity type")),
                Column(_("Code"), is_words=True),
                Column(_("Counted")),
                Column(_("Over a limit")),
                Column(_("Logged")),
            ],
            [(row.name, row.code, row.counted, row.parked, row.raw) for row in found],
        ),
        picture=_picture(found, unit) if any(row.raw for row in found) else None,
        meanings=[
            (_("Counted"), _("What the rules let count, in each person’s program years.")),
            (
                _("Over a limit"),
                _("Kept in the record; it counts again if an earlier activity goes away."),
            ),
        ],
    )


def _point(found: list[TypeSum], unit: str) -> str:
    counted = sum((row.counted for row in found), ZERO)
    raw = sum((row.raw for row in found), ZERO)
    if not raw:
        return _("No activities yet. The first one that is logged shows up here.")
    said = _("%(counted)s count of %(raw)s logged.") % {
        "counted": number(counted, grouped=True),
        "raw": amount(raw, unit),
    }
    if not counted:
        return said
    most = max(found, key=lambda row: row.counted)
    share = round(most.counted / counted * 100)
    first = _("Most come from %(type)s: %(share)s in 100.")
    return f"{said} " + first % {"type": most.name, "share": share}


def _picture(found: list[TypeSum], unit: str) -> SafeString:
    rows = [
        charts.Bar(
            row.name,
            number(row.counted, grouped=True),
            (charts.Part(row.counted, row.colour), charts.Part(row.parked, "over")),
            hint=_("%(amount)s over a yearly limit") % {"amount": amount(row.parked, unit)}
            if row.parked
            else "",
        )
        for row in found
    ]
    return charts.bars(rows)
