"""Writing the log: the only place that writes activities and what they are worth."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import changes
from activities.checks import check_entry, closed, other_rules, stale
from activities.models import Activity, Credit
from activities.points import worth_sql
from activities.sharing import SHARED, lock_all, refuse_elsewhere
from cec.problems import Problem, Refused
from registrations.models import Person, Rate, Registration

UNDO_DAYS = 30

# What an edit may change; everything else of an activity belongs to the log.
CHANGEABLE = [*SHARED, "version", "updated_at"]

VALUE = f"""
    INSERT INTO activities_credit AS credit
        (activity_id, registration_id, rate_id, activity_type_id, completed_on, year, points, state)
    SELECT a.id, chosen.registration_id, r.id, r.activity_type_id, a.completed_on, y.number,
           {worth_sql("a.hours")},
           CASE WHEN a.planned THEN 'planned'
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
        state = CASE WHEN credit.deleted_at IS NOT NULL THEN 'deleted'
                     WHEN credit.disallowed AND excluded.state = 'counts' THEN 'disallowed'
                     ELSE excluded.state END
"""


class OutsideTheRecord(Exception):
    """An activity was to be valued that no program year holds; forms refuse it before."""


def require_open(registration: Registration) -> None:
    """Lock the registration; raises `Refused` unless its record can be changed.

    So it does when the registration was moved to other rules since it was read: what was chosen is
    a rate of the former ones. Every save begins with it, so it reads two columns by plain SQL.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, rules_id FROM registrations_registration WHERE id = %s FOR UPDATE",
            [registration.pk],
        )
        status, rules = cursor.fetchone()
    if status != Registration.Status.ACTIVE:
        raise Refused(closed(Registration(status=status)))
    if rules != registration.rules_id:
        raise Refused(other_rules())


@transaction.atomic
def add(
    registration: Registration,
    activity: Activity,
    *,
    rate: Rate,
    also: Mapping[Registration, Rate] | None = None,
) -> Activity:
    """Save a new activity and its worth; raises `Refused` when the record is closed.

    `also` are other records of the person that it counts in too, each with its own rate.
    """
    rates = {registration: rate} | dict(also or {})
    for record in sorted(rates, key=lambda row: row.pk):
        require_open(record)
    activity.person_id = registration.person_id
    activity.save()
    for record, its_rate in rates.items():
        value(record, [(activity.pk, its_rate.pk)])
    return activity


def add_once(
    registration: Registration,
    activity: Activity,
    *,
    rate: Rate,
    also: Mapping[Registration, Rate] | None = None,
) -> tuple[Activity, bool]:
    """Save what a form said, once however often it arrives; `also` as in `add`.

    Returns the activity that the first arrival saved, and whether this was the first: the
    constraint "form_is_saved_once" decides, so that the usual save asks nothing beforehand.
    """
    try:
        return add(registration, activity, rate=rate, also=also), True
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
def change(
    registration: Registration, activity: Activity, *, rate: Rate, by: Person | None
) -> Activity:
    """Save an edited activity; `activity.version` is the one that the form was opened with.

    What it is worth is written anew in every open record that holds it. Raises `Refused` with code
    "stale" when it was changed meanwhile (reliability G6), and where `check_elsewhere` says why.
    """
    elsewhere = lock_all(registration, [activity.pk])
    current = Activity.objects.in_record(registration).filter(
        pk=activity.pk, version=activity.version
    )
    if not current.update(version=F("version") + 1):
        raise Refused(stale())
    refuse_elsewhere([activity], elsewhere)
    before = changes.values_of(registration, [activity.pk])
    activity.version += 1
    activity.save()
    value(registration, [(activity.pk, rate.pk)])
    _value_elsewhere(elsewhere)
    changes.note_edits(changes.Kind.EDITED, registration, [(activity, rate)], before=before, by=by)
    return activity


@transaction.atomic
def change_all(
    registration: Registration, entries: Sequence[tuple[Activity, Rate]], *, by: Person | None
) -> None:
    """Save what a file changes in many activities by sets, all or none.

    Versions and refusals are as in `change`.
    """
    activities = [activity for activity, _rate in entries]
    elsewhere = lock_all(registration, [activity.pk for activity in activities])
    versions = dict(
        Activity.objects.in_record(registration)
        .filter(pk__in=[activity.pk for activity in activities])
        .values_list("pk", "version")
    )
    if any(versions.get(activity.pk) != activity.version for activity in activities):
        raise Refused(stale())
    refuse_elsewhere(activities, elsewhere)
    before = changes.values_of(registration, versions)
    now = timezone.now()
    for activity in activities:
        activity.version += 1
        activity.updated_at = now
    Activity.objects.bulk_update(activities, CHANGEABLE, batch_size=500)
    value(registration, [(activity.pk, rate.pk) for activity, rate in entries])
    _value_elsewhere(elsewhere)
    changes.note_edits(changes.Kind.IMPORTED, registration, entries, before=before, by=by)


