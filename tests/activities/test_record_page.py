"""My record: the dashboard for its owner, and for those of the committee who may read it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from activities.models import Comment
from registrations.calendar import anniversary
from registrations.models import Program
from tests import factories as make
from tests.activities.pages import at, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration(starts_on=timezone.localdate() - timedelta(days=400))


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def this_year(registration):
    return registration.years.get(number=2).starts_on


def test_counted_to_go_and_over_limits_are_shown(own, registration):
    make.activity(registration, "PD-F", hours="11", on=this_year(registration))
    make.activity(registration, "PD-I", hours="1.5", on=registration.starts_on)

    page = text(own.get(at("record", registration)))

    assert "Counted 21.5 To go 98.5 Over yearly limits 2" in page
    assert "98.5 points to go by" in page
    assert f"{registration.person.name}, Manitoba Library Association. Year 2 of 3 ends" in page


def test_a_spine_is_as_wide_as_what_counts_and_the_rest_is_parked(own, registration):
    make.activity(registration, "PD-F", hours="11", on=this_year(registration), title="LIBT 215")

    markup = own.get(at("record", registration)).content.decode()

    assert re.search(r"<title>LIBT 215: 20\s*points \(PD-F\)</title>", markup)
    assert 'class="o"' in markup
    assert ">+2</text>" in markup


def test_this_years_types_stand_against_their_limits(own, registration):
    make.activity(registration, "PD-F", hours="11", on=this_year(registration))

    page = text(own.get(at("record", registration)))

    assert "The first 20 points of each type count each year." in page
    assert "Professional development – formal 20 of 20" in page
    assert "Personal study project 0 of 20" in page


def test_it_says_early_that_the_yearly_minimum_is_not_enough(own, registration):
    page = text(own.get(at("record", registration)))

    assert "3 × 30 is 90. Plan on about 40 a year to reach 120 points." in page


def test_every_figure_comes_from_the_programs_rules(client):
    scheme = Program.objects.get(code="CEC")
    scheme.cycle_years = 2
    scheme.save()
    rules = scheme.current_rules
    rules.requirements.filter(per="cycle").update(points=Decimal(66))
    rules.requirements.filter(per="year").update(points=Decimal(11))
    for kind in rules.types.all():
        kind.caps.update(points=Decimal(7))
    registration = make.registration(starts_on=timezone.localdate() - timedelta(days=10))
    make.activity(registration, "PD-F", hours="4", on=registration.starts_on)
    client.force_login(registration.person)

    page = text(client.get(at("record", registration)))

    assert "59 points to go" in page
    assert "2 × 11 is 22. Plan on about 33 a year to reach 66 points." in page
    assert "Each petal is 5.5 points." in page
    assert "The first 7 points of each type count each year." in page
    for figure in ("120", "30", "20"):
        assert not re.search(rf"\b{figure}\b (points|of|asked)|of {figure}\b", page)


def test_day_one_invites_to_the_first_entry(client):
    registration = make.registration(starts_on=timezone.localdate())
    client.force_login(registration.person)

    response = client.get(at("record", registration))

    page = text(response)
    assert "You’re registered. Anything you learn from today can count." in page
    assert "That’s about 45 minutes a week at 1 point an hour." in page
    assert at("record_import", registration) in response.content.decode()


def test_a_program_of_fixed_credits_has_no_cap_no_total_and_no_end(client):
    registration = make.registration(code="CPC", association_code=None)
    make.activity(registration, "CDP", hours=None, on="2025-06-01")
    client.force_login(registration.person)

    page = text(client.get(at("record", registration)))

    assert "200 credits in your record." in page
    assert "Since 15 March 2025" in page
    for absent in ("To go", "Year 1", "points", "a week", "petal is", "limit"):
        assert absent not in page


def test_the_to_do_list_names_what_waits(own, registration):
    make.activity(registration, "STUDY", hours="3", on=this_year(registration))
    make.activity(registration, "PD-I", on=this_year(registration), planned=True)
    asked = make.activity(registration, "PUB-I", on=this_year(registration), outcome="Much")
    Comment.objects.create(
        registration=registration, activity=asked, author=make.representative(), text="New?"
    )

    page = text(own.get(at("record", registration)))

    assert "Answer the committee’s questions 1 activity has a question" in page
    assert "Write what you learned 1 activity counts once you have" in page
    assert "Did you do what you planned? 1 planned activity is past its date" in page


def test_an_edited_entry_is_no_open_question_any_more(own, registration):
    asked = make.activity(registration, "PUB-I", on=this_year(registration))
    Comment.objects.create(
        registration=registration, activity=asked, author=make.representative(), text="New?"
    )
    asked.outcome = "A new talk"
    asked.save()

    assert "Answer the committee" not in text(own.get(at("record", registration)))


def test_when_the_time_is_over_the_record_can_be_sent(client):
    registration = make.registration(starts_on=make.three_years_ago())
    make.activity(registration, on=registration.starts_on, outcome="x")
    client.force_login(registration.person)

    response = client.get(at("record", registration))

    assert "Send your record for review" in text(response)
    assert f'href="{at("certificate", registration)}"' in response.content.decode()


def test_what_the_committee_asks_comes_before_sending_the_record_again(client):
    registration = make.registration(starts_on=make.three_years_ago())
    asked = make.activity(registration, on=registration.starts_on, outcome="x")
    Comment.objects.create(
        registration=registration, activity=asked, author=make.representative(), text="New?"
    )
    client.force_login(registration.person)

    page = text(client.get(at("record", registration)))

    assert page.index("Answer the committee") < page.index("Send your record for review")


def test_nobody_is_asked_to_turn_in_before_the_end(own, registration):
    make.activity(registration, on=registration.starts_on)

    assert "Send your record for review" not in text(own.get(at("record", registration)))


def test_a_closed_record_says_so_and_offers_nothing_to_change(client):
    registration = make.registration(status="turned_in")
    client.force_login(registration.person)

    page = text(client.get(at("record", registration)))

    assert "It can’t be changed while they read it." in page
    assert "Log an activity" not in page


def test_the_queries_do_not_grow_and_stay_within_ten(
    own, registration, django_assert_max_num_queries
):
    for number in range(30):
        day = registration.starts_on + timedelta(days=number * 10)
        make.activity(registration, ("PD-I", "STUDY", "LEAD")[number % 3], on=day)

    with django_assert_max_num_queries(10):
        own.get(at("record", registration))


def test_the_representative_reads_it_without_controls(client, registration):
    make.activity(registration, on=registration.starts_on)
    client.force_login(make.representative("MLA"))

    page = text(client.get(at("record", registration)))

    assert f"Record of {registration.person.name}" in page
    assert "Log an activity" not in page
    assert "To do" not in page


def test_a_stranger_and_another_association_find_nothing(client, registration):
    for who in (make.person(), make.representative("OLA"), make.registration().person):
        client.force_login(who)

        assert client.get(at("record", registration)).status_code == 404


def test_a_registration_without_a_record_leads_to_its_status(client):
    registration = make.registration(status="submitted")
    client.force_login(registration.person)

    response = client.get(at("record", registration))

    assert response.status_code == 302
    assert response.url == at("registration_status", registration)


def test_a_dashboard_is_only_read(own, registration):
    assert own.post(at("record", registration)).status_code == 405


def test_the_navigation_leads_to_the_record(own, registration):
    markup = own.get(at("record", registration)).content.decode()

    assert f'href="{at("record", registration)}" aria-current="page">My record</a>' in markup
    assert f'href="{at("activities", registration)}">Activities</a>' in markup


@pytest.mark.parametrize("name", ["activity_duplicate", "activity_again", "activity_done"])
def test_the_pages_of_one_activity_stand_under_activities(own, registration, name):
    planned = name == "activity_done"
    code = "PD-I" if planned else "LEAD"
    row = make.activity(registration, code, on=registration.starts_on, planned=planned)

    markup = own.get(at(name, registration, row.pk)).content.decode()

    assert f'href="{at("activities", registration)}" aria-current="page">Activities</a>' in markup


def test_a_record_of_fixed_numbers_speaks_of_no_years(client):
    careers = make.registration(
        code="CPC", association_code=None, starts_on=timezone.localdate() - timedelta(days=30)
    )
    make.activity(careers, "1-WEEK", hours=None, on=careers.starts_on)
    client.force_login(careers.person)

    page = text(client.get(at("record", careers)))

    assert "Every total, and “what if?”" in page
    assert "Every year" not in page


def test_the_record_speaks_french(own, registration):
    make.activity(registration, "PD-I", on=this_year(registration))

    response = own.get(at("record", registration, language="fr"))

    assert response.status_code == 200
    assert '<html lang="fr"' in response.content.decode()
    assert "Perfectionnement professionnel" in text(response)


def test_three_years_end_on_the_day_before_the_anniversary(own, registration):
    last = anniversary(registration.starts_on, 3) - timedelta(days=1)

    page = text(own.get(at("record", registration)))

    assert f"{last.day} {last:%B} {last.year}" in page
