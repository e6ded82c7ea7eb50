"""The days that completion is judged on, each told by the database in the program's time zone."""

from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    DateField,
    Expression,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest
from django.utils import timezone

from registrations.models import Event, Notice, Registration
from registrations.models.registration import RegistrationQuerySet

Status = Registration.Status
# The kind of notice that says that the grace period is running out. One of the occasion "late" is
# for those whom nobody told in time, and gives them so many days from the day on which it is sent.
WARNING, LATE = "grace_ending", "late"
DAYS_FROM_WARNING = 14
# From here on the day of turning in decides: a slow committee costs nobody a membership.
TURNED_IN = (Status.TURNED_IN, Status.ACCEPTED, Status.CERTIFIED)


def with_days(
    registrations: RegistrationQuerySet, *, now: datetime | None = None
) -> RegistrationQuerySet:
    """Annotate `completed_on`, `day_of_completion`, and `until`, `turn_in_until`.

    `grace_until` is that day before anybody was warned late.
    """
    moment = Value(now or timezone.now())
    sent = When(status__in=TURNED_IN, then=Coalesce(_last(Event.Kind.TURN_IN), moment))
    starts = Greatest("ends_on", _day_of(_last(Event.Kind.RETURN)))
    warned = warnings().filter(occasion__endswith=f":{LATE}").order_by("-written_at")
    warned_on = _day_of(Subquery(warned.values("written_at")[:1]))
    return registrations.annotate(
        completed_on=_day_of(Case(sent, default=moment)),
        grace_until=_later(starts, F("program__grace_days")),
        until=Greatest("grace_until", _later(warned_on, Value(DAYS_FROM_WARNING))),
    )


def warnings() -> QuerySet[Notice]:
    """Return the warnings of the registration of an outer query that did become mail."""
    return Notice.objects.filter(
        registration=OuterRef("pk"), kind=WARNING, state=Notice.State.WRITTEN
    )


def _later(day: Expression, days: Expression | F) -> Func:
    return Func(
        day,
        days,
        template="(%(expressions)s)",
        arg_joiner=" + ",
        output_field=DateField(),
    )


def _last(kind: str) -> Subquery:
    events = Event.objects.filter(registration=OuterRef("pk"), kind=kind)
    return Subquery(events.order_by("-id").values("at")[:1])


def _day_of(moment: Expression | Subquery) -> Cast:
    return Cast(Func(F("program__time_zone"), moment, function="timezone"), DateField())


def day_of_completion(registration: Registration) -> date:
    """Return the day on which the record was turned in, or today while it isn't (C4)."""
    day: date = _asked(registration, "completed_on")
    return day


def turn_in_until(registration: Registration) -> date:
    """Return the last day for turning in: the grace period after the cycle's end (C1).

    A record that was sent back has as long again from that day, so that a late answer of the
    committee shortens nobody's time for mending. Nobody's time ends without a warning.
    """
    day: date = _asked(registration, "until")
    return day


def _asked(registration: Registration, name: str) -> Any:
    return with_days(Registration.objects.filter(pk=registration.pk)).values_list(name, flat=True)[
        0
    ]


def last_event(registration: Registration, kind: str) -> Event | None:
    """Return the latest event of a kind, if there was one."""
    return registration.events.filter(kind=kind).last()
