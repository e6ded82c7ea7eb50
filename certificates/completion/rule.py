"""Ready for a certificate: the one home of that rule (P1, P3, C1, C4).

`check_completion` looks at one registration and says what is missing; `ready` answers for many in
one query. Both take their points from `activities.points`, and a test holds them equal. Only the
name isn't in `ready`: whether it can be printed is known by the fonts, not by the database.
"""

from datetime import date, datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db.models import Case, DateField, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import points
from activities.points import Standing
from cec import wording
from cec.problems import Problem
from certificates.lettering import UncoveredCharacters, letter
from registrations import fees
from registrations.calendar import day_in, today_in
from registrations.membership import check_membership
from registrations.models import Event, Registration, Requirement, TypeGroup
from registrations.models.membership import member_on
from registrations.models.programs import Per
from registrations.models.registration import RegistrationQuerySet

Status = Registration.Status
# From here on the day of turning in decides: a slow committee costs nobody a membership.
TURNED_IN = (Status.TURNED_IN, Status.ACCEPTED, Status.CERTIFIED)

ENOUGH_POINTS = f"""
    WITH chosen AS ({{scope}}), types AS MATERIALIZED ({{totals}}), years AS MATERIALIZED (
        {points.years_sql("SELECT * FROM types")}
    ), cycles AS (
        SELECT registration_id, SUM(counted) AS points FROM years GROUP BY registration_id
    ), carried AS MATERIALIZED (
        {points.brought_sql("SELECT * FROM years")}
    ), shares AS MATERIALIZED (
        SELECT types.registration_id, t.group_id, types.year, SUM(types.counted) AS points
        FROM types JOIN registrations_activitytype t ON t.id = types.activity_type_id
        WHERE t.group_id IS NOT NULL
        GROUP BY types.registration_id, t.group_id, types.year
    )
    SELECT r.id
    FROM cycles
    JOIN registrations_registration r ON r.id = cycles.registration_id
    JOIN registrations_requirement total
      ON total.rules_id = r.rules_id AND total.per = 'cycle' AND total.strictness = 'required'
     AND total.group_id IS NULL AND total.points <= cycles.points
    WHERE NOT EXISTS (
        SELECT 1
        FROM registrations_requirement yearly
        JOIN registrations_programyear y ON y.registration_id = r.id
        LEFT JOIN years ON years.registration_id = r.id AND years.year = y.number
        LEFT JOIN carried ON carried.registration_id = r.id AND carried.year = y.number
        WHERE yearly.rules_id = r.rules_id AND yearly.per = 'year' AND yearly.group_id IS NULL
          AND yearly.strictness = 'required'
          AND COALESCE(years.counted, 0) + COALESCE(carried.brought, 0) < yearly.points
    ) AND NOT EXISTS (
        SELECT 1
        FROM registrations_requirement part
        JOIN registrations_programyear y ON y.registration_id = r.id
         AND (part.per = 'year' OR y.number = 1)
        LEFT JOIN shares ON shares.registration_id = r.id AND shares.group_id = part.group_id
         AND (part.per = 'cycle' OR shares.year = y.number)
        WHERE part.rules_id = r.rules_id AND part.group_id IS NOT NULL
          AND part.strictness = 'required'
        GROUP BY part.id, part.points, y.number
        HAVING COALESCE(SUM(shares.points), 0) < part.points
    )
"""


def required_total(registration: Registration) -> Requirement | None:
    """Return the total that a certificate needs (P1), or None if the program leads to none (K5).

    A certificate is for a required total over a cycle that ends.
    """
    total = registration.rules.requirement("cycle")
    if total is None or total.strictness != Requirement.Strictness.REQUIRED:
        return None
    return total if registration.ends_on is not None else None


def check_completion(registration: Registration) -> list[Problem]:
    """Say what stands between a registration and its certificate; an empty list means ready.

    Membership and the end of the cycle are judged on the day on which the record was turned in,
    or today while it isn't.
    """
    total = required_total(registration)
    if total is None:
        return [
            Problem(
                "no_certificate",
                _("This program has no total to reach, so it doesn’t end with a certificate."),
                fixable=False,
            )
        ]
    standing = points.standing(registration)
    day = day_of_completion(registration)
    return [
        *_check_total(registration, standing, total),
        *_check_years(registration, standing),
        *_check_groups(registration, standing),
        *_check_day(registration, standing, total, day=day),
        *check_membership(registration, on=day),
        *_check_fee(registration),
        *check_name(registration.person.name),
    ]


def _check_total(
    registration: Registration, standing: Standing, total: Requirement
) -> list[Problem]:
    if standing.counted >= total.points:
        return []
    unit = registration.program.unit
    return [
        Problem(
            "total",
            _("%(counted)s of %(needed)s so far, %(left)s to go.")
            % {
                "counted": wording.number(standing.counted),
                "needed": wording.amount(total.points, unit),
                "left": wording.number(total.points - standing.counted),
            },
        )
    ]


def _check_years(registration: Registration, standing: Standing) -> list[Problem]:
    """A yearly minimum stands in the way only where it is required (P3)."""
    yearly = registration.rules.requirement("year")
    if yearly is None or yearly.strictness != Requirement.Strictness.REQUIRED:
        return []
    brought = points.brought(registration)
    return [
        Problem(
            "year_minimum",
            _("Year %(number)s has %(counted)s of the %(needed)s that each year needs.")
            % {
                "number": year.number,
                "counted": wording.number(counted),
                "needed": wording.amount(yearly.points, registration.program.unit),
            },
        )
        for year in registration.years.all()
        if (
            counted := standing.in_year(year.number).counted + brought.get(year.number, points.ZERO)
        )
        < yearly.points
    ]


