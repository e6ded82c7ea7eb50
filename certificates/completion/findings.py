"""Ready for a certificate, and what is missing for whom: the one definition (P1, P3, C1, C4).

It is a query: for any registrations, each thing that stands between one of them and its certificate
is a row, with its figures. Points come from `activities.points`, what is owed from
`with_balance`, good standing from `member_on`. Only the name isn't here: whether it can be printed
is known by the fonts, not by the database (`problems.check_name`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL

from activities import points
from certificates.completion.days import with_days
from registrations.models import Registration, Requirement
from registrations.models.membership import member_on
from registrations.models.registration import RegistrationQuerySet

# The total that a certificate needs (P1). A program without one, or without an end, leads to none.
TOTALS = Requirement.objects.filter(
    per="cycle", group=None, strictness=Requirement.Strictness.REQUIRED
)

# What is known of each registration beside its points: columns of `chosen`.
KNOWN = {
    "id": "pk",
    "name": "person__name",
    "rules_id": "rules",
    "status": "status",
    "ends_on": "ends_on",
    "early": "program__early_completion",
    "needed": "needed",
    "completed_on": "completed_on",
    "over_on": "over_on",
    "member": "member",
    "balance": "balance",
}
# What the words of a few need on top.
SAID = {
    "unit_en": "program__unit_en",
    "unit_fr": "program__unit_fr",
    "membership": "membership",
    "good_until": "good_until",
}

# `shares` is read only where some rules require something of a group: the guard is asked once.
FINDINGS = f"""
    WITH chosen ({{columns}}) AS MATERIALIZED ({{chosen}}),
    types AS NOT MATERIALIZED ({{types}}),
    years AS MATERIALIZED ({points.years_sql("SELECT * FROM types")}),
    carried AS MATERIALIZED ({points.brought_sql("SELECT * FROM years")}),
    cycles AS (
        SELECT registration_id, SUM(counted) AS counted FROM years GROUP BY registration_id
    ), standing AS MATERIALIZED (
        SELECT chosen.*, COALESCE(cycles.counted, 0) AS counted
        FROM chosen LEFT JOIN cycles ON cycles.registration_id = chosen.id
        WHERE chosen.needed IS NOT NULL
    ), asked AS (
        SELECT l.id, q.per, q.points, q.group_id, y.number
        FROM standing l
        JOIN registrations_requirement q
          ON q.rules_id = l.rules_id AND q.strictness = 'required'
        JOIN registrations_programyear y ON y.registration_id = l.id
         AND (q.per = 'year' OR y.number = 1)
        WHERE q.per = 'year' OR q.group_id IS NOT NULL
    ), shares AS (
        SELECT types.registration_id, t.group_id, types.year, SUM(types.counted) AS counted
        FROM types JOIN registrations_activitytype t ON t.id = types.activity_type_id
        WHERE t.group_id IS NOT NULL AND EXISTS (
            SELECT FROM registrations_requirement
            WHERE group_id IS NOT NULL AND strictness = 'required'
        )
        GROUP BY types.registration_id, t.group_id, types.year
    ), findings (id, place, code, year, group_id, has, needs, day) AS (
        SELECT id, 1, 'no_certificate', NULL::int, NULL::bigint, NULL::numeric, NULL::numeric,
               NULL::date
        FROM chosen WHERE needed IS NULL
        UNION ALL
        SELECT id, 2, 'total', NULL, NULL, counted, needed, NULL
        FROM standing WHERE counted < needed
        UNION ALL
        SELECT a.id, 3, 'year_minimum', a.number, NULL,
               COALESCE(years.counted, 0) + COALESCE(carried.brought, 0), a.points, NULL
        FROM asked a
        LEFT JOIN years ON years.registration_id = a.id AND years.year = a.number
        LEFT JOIN carried ON carried.registration_id = a.id AND carried.year = a.number
        WHERE a.group_id IS NULL
          AND COALESCE(years.counted, 0) + COALESCE(carried.brought, 0) < a.points
        UNION ALL
        SELECT a.id, 4, CASE a.per WHEN 'year' THEN 'group_year' ELSE 'group' END,
               CASE a.per WHEN 'year' THEN a.number END, a.group_id,
               COALESCE(SUM(shares.counted), 0), a.points, NULL
        FROM asked a
        LEFT JOIN shares ON shares.registration_id = a.id AND shares.group_id = a.group_id
         AND (a.per = 'cycle' OR shares.year = a.number)
        WHERE a.group_id IS NOT NULL
        GROUP BY a.id, a.per, a.group_id, a.number, a.points
        HAVING COALESCE(SUM(shares.counted), 0) < a.points
        UNION ALL
        SELECT id, 5, 'membership', NULL, NULL, NULL, NULL, NULL
        FROM standing WHERE NOT member
        UNION ALL
        SELECT id, 6, 'fee_owed', NULL, NULL, balance, NULL, NULL
        FROM standing WHERE balance > 0
        UNION ALL
        SELECT id, 7, 'cycle_runs', NULL, NULL, NULL, NULL, ends_on
        FROM standing WHERE completed_on <= ends_on AND NOT (early AND counted >= needed)
        UNION ALL
        SELECT id, 8, 'too_late', NULL, NULL, NULL, NULL, over_on
        FROM standing WHERE completed_on > over_on
    )
