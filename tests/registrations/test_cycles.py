"""A second cycle after the first: no day twice, and a way from one to the other."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.checks import check_dates
from cec.problems import Refused
from registrations import cycles, registering
from registrations.calendar import today_in
from registrations.models import Registration
from tests import factories as make
from tests.races import at_once

pytestmark = pytest.mark.django_db


def again(first, **fields):
    """The same person's next registration, sent today and in order."""
    return make.registration(
        first.person,
        status="submitted",
        paid=True,
        member_until=date(2099, 1, 1),
        code=first.program.code,
        **fields,
    )


def approved(row, **how):
    registering.approve(row, by=make.steering(), **how)
    row.refresh_from_db()
    return row


def codes(refused):
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize("status", ["certified", "lapsed"])
def test_a_cycle_that_is_over_lets_the_next_begin_by_the_usual_rule(status):
    first = make.registration(status=status, starts_on=make.three_years_ago(days=90))

    second = approved(again(first))

    assert second.starts_on == second.submitted_on
    assert second.rules == second.program.current_rules


def test_after_an_early_certificate_the_next_starts_on_the_day_after_the_cycle():
    today = timezone.localdate()
    first = make.registration(status="certified", starts_on=today - timedelta(days=700))

    second = again(first)
    by_rule = registering.readiness(second).starts_on
    approved(second)

    assert by_rule == first.ends_on + timedelta(days=1)
    assert second.starts_on == by_rule > today


@pytest.mark.parametrize("before", [0, 30])
def test_no_reason_makes_two_cycles_overlap(before):
    first = make.registration(status="certified", starts_on=make.three_years_ago(days=20))
    second = again(first)

    with pytest.raises(Refused) as refused:
        registering.approve(
            second,
            by=make.steering(),
            starts_on=first.ends_on - timedelta(days=before),
            reason="Because.",
            override=True,
        )

    second.refresh_from_db()
    assert codes(refused) == ["overlap"]
    assert second.status == "submitted"


def test_the_day_after_the_earlier_one_can_be_given_with_a_reason():
    first = make.registration(status="certified", starts_on=make.three_years_ago(days=20))

    second = approved(
        again(first), starts_on=first.ends_on + timedelta(days=1), reason="The form was late."
    )

    assert second.starts_on == first.ends_on + timedelta(days=1)


def test_what_was_withdrawn_holds_no_day_from_then_on():
    first = make.registration(starts_on=timezone.localdate() - timedelta(days=100))
    registering.withdraw(first, by=first.person)

    second = approved(again(first))

    assert second.starts_on == today_in(second.program)


def test_another_program_or_another_person_is_no_earlier_cycle():
    make.registration(status="certified")
    who = make.registration(code="CPC", association_code=None).person

    row = make.registration(who, status="submitted")

    assert cycles.earliest_start(row) is None


def test_a_day_of_the_earlier_cycle_does_not_count_in_the_next():
    first = make.registration(status="certified", starts_on=make.three_years_ago(days=20))
    second = approved(again(first))

    problems = check_dates(second, completed_on=first.ends_on)

    assert [problem.code for problem in problems] == ["too_early"]


@pytest.mark.parametrize("status", ["certified", "lapsed", "withdrawn", "declined"])
def test_whoever_is_through_can_register_again_and_only_once(client, status):
    first = make.registration(status=status)
    client.force_login(first.person)
    url = reverse("registration_status", args=[first.pk])
    link = reverse("application", args=[first.program.slug])

    before = client.get(url)
    make.registration(first.person, status="draft")
    after = client.get(url)

    assert link in before.text
    assert link not in after.text


@pytest.mark.django_db(transaction=True)
def test_two_windows_make_one_second_registration():
    first = make.registration(status="certified")

    at_once([partial(registering.open_draft, first.person, first.program) for _ in range(4)])

    assert first.person.registrations.count() == 2


class TestPages:
    def test_a_new_registration_goes_before_an_old_record_and_both_are_listed(self, client):
        first = make.registration(status="certified", starts_on=make.three_years_ago(days=40))
        second = again(first)
        client.force_login(first.person)

        start = client.get(reverse("start"))
        mine = client.get(reverse("my_registrations"))
        record = client.get(reverse("record", args=[first.pk]))

        assert start.url == reverse("registration_status", args=[second.pk])
        for row in (first, second):
            assert reverse("registration_status", args=[row.pk]) in mine.text
        assert reverse("record", args=[first.pk]) in mine.text
        assert reverse("record", args=[second.pk]) not in mine.text
        assert record.status_code == 200
        assert f'"{reverse("my_registrations")}"' in record.text

    def test_with_one_registration_there_is_nothing_to_switch(self, client):
        row = make.registration()
        make.registration()
        client.force_login(row.person)

        page = client.get(reverse("record", args=[row.pk]))

        assert f'href="{reverse("my_registrations")}"' not in page.text

    def test_a_record_that_starts_later_says_so(self, client):
        first = make.registration(
            status="certified", starts_on=timezone.localdate() - timedelta(days=700)
        )
        second = approved(again(first))
        client.force_login(first.person)

        page = client.get(reverse("record", args=[second.pk]))
        status = client.get(reverse("registration_status", args=[second.pk]))

        assert "Year 1 of 3 starts" in page.text
        assert "your program starts on" in status.text

    def test_the_list_asks_as_often_for_one_as_for_three(
        self, client, django_assert_max_num_queries
    ):
        row = make.registration(status="withdrawn")
        client.force_login(row.person)
        url = reverse("my_registrations")
        client.get(url)
        with django_assert_max_num_queries(20) as one:
            client.get(url)
        for _ in range(2):
            make.registration(row.person, status="withdrawn")

        with django_assert_max_num_queries(len(one)):
            client.get(url)

    def test_it_lists_nobody_elses(self, client):
        other = make.registration()
        client.force_login(make.representative("MLA"))

        page = client.get(reverse("my_registrations"))

        assert other.reference not in page.text
        assert Registration.objects.count() == 1
