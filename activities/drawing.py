"""The audit draw (C2): which turned-in records are audited; docs/audit-draw.md repeats one.

Each record that takes part is ranked by SHA-256 of the seed, a line feed and its reference, in
hexadecimal; the first ones, `percent` of all rounded up, are audited. The seed is made here, once
the set is fixed, and a record is in one draw only: nobody can try until the outcome suits.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from activities.models import Audit, AuditDraw
from activities.models.audit import rank
from cec import mail, work
from cec.problems import Problem, Refused
from registrations.calendar import day_in, today_in
from registrations.models import Event, Person, Program, Registration
from registrations.models.committee import roles_of
from registrations.models.history import new_event
from registrations.models.mentoring import conflicts_of
from registrations.permissions import require

DRAWING = "activities.drawing"  # one draw at a time


@dataclass(frozen=True)
class Plan:
    """What a draw is made with; `days` is the time for sending evidence."""

    percent: int = 10
    days: int = 30
    exempt_years: int = 3
    first_day: date | None = None
    last_day: date | None = None


def usual(program: Program) -> Plan:
    """Return what the program's last draw was made with, else what is proposed at first."""
    last = AuditDraw.objects.filter(program=program).first()
    if last is None:
        return Plan(percent=program.audit_percent or Plan.percent)
    days = (last.evidence_until - day_in(program, last.drawn_at)).days
    return Plan(percent=last.percent, days=days, exempt_years=last.exempt_years)


@transaction.atomic
def draw(program: Program, plan: Plan, *, by: Person, form_key: UUID | None = None) -> AuditDraw:
    """Draw among the records that are turned in and were in no draw before.

    The same form twice is one draw. Raises `Refused` when there are none, and when the person's
    own record or a mentee's is among them: somebody else draws then.
    """
    require(by, "run_audit")
    work.one_at_a_time(DRAWING)
    made = AuditDraw.objects.filter(form_key=form_key, form_key__isnull=False).first()
    if made is not None:
        return made
    found = list(_taking_part(program, plan))
    if not found:
        raise Refused(Problem("nobody", _nobody(plan)))
    if any(row.person_id == by.pk or row.pk in conflicts_of(by) for row in found):
        raise Refused(
            Problem(
                "own_record",
                _(
                    "Your own record, or that of somebody whom you mentor, is among them. "
                    "Ask a colleague in the steering group to draw."
                ),
                fixable=False,
            )
        )
    row = AuditDraw.objects.create(
        program=program,
        percent=plan.percent,
        first_day=plan.first_day,
        last_day=plan.last_day,
        evidence_until=today_in(program) + timedelta(days=plan.days),
        exempt_years=plan.exempt_years,
        seed=secrets.token_hex(16),
        drawn_by=by,
        form_key=form_key,
    )
    _write(row, found)
    return row


def _nobody(plan: Plan) -> str:
    """Say whom the plan leaves; records of other programs and days may well wait."""
    if plan.first_day or plan.last_day:
        return _("No record of this program that was sent in these days waits for its first draw.")
    return _("No record of this program waits for its first draw.")


def waiting() -> QuerySet[Registration]:
    """Return the records in review that were in no draw."""
    status = Registration.Status.TURNED_IN
    return Registration.objects.filter(status=status, audit__isnull=True)


def _taking_part(program: Program, plan: Plan) -> QuerySet[Registration]:
    """Lock and return those that a draw takes, with `turned_in_at` and `exempt`."""
    sent = Event.objects.filter(registration=OuterRef("pk"), kind=Event.Kind.TURN_IN)
    passed = Audit.objects.filter(
        registration__person=OuterRef("person"),
        registration__program=program,
        exempt_until__gte=today_in(program),
    )
    rows = (
        waiting()
        .filter(program=program)
        .select_for_update(of=("self",))
        .annotate(
            turned_in_at=Subquery(sent.order_by("-id").values("at")[:1]), exempt=Exists(passed)
        )
        .select_related("program", "person", "association")
        .order_by("pk")
    )
    return rows.filter(_period(program, plan))


def _period(program: Program, plan: Plan) -> Q:
    """Limit by the day of turning in, in the program's time zone."""
    zone, asked = ZoneInfo(program.time_zone), Q()
    if plan.first_day is not None:
        first = datetime.combine(plan.first_day, time.min, zone)
        asked &= Q(turned_in_at__gte=first)
    if plan.last_day is not None:
        last = datetime.combine(plan.last_day, time.max, zone)
        asked &= Q(turned_in_at__lte=last)
    return asked


def _write(row: AuditDraw, found: Sequence[Registration]) -> None:
    """Keep what came of each record, and tell those who were drawn."""
    taking_part = sorted(
        (registration for registration in found if not registration.exempt),  # type: ignore[attr-defined]
        key=lambda registration: rank(row.seed, registration.reference),
    )
    drawn = number_drawn(len(taking_part), row.percent)
    audits = [
        Audit(
            draw=row,
            registration=registration,
            place=place,
            state=Audit.State.ASKED if place <= drawn else Audit.State.SPARED,
        )
        for place, registration in enumerate(taking_part, start=1)
    ]
    audits += [
        Audit(draw=row, registration=registration, state=Audit.State.EXEMPT)
        for registration in found
        if registration.exempt  # type: ignore[attr-defined]
    ]
    saved = Audit.objects.bulk_create(audits)[:drawn]
    Event.objects.bulk_create(
        new_event(
            "audit_asked",
            by=row.drawn_by,
            registration=audit.registration,
            details={"draw": row.pk, "seed": row.seed, "place": audit.place},
        )
        for audit in saved
    )
    for audit in saved:
        _tell(audit)


def _tell(audit: Audit) -> None:
    registration = audit.registration
    mail.post(
        "audit_asked",
        audit,
        to=registration.person,
        key=f"audit_asked:{audit.pk}",
        about=registration,
    )


def number_drawn(records: int, percent: int) -> int:
    """Return how many of so many records are audited: the share, rounded up."""
    return -(-records * percent // 100)


def read_by(person: Person) -> QuerySet[AuditDraw]:
    """Return the draws whose making this person reads: the committee all, others their own."""
    draws = AuditDraw.objects.select_related("program", "drawn_by")
    if roles_of(person).is_staff:
        return draws
    own = Audit.objects.filter(draw=OuterRef("pk"), registration__person=person)
    return draws.filter(Exists(own.exclude(state=Audit.State.EXEMPT)))
