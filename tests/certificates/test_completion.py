"""Ready for a certificate: the rule for one, and its twin for lists (P1, P3, C1, C4)."""

from datetime import timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from activities import log
from certificates import completion
from registrations.models import Event, Registration, Requirement
from tests import factories
from tests.certificates import records

pytestmark = pytest.mark.django_db


def codes(registration):
    return [problem.code for problem in completion.check_completion(registration)]


def with_years_required(registration):
    """Make the yearly minimum of its rules a required one (P3)."""
    registration.rules.requirements.filter(per="year").update(
        strictness=Requirement.Strictness.REQUIRED
    )


def test_a_finished_record_has_nothing_against_it():
    registration = records.finished()

    assert codes(registration) == []


def test_points_below_the_total_are_told_with_what_is_left():
    registration = records.finished()
    entry = registration.person.activities.filter(hours=20).first()
    log.delete(registration, entry, by=registration.person)

    problems = completion.check_completion(registration)

    assert [problem.code for problem in problems] == ["total"]
    assert "100 of 120" in problems[0].message
    assert "20 to go" in problems[0].message


def test_an_advised_yearly_minimum_blocks_nothing_and_a_required_one_names_its_year():
    registration = factories.registration(starts_on=factories.three_years_ago())
    for year in registration.years.all()[:2]:
        day = year.starts_on + timedelta(days=1)
        for code in ("PD-I", "PUB-I", "STUDY"):
            factories.activity(registration, code, hours="20", on=day, outcome="Much.")

    advised = codes(registration)
    with_years_required(registration)
    required = completion.check_completion(Registration.objects.get(pk=registration.pk))

    assert advised == []
    assert [problem.code for problem in required] == ["year_minimum"]
    assert "Year 3 has 0 of the 30" in required[0].message


def test_the_cycle_must_be_over_unless_the_program_allows_early_completion():
    registration = records.finished(days_ago=-1)
    still_running = codes(registration)
    registration.program.early_completion = True
    registration.program.save()

    assert still_running == ["cycle_runs"]
    assert codes(Registration.objects.get(pk=registration.pk)) == []


def test_early_completion_waits_for_the_total():
    registration = factories.registration(starts_on=timezone.localdate() - timedelta(days=40))
    registration.program.early_completion = True
    registration.program.save()

    assert codes(registration) == ["total", "cycle_runs"]


def test_the_last_day_of_the_cycle_still_belongs_to_it():
    yesterday, today = records.finished(days_ago=1), records.finished(days_ago=0)

    assert yesterday.ends_on == timezone.localdate() - timedelta(days=1)
    assert codes(yesterday) == []
    assert codes(today) == ["cycle_runs"]


def test_membership_must_be_in_good_standing_on_the_day_of_turning_in():
    yesterday = timezone.localdate() - timedelta(days=1)
    registration = records.finished(member_until=yesterday)

    assert codes(registration) == ["membership_over"]


def test_a_membership_that_ends_after_turning_in_is_no_harm():
    registration = records.turned_in(member_until=timezone.localdate())
    tomorrow = timezone.now() + timedelta(days=1)

    assert codes(registration) == []
    assert list(completion.ready(Registration.objects.all(), now=tomorrow)) == [registration]


def test_an_open_fee_is_named():
    registration = records.finished(paid=False)

    assert codes(registration) == ["fee_owed"]


def test_a_name_that_no_font_prints_is_named_with_its_letters():
    registration = records.finished(factories.person("Mei 李"))

    problems = completion.check_completion(registration)

    assert [problem.code for problem in problems] == ["name"]
    assert "李" in problems[0].message


@pytest.mark.parametrize("name", ["Łazarewicz", "ᓇᑖᓕᐊ", "Ḵwa'la", "Zoë Sḵwx̱wú7mesh"])
def test_names_in_the_letters_of_this_country_are_no_problem(name):
    assert completion.check_name(name) == []


def test_a_program_without_a_total_leads_to_no_certificate():
    registration = factories.registration(code="CPC", association_code=None)

    assert codes(registration) == ["no_certificate"]
    assert not completion.ready(Registration.objects.all()).exists()