"""

EACH = """
    SELECT c.id, c.name, c.completed_on, c.unit_en, c.unit_fr, c.membership, c.good_until,
           f.code, f.year, f.has, f.needs, f.day, g.name_en AS group_en, g.name_fr AS group_fr
    FROM chosen c
    LEFT JOIN findings f ON f.id = c.id
    LEFT JOIN registrations_typegroup g ON g.id = f.group_id
    ORDER BY c.id, f.place, g.position, g.id, f.year
"""

# The time for sending is a matter of turning in, not of the certificate.
READY = """
    SELECT s.id FROM standing s
    WHERE NOT EXISTS (SELECT FROM findings f WHERE f.id = s.id AND f.code <> 'too_late')
"""

PROGRESS = """
    SELECT s.id, s.name, s.status, s.ends_on, s.completed_on, s.counted, s.needed,
           EXISTS (SELECT FROM findings f WHERE f.id = s.id AND f.code = 'cycle_runs'),
           NOT EXISTS (SELECT FROM findings f WHERE f.id = s.id AND f.code <> 'cycle_runs')
    FROM standing s
    ORDER BY s.ends_on, s.id
"""


@dataclass(frozen=True)
class Finding:
    """One thing that is missing: its code and its figures, or a registration without any.

    `has` and `needs` are points; of the fee, `has` is what is owed, in the program's currency.
    `day` is the last day of what is over, or of what still runs. A code leaves the others null.
    """

    id: int
    name: str
    completed_on: date
    unit_en: str
    unit_fr: str
    membership: str | None
    good_until: date | None
    code: str | None
    year: int | None
    has: Decimal
    needs: Decimal
    day: date
    group_en: str | None
    group_fr: str | None


@dataclass(frozen=True)
class Progress:
    """How far a registration is: its points, and whether nothing is missing any more.

    `judged_on` is the day of turning in, or today while it isn't. `waits` says that the cycle has
    to end first, and `complete` that nothing else is missing.
    """

    id: int
    name: str
    status: str
    ends_on: date
    judged_on: date
    counted: Decimal
    needed: Decimal
    waits: bool
    complete: bool

    @property
    def is_ready(self) -> bool:
        return self.complete and not self.waits

    @property
    def reached(self) -> bool:
        """Whether it has the total (P1)."""
        return self.counted >= self.needed

    def lacking_letters(self) -> "Progress":
        """Return it as that of somebody whose name can't be printed."""
        return replace(self, complete=False)


def required_total(registration: Registration) -> Requirement | None:
    """Return the total that a certificate needs (P1), or None if the program leads to none (K5).

    A certificate is for a required total over a cycle that ends.
    """
    if registration.ends_on is None:
        return None
    return TOTALS.filter(rules=registration.rules_id).first()


def findings(registrations: RegistrationQuerySet) -> Iterator[Finding]:
    """Return what is missing for each, in the order in which one mends it, in one query.

    Whoever misses nothing is there once, without a code.
    """
    return (Finding(*row) for row in _fetch(registrations, EACH))


def standing_of(registrations: RegistrationQuerySet) -> Iterator[Progress]:
    """Return how far each is that leads to a certificate, names aside; who ends first is first."""
    return (Progress(*row) for row in _fetch(registrations, PROGRESS))


def ready(
    registrations: RegistrationQuerySet, *, now: datetime | None = None
) -> RegistrationQuerySet:
    """Keep the registrations that have all that a certificate asks for, their names aside."""
    try:
        sql, values = _sql(registrations, READY, now)
    except EmptyResultSet:
        return registrations
    return registrations.filter(pk__in=RawSQL(sql, values))  # noqa: S611 (our own SQL)


def _fetch(registrations: RegistrationQuerySet, select: str) -> list[tuple[Any, ...]]:
    try:
        sql, values = _sql(registrations, select)
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _sql(
    registrations: RegistrationQuerySet, select: str, now: datetime | None = None
) -> tuple[str, tuple[Any, ...]]:
    """Render a question about the findings.

    Raises `EmptyResultSet` where Django knows without asking that there are no registrations.
    """
    columns = KNOWN | SAID if select == EACH else KNOWN
    known = _known(registrations, now).values_list(*columns.values())
    chosen, values = known.query.sql_with_params()
    types = points.totals_where_sql("registration_id IN (SELECT id FROM chosen)")
    asked = FINDINGS.format(columns=", ".join(columns), chosen=chosen, types=types)
    return asked + select, values


def _known(registrations: RegistrationQuerySet, now: datetime | None) -> RegistrationQuerySet:
    rows = Registration.objects.filter(pk__in=registrations.order_by().values("pk"))
    total = Subquery(TOTALS.filter(rules=OuterRef("rules")).values("points")[:1])
    member = Q(program__needs_membership=False) | member_on(F("completed_on"))
    late = Q(status=Registration.Status.ACTIVE, ends_on__lt=F("completed_on"))
    return (
        with_days(rows.order_by(), now=now)
        .with_balance()
        .with_membership()
        .annotate(
            needed=Case(When(ends_on__isnull=False, then=total)),
            member=Case(When(member, then=Value(True)), default=Value(False)),
            over_on=Case(When(late, then=F("until"))),
        )
    )
