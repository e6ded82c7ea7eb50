"""A closed year is opened again by a recorded decision alone, and closed anew by the next run."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from activities import extending
from activities.models import YearResult
from activities.yearend import closing, reopening
from cec.problems import Refused
from registrations.models import Registration
from tests import factories as make
from tests.activities.yearends import AFTER_YEAR_1, closed
from tests.races import at_once

pytestmark = pytest.mark.django_db

ENTRY = ("PD-I", "5", "2025-05-01")


def in_time(days: int = 5):
    """A result of a year that was over some days ago, by today's clock."""
    today = timezone.localdate()
    start = today - timedelta(days=365 + days)
    return closed(("PD-I", "5", start.isoformat()), starts_on=start, now=None)


@pytest.mark.parametrize("role", ["steering", "administrator"])
def test_a_year_that_was_opened_again_is_closed_with_the_figures_of_then(role):
    first = closed(ENTRY)
    row = first.registration
    make.activity(row, "PD-F", hours="2", on="2025-06-01")
    by = getattr(make, role)()

    reopening.reopen(first, by=by, reason="A course was forgotten")
    closing.close_due(now=AFTER_YEAR_1)

    old, new = row.year_results.order_by("edition")
    assert (old.counted, old.reason, old.reopened_by) == (5, "A course was forgotten", by)
    assert (new.counted, new.edition, new.in_force) == (9, 2, True)
    event = row.events.get(kind="year_reopened")
    assert (event.actor, event.reason) == (by, "A course was forgotten")
    assert event.details == {"year": 1, "result": old.pk}


def test_the_second_click_changes_nothing_and_somebody_elses_is_told():
    result = closed(ENTRY)
    first, second = make.steering(), make.steering()

    reopening.reopen(result, by=first, reason="A slip")
    reopening.reopen(result, by=first, reason="A slip")
    with pytest.raises(Refused, match="Somebody else"):
        reopening.reopen(result, by=second, reason="Another")

    assert result.registration.events.filter(kind="year_reopened").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_open_it_once():
    result = closed(ENTRY)
    people = [make.steering(), make.steering()]

    answers = at_once(
        [
            lambda who=who: reopening.reopen(
                YearResult.objects.get(pk=result.pk), by=who, reason="A slip"
            )
            for who in people
        ]
    )

    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert result.registration.events.filter(kind="year_reopened").count() == 1


def test_nobody_opens_their_own_year_and_a_representative_none():
    result = closed(ENTRY)
    own = result.registration.person
    make.appoint(own, "steering")

    for who in (own, make.representative("MLA"), make.person()):
        with pytest.raises(PermissionDenied):
            reopening.reopen(result, by=who, reason="A slip")

    assert YearResult.objects.in_force().count() == 1


def test_it_needs_a_reason_and_a_registration_that_goes_on():
    result = closed(ENTRY)
    by = make.steering()

    with pytest.raises(Refused, match="why"):
        reopening.reopen(result, by=by, reason="  ")
    Registration.objects.update(status="certified")
    with pytest.raises(Refused, match="over"):
        reopening.reopen(result, by=by, reason="A slip")

    assert YearResult.objects.in_force().count() == 1


def test_an_opened_year_stays_opened_and_its_figures_stay():
    result = closed(ENTRY)
    reopening.reopen(result, by=make.steering(), reason="A slip")

    back = "UPDATE activities_yearresult SET reopened_at = NULL, reopened_by_id = NULL, reason = ''"
    refused = pytest.raises(IntegrityError, match="history is kept")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(back)


def test_a_leave_that_moves_a_closed_year_opens_it_and_says_so():
    result = in_time()
    row = result.registration
    steering = make.steering()
    began = result.first_day + timedelta(days=100)

    change = extending.give_leave(
        row,
        by=steering,
        first_day=began,
        last_day=began + timedelta(days=29),
        cause="illness",
    )

    result.refresh_from_db()
    assert (result.reopened_by, result.moved_by, result.reason) == (steering, change, "")
    assert row.events.get(kind="leave").details["years_reopened"] == [1]
    assert closing.close_due() == 0  # its new last day is still ahead


def test_taking_the_leave_back_lets_the_year_be_closed_with_its_own_days_again():
    result = in_time()
    steering = make.steering()
    began = result.first_day + timedelta(days=100)
    change = extending.give_leave(
        result.registration,
        by=steering,
        first_day=began,
        last_day=began + timedelta(days=2),
        cause="illness",
    )
    closing.close_due()
    longer = result.registration.year_results.in_force().get()

    extending.take_back(change, by=steering, reason="It was somebody else")
    closing.close_due()

    again = result.registration.year_results.in_force().get()
    assert longer.last_day == result.last_day + timedelta(days=3)
    assert (again.last_day, again.edition) == (result.last_day, 3)


def test_an_extension_of_the_last_year_leaves_the_closed_ones_alone():
    result = in_time()
    row = result.registration

    change = extending.extend(
        row, by=make.steering(), until=row.ends_on + timedelta(days=30), cause="illness"
    )

    assert row.year_results.in_force().get() == result
    assert "years_reopened" not in row.events.get(kind="extended").details
    assert change.days == 30


@pytest.mark.django_db(transaction=True)
def test_closing_and_moving_a_year_at_once_never_leave_a_result_of_other_days():
    start = timezone.localdate() - timedelta(days=368)
    rows = [make.registration(starts_on=start) for _number in range(4)]
    steering = make.steering()
    began = start + timedelta(days=50)

    def leave(row):
        return lambda: extending.give_leave(
            row, by=steering, first_day=began, last_day=began, cause="illness"
        )

    answers = at_once([*(leave(row) for row in rows), closing.close_due, closing.close_due])
    closing.close_due()

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    for result in YearResult.objects.in_force():
        year = result.registration.years.get(number=result.number)
        assert (result.first_day, result.last_day) == (year.starts_on, year.ends_on)
    assert YearResult.objects.in_force().count() == 4