def _check_groups(registration: Registration, standing: Standing) -> list[Problem]:
    """What is required of some types together, over the cycle or in each year."""
    return [
        problem
        for row in registration.rules.group_requirements()
        if row.strictness == Requirement.Strictness.REQUIRED and row.group
        for problem in _check_group(registration, standing, row, row.group)
    ]


def _check_group(
    registration: Registration, standing: Standing, row: Requirement, group: TypeGroup
) -> list[Problem]:
    types = set(group.types.values_list("pk", flat=True))
    part, needed = standing.of_types(types), wording.amount(row.points, registration.program.unit)
    values = {"group": group.name, "needed": needed}
    if row.per == Per.CYCLE:
        if part.counted >= row.points:
            return []
        text = _("“%(group)s” has %(counted)s of the %(needed)s that it needs.")
        return [Problem("group", text % {**values, "counted": wording.number(part.counted)})]
    text = _("Year %(number)s has %(counted)s of the %(needed)s that “%(group)s” needs each year.")
    return [
        Problem(
            "group_year",
            text % {**values, "number": year.number, "counted": wording.number(counted)},
        )
        for year in registration.years.all()
        if (counted := part.in_year(year.number).counted) < row.points
    ]


def _check_day(
    registration: Registration, standing: Standing, total: Requirement, *, day: date
) -> list[Problem]:
    """After the cycle, or earlier once the total is met and the program allows it (C1)."""
    assert registration.ends_on is not None
    early = registration.program.early_completion and standing.counted >= total.points
    if early or day > registration.ends_on:
        return []
    return [
        Problem(
            "cycle_runs",
            _("Your program runs until %(day)s. You can send your record for review after that.")
            % {"day": wording.day(registration.ends_on)},
            fixable=False,
        )
    ]


def _check_fee(registration: Registration) -> list[Problem]:
    owed = fees.balance(registration)
    if owed <= 0:
        return []
    return [
        Problem("fee_owed", _("%(amount)s of the fee is open.") % {"amount": wording.money(owed)})
    ]


def check_name(name: str) -> list[Problem]:
    """Say why a name can't be printed: no font of the certificate has one of its letters."""
    try:
        letter(name)
    except UncoveredCharacters as lacking:
        shown = " ".join(lacking.characters)
        return [
            Problem(
                "name",
                _("The certificate’s fonts can’t print %(characters)s.") % {"characters": shown},
            )
        ]
    except ValueError:
        return [Problem("name", _("Enter your name as it should be printed."))]
    return []


def day_of_completion(registration: Registration) -> date:
    """Return the day on which the record was turned in, or today while it isn't (C4)."""
    if registration.status in TURNED_IN:
        sent = last_event(registration, Event.Kind.TURN_IN)
        if sent is not None:
            return day_in(registration.program, sent.at)
    return today_in(registration.program)


def last_event(registration: Registration, kind: str) -> Event | None:
    """Return the latest event of a kind, if there was one."""
    return registration.events.filter(kind=kind).last()


def turn_in_until(registration: Registration) -> date:
    """Return the last day for turning in: the grace period after the cycle's end (C1).

    A record that was sent back has as long again from that day, so that a late answer of the
    committee shortens nobody's time for mending.
    """
    assert registration.ends_on is not None
    starts = registration.ends_on
    returned = last_event(registration, Event.Kind.RETURN)
    if returned is not None:
        starts = max(starts, day_in(registration.program, returned.at))
    return starts + timedelta(days=registration.program.grace_days)


def check_turn_in(registration: Registration) -> list[Problem]:
    """Say what keeps the record from being turned in today: completion, and the time for it."""
    problems = check_completion(registration)
    if any(problem.code == "no_certificate" for problem in problems):
        return problems
    until = turn_in_until(registration)
    if today_in(registration.program) > until:
        problems.append(
            Problem(
                "too_late",
                _("The time for sending your record ended on %(day)s. Write to your association.")
                % {"day": wording.day(until)},
                fixable=False,
            )
        )
    return problems


def ready(
    registrations: RegistrationQuerySet, *, now: datetime | None = None
) -> RegistrationQuerySet:
    """Keep the registrations that `check_completion` has nothing against, their names aside."""
    try:
        scope, values = registrations.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking that there are none
        return registrations
    totals = points.totals_of_both_sql("registration_id IN (SELECT id FROM chosen)")
    enough = ENOUGH_POINTS.format(scope=scope, totals=totals)
    return (
        registrations.with_balance()
        .with_membership()
        .annotate(completed_on=_day_of_completion(now or timezone.now()))
        .filter(  # type: ignore[misc]  # the annotations of with_balance and with_membership
            Q(program__needs_membership=False) | member_on(F("completed_on")),
            Q(program__early_completion=True) | Q(ends_on__lt=F("completed_on")),
            ends_on__isnull=False,
            balance__lte=0,
            pk__in=RawSQL(enough, values),  # noqa: S611 (our own SQL)
        )
    )


def _day_of_completion(now: datetime) -> Cast:
    """Render `day_of_completion` as an expression, in each program's time zone."""
    sent = (
        Event.objects.filter(registration=OuterRef("pk"), kind=Event.Kind.TURN_IN)
        .order_by("-id")
        .values("at")[:1]
    )
    moment = Case(
        When(status__in=TURNED_IN, then=Coalesce(Subquery(sent), Value(now))), default=Value(now)
    )
    return Cast(Func(F("program__time_zone"), moment, function="timezone"), DateField())
