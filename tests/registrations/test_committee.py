"""Terms of office: longer, shorter, to come, and never a day without an administrator."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cec.problems import Refused
from registrations import committee
from registrations.models import Appointment, Event, Person
from registrations.permissions import may
from tests import factories as make
from tests.races import at_once

TODAY = timezone.localdate()


def days(number):
    return TODAY + timedelta(days=number)


def administrator(last_day=None, first_day=-100, **fields):
    who = make.person(**fields)
    return make.appoint(who, "administrator", first_day=days(first_day), last_day=last_day)


def reload(row):
    return Appointment.objects.get(pk=row.pk)


@pytest.mark.django_db
def test_a_role_runs_longer_or_shorter_and_the_history_says_so():
    by = make.administrator()
    row = make.appoint(make.person(), "steering", last_day=days(10))

    committee.change_last_day(row, by=by, last_day=days(40))
    committee.change_last_day(row, by=by, last_day=None)

    assert reload(row).last_day is None
    events = Event.objects.filter(kind="role_changed", person=row.person)
    assert [event.details["last_day"] for event in events] == [str(days(40)), ""]
    assert events[0].actor == by
    assert events[0].details["last_day_before"] == str(days(10))


@pytest.mark.django_db
def test_the_same_last_day_again_is_no_change():
    row = make.appoint(make.person(), "steering", last_day=days(10))

    committee.change_last_day(row, by=make.administrator(), last_day=days(10))

    assert not Event.objects.filter(kind="role_changed").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("last_day", [-1, -500])
def test_a_last_day_that_is_over_is_refused(last_day):
    row = make.appoint(make.person(), "steering")

    with pytest.raises(Refused):
        committee.change_last_day(row, by=make.administrator(), last_day=days(last_day))

    assert reload(row).last_day is None


@pytest.mark.django_db
def test_a_role_to_come_does_not_end_before_it_begins():
    row = make.appoint(make.person(), "steering", first_day=days(20))

    with pytest.raises(Refused):
        committee.change_last_day(row, by=make.administrator(), last_day=days(19))
    committee.change_last_day(row, by=make.administrator(), last_day=days(20))

    assert reload(row).last_day == days(20)


@pytest.mark.django_db
def test_a_role_is_not_stretched_over_a_later_term_of_the_same():
    who = make.person()
    row = make.appoint(who, "steering", last_day=days(10))
    make.appoint(who, "steering", first_day=days(30))

    for last_day in (days(30), None):
        with pytest.raises(Refused):
            committee.change_last_day(row, by=make.administrator(), last_day=last_day)
    committee.change_last_day(row, by=make.administrator(), last_day=days(29))

    assert reload(row).last_day == days(29)


@pytest.mark.django_db
def test_a_role_that_has_ended_stays_ended():
    by = make.administrator()
    row = make.appoint(make.person(), "steering")
    committee.end(row, by=by)

    with pytest.raises(Refused):
        committee.change_last_day(row, by=by, last_day=days(30))


@pytest.mark.django_db
def test_a_role_to_come_gives_nothing_yet_and_can_be_called_off():
    by, who = make.administrator(), make.person()
    row = committee.appoint(who, by=by, role="steering", first_day=days(5))

    had = may(Person.objects.get(pk=who.pk), "appoint")
    committee.end(row, by=by)

    assert not had
    assert reload(row).ended_by == by


@pytest.mark.django_db
def test_nobody_changes_their_own_term_and_steering_not_an_administrators():
    own = administrator()
    other = administrator()

    with pytest.raises(PermissionDenied):
        committee.change_last_day(own, by=own.person, last_day=days(5))
    with pytest.raises(PermissionDenied):
        committee.change_last_day(other, by=make.steering(), last_day=days(5))


# The last administrator


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("others", "refused"),
    [
        ([], True),
        ([(-10, None)], False),
        ([(-10, 400)], True),  # nobody after the 400th day, and before there was somebody for good
        ([(-10, 40), (41, None)], False),
        ([(-10, 40), (42, None)], True),  # one day without anybody
        ([(5, None)], True),  # nobody until the 5th day
    ],
)
def test_ending_a_role_leaves_no_day_without_an_administrator(others, refused):
    row = administrator()
    for first, last in others:
        administrator(first_day=first, last_day=None if last is None else days(last))
    by = _somebody_who_may_but_does_not_count()

    if refused:
        with pytest.raises(Refused):
            committee.end(row, by=by)
    else:
        committee.end(row, by=by)

    assert (reload(row).ended_at is None) is refused


def _somebody_who_may_but_does_not_count():
    """An administrator until today: they act today, and cover no later day."""
    return administrator(last_day=TODAY).person


@pytest.mark.django_db
def test_setting_the_last_day_of_the_last_administrator_is_refused():
    row = administrator()
    by = administrator(last_day=days(30)).person

    with pytest.raises(Refused, match="nobody would be administrator"):
        committee.change_last_day(row, by=by, last_day=days(60))

    assert reload(row).last_day is None


@pytest.mark.django_db
def test_an_end_that_is_coming_anyway_may_come_as_late_as_it_would():
    row = administrator(last_day=days(50))
    by = administrator(last_day=days(90)).person

    committee.change_last_day(row, by=by, last_day=days(20))

    assert reload(row).last_day == days(20)


@pytest.mark.django_db
def test_an_administrator_whose_account_is_closed_is_nobody():
    row = administrator()
    administrator(is_active=False)

    with pytest.raises(Refused):
        committee.end(row, by=administrator(last_day=TODAY).person)


@given(
    st.lists(st.tuples(st.integers(-5, 12), st.integers(0, 12)), max_size=6),
    st.booleans(),
)
def test_the_first_gap_is_the_first_day_that_no_term_holds(terms, forever):
    spans = [(days(first), days(first + length)) for first, length in terms]
    spans += [(days(8), date.max)] if forever else []

    gap = committee.first_gap(spans, TODAY)

    uncovered = [
        days(number)
        for number in range(40)
        if not any(first <= days(number) <= last for first, last in spans)
    ]
    assert gap == (uncovered[0] if uncovered else None)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_others_term_at_once_leave_one():
    first, second = administrator(), administrator()

    results = at_once(
        [
            lambda: committee.change_last_day(second, by=first.person, last_day=TODAY),
            lambda: committee.change_last_day(first, by=second.person, last_day=TODAY),
        ]
    )

    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    assert Appointment.objects.filter(role="administrator", last_day=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_waiting_for_each_other_they_would_leave_none(monkeypatch):
    monkeypatch.setattr("cec.work.one_at_a_time", lambda name: None)
    first, second = administrator(), administrator()
    from threading import Barrier

    looked = Barrier(2)
    guard = committee._keep_an_administrator

    def look_then_wait(*args, **kwargs):
        guard(*args, **kwargs)
        looked.wait(timeout=10)

    monkeypatch.setattr(committee, "_keep_an_administrator", look_then_wait)

    at_once(
        [
            lambda: committee.change_last_day(second, by=first.person, last_day=TODAY),
            lambda: committee.change_last_day(first, by=second.person, last_day=TODAY),
        ]
    )

    assert not Appointment.objects.filter(role="administrator", last_day=None).exists()


@pytest.mark.django_db
def test_whoever_lost_their_role_a_moment_ago_changes_nobody_elses():
    by, row = make.administrator(), make.appoint(make.person(), "steering")
    may(by, "appoint")  # read before the colleague's click
    committee.end(Appointment.objects.get(person=by), by=make.administrator())

    with pytest.raises(PermissionDenied):
        committee.end(row, by=by)


# The pages


@pytest.mark.django_db
def test_a_last_day_is_changed_on_its_page(client):
    client.force_login(make.administrator())
    row = make.appoint(make.person(), "steering")

    answer = client.post(reverse("appointment", args=[row.pk]), {"last_day": days(20).isoformat()})
    listed = client.get(answer.url).text

    assert reload(row).last_day == days(20)
    assert "These roles end within 30 days." in listed


@pytest.mark.django_db
def test_a_wrong_last_day_is_shown_by_its_field(client):
    client.force_login(make.administrator())
    row = make.appoint(make.person(), "steering")

    answer = client.post(reverse("appointment", args=[row.pk]), {"last_day": "2020-01-01"})

    assert answer.status_code == 422
    assert "Choose a last day from today on" in answer.text
    assert reload(row).last_day is None


@pytest.mark.django_db
def test_a_role_that_is_over_has_no_page(client):
    client.force_login(make.administrator())
    row = make.appoint(make.person(), "steering", last_day=days(-1))

    for answer in (
        client.get(reverse("appointment", args=[row.pk])),
        client.post(reverse("appointment", args=[row.pk]), {"last_day": ""}),
    ):
        assert answer.status_code == 404


@pytest.mark.django_db
def test_a_representative_changes_nobodys_term(client):
    client.force_login(make.representative("MLA"))
    row = make.appoint(make.person(), "steering")

    answer = client.post(reverse("appointment", args=[row.pk]), {"last_day": ""})

    assert answer.status_code == 403


@pytest.mark.django_db
def test_own_and_foreign_terms_are_refused_on_the_page_too(client):
    own = administrator()
    client.force_login(own.person)

    answer = client.post(reverse("appointment", args=[own.pk]), {"last_day": ""})

    assert answer.status_code == 403
