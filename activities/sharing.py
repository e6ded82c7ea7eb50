"""An activity that stands in several records of one person: they share what it is."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from activities.checks import check_entry, closed, other_rules, stale
from activities.models import Activity, Credit
from cec.problems import Problem, Refused
from registrations.models import Registration

# What all records of an activity show alike, in the order in which its history tells of it; the
# type is each record's own.
SHARED = (
    "title",
    "provider",
    "started_on",
    "completed_on",
    "planned",
    "hours",
    "subject",
    "outcome",
    "materials",
    "goals",
)


def elsewhere(registration: Registration, activities: Iterable[int]) -> QuerySet[Credit]:
    """Return where else activities stand, by record, with all that a check asks for."""
    return (
        Credit.objects.kept()
        .filter(activity__in=activities)
        .exclude(registration=registration)
        .select_related("registration__program", "rate__activity_type", "activity")
        .order_by("registration_id", "activity_id")
    )


def lock_person(registration: Registration) -> dict[int, tuple[str, int]]:
    """Lock all records of the person, in order of id; return the state and rules of each by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, rules_id FROM registrations_registration"
            " WHERE person_id = %s ORDER BY id FOR UPDATE",
            [registration.person_id],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def lock_all(registration: Registration, activities: Sequence[int]) -> list[Credit]:
    """Lock all records of the person before a deed on activities that exist.

    Returns where else these stand. Raises `Refused` unless the registration's own record is open.
    """
    states = lock_person(registration)
    status, rules = states[registration.pk]
    if status != Registration.Status.ACTIVE:
        raise Refused(closed(Registration(status=status)))
    if rules != registration.rules_id:
        raise Refused(other_rules())
    found = list(elsewhere(registration, activities))
    if any(credit.registration_id not in states for credit in found):
        raise Refused(stale())  # a registration that has come between the two queries
    return found


def refuse_elsewhere(activities: Sequence[Activity], others: Sequence[Credit]) -> None:
    """Raise `Refused` when another record doesn't take what is changed in an activity."""
    changed = {activity.pk: activity for activity in activities}
    for credit in others:
        if problems := check_elsewhere(changed[credit.activity_id], credit):
            raise Refused(*problems)


def check_elsewhere(activity: Activity, credit: Credit) -> list[Problem]:
    """Say why another record that holds an activity doesn't take what is changed in it.

    `credit.activity` is the activity as it is saved.
    """
    other = credit.registration
    if all(getattr(activity, name) == getattr(credit.activity, name) for name in SHARED):
        return []
    if other.status == Registration.Status.ACTIVE:
        return [named(problem, other) for problem in check_entry(other, activity, credit.rate)]
    return [
        Problem(
            "kept_elsewhere",
            _(
                "This also stands in your record of %(program)s, which is closed: only the type "
                "can be changed here."
            )
            % {"program": other.program.name},
            fixable=False,
        )
    ]


def named(problem: Problem, registration: Registration) -> Problem:
    """Say in which of a person's programs a problem is."""
    said = {"label": registration.program.name, "value": problem.message}
    return replace(problem, message=_("%(label)s: %(value)s") % said)