def _value_elsewhere(elsewhere: Sequence[Credit]) -> None:
    """Write the worth of changed activities anew in the other records that are open."""
    for record, credits in groupby(elsewhere, key=lambda credit: credit.registration):
        if record.status == Registration.Status.ACTIVE:
            value_again(record, activities=[credit.activity_id for credit in credits])


def touch(activity: Activity) -> None:
    """Note that something of an entry changed beside its fields: a question is answered by it.

    The version stays: a form that is open meanwhile overwrites nothing of it.
    """
    Activity.objects.filter(pk=activity.pk).update(updated_at=timezone.now())


def decide_anew(activity: Activity) -> None:
    """Let what was decided on an entry hold no more: what it was decided by is gone (C2)."""
    decided = Activity.objects.filter(pk=activity.pk, audit_decisions__isnull=False)
    Activity.objects.filter(pk__in=decided).update(version=F("version") + 1)


@transaction.atomic
def delete(registration: Registration, activity: Activity, *, by: Person | None) -> None:
    """Take an activity out of the record; it can be brought back for `UNDO_DAYS`.

    Other records that hold it keep it; the last one takes the activity with it.
    """
    elsewhere = lock_all(registration, [activity.pk])
    now = timezone.now()
    held = Credit.objects.kept().filter(registration=registration, activity=activity)
    if not held.update(state=Credit.State.DELETED, deleted_at=now):
        return  # a second click
    if not elsewhere:
        Activity.objects.filter(pk=activity.pk).update(deleted_at=now, version=F("version") + 1)
    changes.note(changes.Kind.DELETED, registration, activity, by=by)


@transaction.atomic
def delete_all(
    registration: Registration, activities: Sequence[Activity], *, by: Person | None
) -> None:
    """Take many activities out of the record by sets, all or none; as `delete` does with one.

    Raises `Refused` with code "stale" when one of them isn't in the record any more.
    """
    ids = [activity.pk for activity in activities]
    shared = {credit.activity_id for credit in lock_all(registration, ids)}
    now = timezone.now()
    held = Credit.objects.kept().filter(registration=registration, activity__in=ids)
    if held.update(state=Credit.State.DELETED, deleted_at=now) != len(ids):
        raise Refused(stale())
    gone = Activity.objects.filter(pk__in=set(ids) - shared)
    gone.update(deleted_at=now, version=F("version") + 1)
    changes.note_all(changes.Kind.DELETED, registration, ids, by=by)


@transaction.atomic
def restore(registration: Registration, activity: Activity, *, by: Person | None) -> None:
    """Undo a deletion; raises `Refused` after `UNDO_DAYS`, when its files may be gone."""
    lock_all(registration, [activity.pk])
    deleted = Credit.objects.filter(registration=registration, deleted_at__isnull=False)
    credit = deleted.filter(activity=activity).select_related("rate", "activity").first()
    if credit is None or credit.deleted_at is None:
        return  # a second click
    if credit.deleted_at < timezone.now() - timedelta(days=UNDO_DAYS):
        raise Refused(
            Problem("too_late", _("It was deleted too long ago to come back."), fixable=False)
        )
    problems = check_entry(registration, credit.activity, credit.rate)
    if problems:  # the program years may have moved since
        raise Refused(*problems)
    hold(registration, credit.activity, credit.rate)
    changes.note(changes.Kind.RESTORED, registration, activity, by=by)


def hold(registration: Registration, activity: Activity, rate: Rate) -> None:
    """Let a record hold an activity that exists, perhaps again. Call it under `lock_all`."""
    deleted = Credit.objects.filter(activity=activity, deleted_at__isnull=False)
    deleted.filter(registration=registration).update(state=Credit.State.COUNTS, deleted_at=None)
    gone = Activity.objects.filter(pk=activity.pk, deleted_at__isnull=False)
    gone.update(deleted_at=None, version=F("version") + 1)
    value(registration, [(activity.pk, rate.pk)])


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

    What was deleted stays as it was; bringing it back looks for its year anew.
    """
    value_again(registration)


def value_again(registration: Registration, *, activities: Sequence[int] | None = None) -> None:
    """Write the worth of entries anew, after their activity changed."""
    credits = Credit.objects.kept().filter(registration=registration)
    if activities is not None:
        credits = credits.filter(activity__in=activities)
    value(registration, credits.values_list("activity_id", "rate_id"))


def mark_disallowed(registration: Registration, activity: Activity, *, disallowed: bool) -> None:
    """Let an entry count nothing, or count again; `activities.audit` decides it, under its lock."""
    Credit.objects.filter(registration=registration, activity=activity).update(
        disallowed=disallowed
    )
    value_again(registration, activities=[activity.pk])
