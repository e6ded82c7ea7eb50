"""The closed years as lists and pages show them, and what has changed in them since."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activities import points
from activities.models import YearResult
from activities.models.yearend import YearResultQuerySet
from cec import words
from cec.paging import Order
from cec.wording import amount
from registrations import ledger, queue
from registrations.models import ActivityType, Person, Registration, Requirement

LATEST_FIRST = Order(F("last_day"), falling=True)

ALL, BELOW, REACHED, NONE, DRIFT, REOPENED = "all", "below", "reached", "none", "drift", "reopened"
IN_FORCE = Q(reopened_at__isnull=True)
# The views, in the order of the tabs; which of them has drifted is worked out when it is asked for.
VIEWS: dict[str, tuple[object, Q]] = {
    ALL: (_("All closed years"), IN_FORCE),
    BELOW: (_("Below"), IN_FORCE & Q(reached=False)),
    REACHED: (_("Reached"), IN_FORCE & Q(reached=True)),
    NONE: (_("No yearly minimum"), IN_FORCE & Q(reached__isnull=True)),
    DRIFT: (_("Changed since"), IN_FORCE),
    REOPENED: (_("Opened again"), ~IN_FORCE),
}
COUNTED = tuple(view for view in VIEWS if view != DRIFT)

# What the engine says today of closed years, where it isn't what was frozen.
_DRIFT = """
    WITH chosen (id, registration_id, year, raw, counted) AS MATERIALIZED ({chosen}),
    years AS MATERIALIZED ({years})
    SELECT c.id, COALESCE(y.raw, 0) - c.raw AS raw, COALESCE(y.counted, 0) - c.counted AS counted
    FROM chosen c
    LEFT JOIN years y ON y.registration_id = c.registration_id AND y.year = c.year
    WHERE COALESCE(y.raw, 0) <> c.raw OR COALESCE(y.counted, 0) <> c.counted