def one_of_each():
    """Registrations on both sides of every condition, some of them with two things missing."""
    today = timezone.localdate()
    records.finished()
    records.finished(days_ago=1)
    records.finished(days_ago=0)
    records.finished(days_ago=-1)
    records.finished(paid=False)
    records.finished(member_until=today)
    records.finished(member_until=today - timedelta(days=1))
    records.turned_in()
    records.turned_in(member_until=today)
    records.accepted()
    factories.registration(starts_on=factories.three_years_ago())
    factories.registration(code="CPC", association_code=None)
    factories.registration(status="submitted", paid=False)
    factories.registration(status="draft")
    partly_paid = records.finished(paid=False)
    factories.pay(partly_paid, "39.99")
    overpaid = records.finished()
    factories.pay(overpaid, "5.00", reference="again")
    lapsed = records.finished()
    lapsed.membership_checks.create(outcome="lapsed", checked_by=factories.person())
    asked = records.finished()
    asked.membership_checks.create(outcome="proof", checked_by=factories.person())
    renewed = records.finished(member_until=today - timedelta(days=1))
    factories.confirm(renewed, until=today)
    unchecked = records.finished()
    fresh = factories.registration(starts_on=unchecked.starts_on, status="submitted")
    Registration.objects.filter(pk=fresh.pk).update(status="active", starts_on=unchecked.starts_on)
    just_short = records.finished()
    entry = just_short.person.activities.filter(hours=20).first()
    log.delete(just_short, entry, by=just_short.person)
    factories.activity(just_short, "PD-I", hours="19.75", on=entry.completed_on)
    uneven = factories.registration(starts_on=factories.three_years_ago())
    for year in uneven.years.all()[:2]:
        for code in ("PD-I", "PUB-I", "STUDY"):
            day = year.starts_on + timedelta(days=1)
            factories.activity(uneven, code, hours="25", on=day, outcome="Much.")
    unwritten = factories.registration(starts_on=factories.three_years_ago())
    for year in unwritten.years.all():
        for code in ("PD-I", "STUDY"):
            factories.activity(unwritten, code, hours="20", on=year.starts_on + timedelta(days=1))


def test_one_registration_and_a_list_are_judged_by_the_same_rule():
    one_of_each()
    scheme = factories.program()
    yearly = scheme.current_rules.requirements.filter(per="year")

    for early, strictness in product([False, True], ["advised", "required"]):
        yearly.update(strictness=strictness)
        type(scheme).objects.filter(pk=scheme.pk).update(early_completion=early)
        everyone = Registration.objects.select_related("program", "rules", "person")
        one_by_one = {row.pk for row in everyone if not completion.check_completion(row)}
        as_a_list = set(completion.ready(Registration.objects.all()).values_list("pk", flat=True))

        assert as_a_list == one_by_one, (early, strictness)
        assert 3 < len(one_by_one) < everyone.count() - 5


def test_the_twin_keeps_to_the_registrations_that_it_is_given():
    mine, other = records.finished(), records.finished()

    found = completion.ready(Registration.objects.filter(pk=mine.pk))

    assert list(found) == [mine]
    assert other not in found


def test_the_twin_finds_nobody_among_none():
    records.finished()

    assert not completion.ready(Registration.objects.none()).exists()
    assert not completion.ready(Registration.objects.filter(pk__in=[])).exists()


def test_the_day_of_completion_is_the_program_s_and_not_the_server_s():
    registration = records.turned_in(member_until=timezone.localdate())
    sent = completion.last_event(registration, Event.Kind.TURN_IN)
    scheme = registration.program
    scheme.time_zone = "Pacific/Kiritimati"  # 14 hours ahead: usually tomorrow already
    scheme.save()
    registration = Registration.objects.get(pk=registration.pk)
    there = completion.day_of_completion(registration)

    expected = [] if there <= registration.membership_check().good_until else ["membership_over"]

    assert there == sent.at.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    assert codes(registration) == expected
    assert completion.ready(Registration.objects.all()).exists() == (not expected)


def test_points_near_the_total_are_exact():
    registration = records.finished()
    entry = registration.person.activities.filter(hours=20).first()
    log.delete(registration, entry, by=registration.person)
    factories.activity(registration, "PD-I", hours="19.75", on=entry.completed_on)

    short = codes(registration)
    factories.activity(registration, "PUB-I", hours="0.25", on=entry.completed_on)

    assert short == ["total"]
    assert codes(registration) == []
