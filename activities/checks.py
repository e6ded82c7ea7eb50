"""What an entry has to fulfil in one record: its day, its hours, and a record that is open."""

from datetime import date

from django.utils.translation import gettext as _

from activities.models import Activity
from cec.problems import Problem
from cec.wording import day as write_day
from registrations.calendar import today_in
from registrations.models import Rate, Registration


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


def check_entry(registration: Registration, activity: Activity, rate: Rate) -> list[Problem]:
    """Say why an activity can't stand in a record under a rate: its day (E4, P11), its hours."""
    problems = check_dates(
        registration, completed_on=activity.completed_on, planned=activity.planned
    )
    if rate.per_hour and activity.hours is None:
        problems.append(
            Problem("no_hours", _("This type counts by the hour: the activity needs its hours."))
        )
    return problems


def closed(registration: Registration) -> Problem:
    """Tell that a record can't be changed in its state."""
    return Problem(
        "record_closed",
        _("This record is closed for changes. It is now: %(status)s.")
        % {"status": registration.get_status_display()},
        fixable=False,
    )


def other_rules() -> Problem:
    """Tell that the record moved to other rules while an entry was written."""
    return Problem(
        "other_rules",
        _(
            "The rules of your program have just changed, so nothing is saved yet. "
            "Choose the type again."
        ),
    )


def stale() -> Problem:
    """Tell that somebody else, or another window, changed the activity first."""
    return Problem("stale", _("This activity was changed meanwhile. Look at it as it is now."))