"""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the closed years. It is the query of the list's address.

    `first` and `last` are months like 2026-11, of the last days of the years.
    """

    view: str = ALL
    q: str = ""
    program: str = ""
    association: str = ""
    strictness: str = ""
    first: str = ""
    last: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read an address or a form; what it names and there isn't is left out."""
        asked = cls(**{field.name: words.tidy(query.get(field.name, "")) for field in fields(cls)})
        known = Requirement.Strictness.values
        return replace(
            asked,
            view=asked.view if asked.view in VIEWS else ALL,
            strictness=asked.strictness if asked.strictness in known else "",
            first=asked.first if ledger.is_month(asked.first) else "",
            last=asked.last if ledger.is_month(asked.last) else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return self != Asked(view=self.view)

    def query(self, **changes: str) -> str:
        """Write the query of the address, with something else in it if need be."""
        wanted, plain = asdict(replace(self, **changes)), asdict(Asked())
        return urlencode({key: value for key, value in wanted.items() if value != plain[key]})


@dataclass(frozen=True)
class Drift:
    """By how many points a closed year differs today from what was frozen."""

    raw: Decimal
    counted: Decimal

    def words(self, unit: str) -> str:
        """Say it, with the program's own word for points."""
        if not self.counted:
            return gettext("Since then other entries, and the same number counts")
        values = {"points": amount(abs(self.counted), unit)}
        if self.counted > 0:
            return gettext("Since then %(points)s more") % values
        return gettext("Since then %(points)s less") % values


@dataclass(frozen=True)
class TypeResult:
    """Points of one type in a closed year."""

    label: str
    raw: Decimal
    counted: Decimal

    @property
    def parked(self) -> Decimal:
        return self.raw - self.counted


def listed(person: Person, asked: Asked) -> YearResultQuerySet:
    """Return the closed years in this person's care that they ask for."""
    found = _narrowed(person, asked).filter(VIEWS[asked.view][1])
    return drifted(found) if asked.view == DRIFT else found


def counts(person: Person, asked: Asked) -> dict[str, int]:
    """Return how many each view holds beside the other filters, in one query."""
    found = _narrowed(person, asked).aggregate(
        **{f"in_{view}": Count("pk", filter=VIEWS[view][1]) for view in COUNTED}
    )
    return {view: found[f"in_{view}"] for view in COUNTED}


def closed_since(person: Person, moment: datetime) -> dict[str, int]:
    """Return how many years in this person's care were closed since then, by what came of them."""
    views = (REACHED, BELOW, NONE)
    rows = YearResult.objects.worked_on_by(person).filter(closed_at__gte=moment)
    found = rows.aggregate(**{f"in_{view}": Count("pk", filter=VIEWS[view][1]) for view in views})
    return {view: found[f"in_{view}"] for view in views}


def _narrowed(person: Person, asked: Asked) -> YearResultQuerySet:
    found = YearResult.objects.worked_on_by(person)
    if asked.q or asked.program:
        people = queue.search(Registration.objects.all(), text=asked.q, program=asked.program)
        found = found.filter(registration__in=people.order_by().values("pk"))
    if asked.association:
        found = found.filter(registration__association__code=asked.association)
    if asked.strictness:
        found = found.filter(strictness=asked.strictness)
    if first := ledger.first_day_of(asked.first):
        found = found.filter(last_day__gte=first)
    if last := ledger.first_day_of(asked.last or asked.first):
        found = found.filter(last_day__lt=ledger.next_month(last))
    return found


def with_people(found: YearResultQuerySet) -> YearResultQuerySet:
    """Bring along what a line of the list shows."""
    return found.select_related(
        "registration__person", "registration__program", "registration__association"
    )


def drifted(found: YearResultQuerySet) -> YearResultQuerySet:
    """Keep the closed years whose points are others today, by one query for all of them."""
    try:
        sql, values = _drift_sql(found)
    except EmptyResultSet:
        return found.none()
    return found.filter(pk__in=RawSQL(f"SELECT id FROM ({sql}) drift", values))  # noqa: S611


def drift(found: YearResultQuerySet) -> dict[int, Drift]:
    """Return by how much closed years have changed, by id; those that haven't are left out."""
    try:
        sql, values = _drift_sql(found.filter(IN_FORCE))
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {pk: Drift(raw, counted) for pk, raw, counted in cursor.fetchall()}


def _drift_sql(found: YearResultQuerySet) -> tuple[str, tuple[Any, ...]]:
    columns = found.order_by().values_list("pk", "registration_id", "number", "raw", "counted")
    chosen, values = columns.query.sql_with_params()
    types = points.totals_where_sql("registration_id IN (SELECT registration_id FROM chosen)")
    return _DRIFT.format(chosen=chosen, years=points.years_sql(types)), values


def by_type(result: YearResult) -> list[TypeResult]:
    """Return the points of each type, in the order of the rules of then."""
    rows = ActivityType.objects.none()
    if program := result.registration.program_id:  # an example's exists nowhere
        rows = ActivityType.objects.filter(
            rules__program=program, rules__version=result.rules_version, key__in=result.types
        )
    known = {row.key: f"{row.code} {row.name}" for row in rows}
    keys = [*known, *sorted(set(result.types) - set(known))]
    return [
        TypeResult(known.get(key, key.upper()), *map(Decimal, result.types[key])) for key in keys
    ]


def describe(rows: Sequence[YearResult]) -> None:
    """Put beside each row what has changed in it since, in words, by one query for all."""
    changed = drift(YearResult.objects.filter(pk__in=[row.pk for row in rows]))
    for row in rows:
        row.changed = ""  # type: ignore[attr-defined]
        if found := changed.get(row.pk):
            row.changed = found.words(row.registration.program.unit)  # type: ignore[attr-defined]


def editions(result: YearResult) -> list[YearResult]:
    """Return every result of the same year, the latest first, with who opened it again and why."""
    rows = YearResult.objects.filter(registration=result.registration_id, number=result.number)
    return list(rows.select_related("reopened_by", "moved_by").order_by("-edition"))


def of_record(registration: Registration) -> list[YearResult]:
    """Return the closed years of a record in force, in their order, with what changed since."""
    rows = list(YearResult.objects.in_force().filter(registration=registration).order_by("number"))
    for row in rows:
        row.registration = registration
    describe(rows)
    return rows
