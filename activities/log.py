"""Writing the log: the only place that writes activities and what they are worth."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from activities.models import Activity, Credit
from activities.points import worth_sql
from cec.problems import Problem, Refused
from cec.wording import day as write_day
from registrations.calendar import today_in
from registrations.models import Rate, Registration

UNDO_DAYS = 30

# What an edit may change; everything else of an activity belongs to the log.
CHANGEABLE = [
    "title",
    "provider",
    "started_on",
    "completed_on",
    "hours",
    "subject",
    "materials",
    "goals",
    "outcome",
    "planned",
    "version",
    "updated_at",
]

VALUE = f"""
    INSERT INTO activities_credit AS credit
        (activity_id, registration_id, rate_id, activity_type_id, completed_on, year, points, state)
    SELECT a.id, chosen.registration_id, r.id, r.activity_type_id, a.completed_on, y.number,
           {worth_sql("a.hours")},
           CASE WHEN a.deleted_at IS NOT NULL THEN 'deleted'
                WHEN a.planned THEN 'planned'
                WHEN t.needs_outcome AND btrim(a.outcome) = '' THEN 'no_outcome'
                ELSE 'counts' END
    FROM unnest(%(activities)s::bigint[], %(registrations)s::bigint[], %(rates)s::bigint[])
         AS chosen (activity_id, registration_id, rate_id)
    JOIN activities_activity a ON a.id = chosen.activity_id
    JOIN registrations_rate r ON r.id = chosen.rate_id
    JOIN registrations_activitytype t ON t.id = r.activity_type_id
    JOIN registrations_programyear y ON y.registration_id = chosen.registration_id
     AND a.completed_on >= y.starts_on AND (y.ends_on IS NULL OR a.completed_on <= y.ends_on)
    ON CONFLICT (activity_id, registration_id) DO UPDATE SET
        rate_id = excluded.rate_id, activity_type_id = excluded.activity_type_id,
        completed_on = excluded.completed_on, year = excluded.year,
        points = excluded.points,
        state = CASE WHEN credit.disallowed AND excluded.state = 'counts' THEN 'disallowed'
                     ELSE excluded.state END
"""


class OutsideTheRecord(Exception):
    """An activity was to be valued that no program year holds; forms refuse it before."""


def check_dates(
    registration: Registration, *, completed_on: date, planned: bool = False
) -> list[Problem]:
    """Say why an activity of that day can't be in this record (E4, P11)."""
    starts_on, ends_on = registration.starts_on, registration.ends_on
    if starts_on is None:
        return [Problem("not_started", _("Your registration isn’t approved yet."), fixable=False)]
    if completed_on < starts_on:
        return [
            Problem(
                "too_early",
                _("This was before %(day)s, the day your program started, so it can’t count.")
                % {"day": write_day(starts_on)},
                fixable=False,
            )
        ]
    if ends_on and completed_on > ends_on:
        return [
            Problem(
                "too_late",
                _("This was after %(day)s, the last day of your program, so it can’t count.")
                % {"day": write_day(ends_on)},
                fixable=False,
            )
        ]
    if not planned and completed_on > today_in(registration.program):
        return [
            Problem(
                "future",
                _(
                    "This day is still ahead. Save it as planned, or enter the day when you "
                    "finished."
                ),
            )
        ]
    return []


def require_open(registration: Registration) -> None:
    """Lock the registration; raises `Refused` unless its record can be changed.

    Every save begins with it, so it reads one column by plain SQL.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status FROM registrations_registration WHERE id = %s FOR UPDATE",
            [registration.pk],
        )
        (status,) = cursor.fetchone()
    if status != Registration.Status.ACTIVE:
        raise Refused(closed(Registration(status=status)))


def closed(registration: Registration) -> Problem:
    """Tell that a record can't be changed in its state."""
    return Problem(
        "record_closed",
        _("This record is closed for changes. It is now: %(status)s.")
        % {"status": registration.get_status_display()},
        fixable=False,
    )


def stale() -> Problem:
    """Tell that somebody else, or another window, changed the activity first."""
    return Problem("stale", _("This activity was changed meanwhile. Look at it as it is now."))


@transaction.atomic
def add(registration: Registration, activity: Activity, *, rate: Rate) -> Activity:
    """Save a new activity and its worth; raises `Refused` when the record is closed."""
    require_open(registration)
    activity.person_id = registration.person_id
    activity.save()
    value(registration, [(activity.pk, rate.pk)])
    return activity


def add_once(
    registration: Registration, activity: Activity, *, rate: Rate
) -> tuple[Activity, bool]:
    """Save what a form said, once however often it arrives.

    Returns the activity that the first arrival saved, and whether this was the first: the
    constraint "form_is_saved_once" decides, so that the usual save asks nothing beforehand.
    """
    try:
        return add(registration, activity, rate=rate), True
    except IntegrityError:
        saved = Activity.objects.filter(
            person_id=registration.person_id, form_key=activity.form_key, form_key__isnull=False
        ).first()
        if saved is None:
            raise
        return saved, False


@transaction.atomic
def add_all(registration: Registration, entries: Sequence[tuple[Activity, Rate]]) -> list[Activity]:
    """Save many new activities by sets, all or none."""
    require_open(registration)
    for activity, _rate in entries:
        activity.person_id = registration.person_id
    saved = Activity.objects.bulk_create([activity for activity, _rate in entries])
    value(
        registration,
        [(activity.pk, rate.pk) for activity, (_same, rate) in zip(saved, entries, strict=True)],
    )
    return saved


@transaction.atomic
def change(registration: Registration, activity: Activity, *, rate: Rate) -> Activity:
    """Save an edited activity; `activity.version` is the one that the form was opened with.

    Raises `Refused` with code "stale" when it was changed meanwhile (reliability G6).
    """
    require_open(registration)
    current = Activity.objects.kept().filter(pk=activity.pk, version=activity.version)
    if not current.update(version=F("version") + 1):
        raise Refused(stale())
    activity.version += 1
    activity.save()
    value(registration, [(activity.pk, rate.pk)])
    return activity


@transaction.atomic
def change_all(registration: Registration, entries: Sequence[tuple[Activity, Rate]]) -> None:
    """Save many edited activities by sets, all or none; versions as in `change`."""
    require_open(registration)
    activities = [activity for activity, _rate in entries]
    versions = dict(
        Activity.objects.kept()
        .filter(pk__in=[activity.pk for activity in activities])
        .values_list("pk", "version")
    )
    if any(versions.get(activity.pk) != activity.version for activity in activities):
        raise Refused(stale())
    now = timezone.now()
    for activity in activities:
        activity.version += 1
        activity.updated_at = now
    Activity.objects.bulk_update(activities, CHANGEABLE, batch_size=500)
    value(registration, [(activity.pk, rate.pk) for activity, rate in entries])


@transaction.atomic
def delete(registration: Registration, activity: Activity) -> None:
    """Take an activity out of the record; it can be brought back for `UNDO_DAYS`."""
    require_open(registration)
    _mark(registration, activity, deleted=True)


@transaction.atomic
def restore(registration: Registration, activity: Activity) -> None:
    """Undo a deletion."""
    require_open(registration)
    problems = check_dates(
        registration, completed_on=activity.completed_on, planned=activity.planned
    )
    if problems:  # the program years may have moved since
        raise Refused(*problems)
    _mark(registration, activity, deleted=False)


def _mark(registration: Registration, activity: Activity, *, deleted: bool) -> None:
    activity.deleted_at = timezone.now() if deleted else None
    Activity.objects.filter(pk=activity.pk).update(
        deleted_at=activity.deleted_at, version=F("version") + 1
    )
    value_again(registration, activities=[activity.pk])


def value(registration: Registration, entries: Iterable[tuple[int, int]]) -> None:
    """Write what activities are worth: (activity id, rate id) pairs, in one statement.

    Raises `OutsideTheRecord` when a completion date lies in no program year.
    """
    pairs = list(entries)
    with connection.cursor() as cursor:
        cursor.execute(
            VALUE,
            {
                "activities": [activity for activity, _rate in pairs],
                "registrations": [registration.pk] * len(pairs),
                "rates": [rate for _activity, rate in pairs],
            },
        )
        if cursor.rowcount != len(pairs):
            raise OutsideTheRecord


def value_in_new_years(registration: Registration) -> None:
    """Write the worth of all entries anew after the program years moved (P5).

    What was deleted and lies in no year any more stays as it was; it can't be brought back then.
    """
    years = registration.years.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("completed_on")),
        starts_on__lte=OuterRef("completed_on"),
    )
    held = Credit.objects.filter(registration=registration).filter(
        Exists(years) | ~Q(state=Credit.State.DELETED)
    )
    value(registration, held.values_list("activity_id", "rate_id"))


def value_again(registration: Registration, *, activities: Sequence[int] | None = None) -> None:
    """Write the worth of entries anew, after their activity changed."""
    credits = Credit.objects.filter(registration=registration)
    if activities is not None:
        credits = credits.filter(activity__in=activities)
    value(registration, credits.values_list("activity_id", "rate_id"))


def mark_disallowed(registration: Registration, activity: Activity, *, disallowed: bool) -> None:
    """Let an entry count nothing, or count again; `activities.audit` decides it, under its lock."""
    Credit.objects.filter(registration=registration, activity=activity).update(
        disallowed=disallowed
    )
    value_again(registration, activities=[activity.pk])
