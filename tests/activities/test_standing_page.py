"""Where the points stand: every total beside its limits, and "what if"."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from activities.models import Activity
from registrations.models import Cap
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


def ask(client, registration, **asked):
    return client.get(at("standing", registration), asked)


def test_each_type_stands_beside_its_limit_in_each_year_and_in_the_whole(own, registration):
    make.activity(registration, "PD-F", hours="11", on=registration.starts_on)
    make.activity(registration, "PD-F", hours="2", on=timezone.localdate())

    page = text(own.get(at("standing", registration)))

    assert "Activity type Year 1 Year 2 Year 3 Whole program" in page
    formal = page.split("PD-F Professional development – formal")[1].split("PD-I")[0]
    assert formal.strip() == (
        "20 of at most 20 22 done, 2 over a limit 4 of at most 20 0 of at most 20 "
        "24 26 done, 2 over a limit"
    )


def test_the_whole_is_told_against_what_is_needed(own, registration):
    make.activity(registration, "PD-F", hours="11", on=registration.starts_on)
    make.activity(registration, "PD-I", hours="15", on=registration.starts_on)

    page = text(own.get(at("standing", registration)))

    everything = page.split("All types ")[1]
    assert everything.startswith(
        "35 of 30 37 done, 2 over a limit The suggested minimum is reached. "
        "0 of 30 30 to the suggested minimum"
    )
    assert "35 of 120 37 done, 2 over a limit 85 to go" in everything


def test_a_suggested_limit_is_called_one(own, registration):
    Cap.objects.filter(activity_type__code_en="PD-I").update(strictness="advised")
    make.activity(registration, "PD-I", hours="25", on=registration.starts_on)

    page = text(own.get(at("standing", registration)))

    assert "25 of at most 20 a suggested limit; all of it counts" in page


def test_a_group_stands_after_its_types_with_its_own_limit(client):
    make.scheme("ahip")
    registration = make.registration(
        code="AHIP", association_code=None, starts_on=timezone.localdate() - timedelta(days=30)
    )
    make.activity(registration, "CE", hours="60", on=registration.starts_on)
    client.force_login(registration.person)

    page = text(client.get(at("standing", registration)))

    group = page.split("Continuing education, together")[1]
    assert "50 of at most 50 60 done, 10 over a limit" in group


def test_points_of_the_year_before_are_shown(client):
    make.scheme("bc-housing")
    registration = make.registration(
        code="BCH", association_code=None, starts_on=timezone.localdate() - timedelta(days=400)
    )
    make.activity(registration, "FORMAL", hours="15", on=registration.starts_on)
    client.force_login(registration.person)

    page = text(client.get(at("standing", registration)))

    assert "0 of 20 and 10 from the year before 10 to go" in page


def test_a_program_without_years_has_one_column(client):
    registration = make.registration(
        code="CPC", association_code=None, starts_on=timezone.localdate() - timedelta(days=30)
    )
    make.activity(registration, "1-WEEK", hours=None, on=registration.starts_on)
    client.force_login(registration.person)

    page = text(client.get(at("standing", registration)))

    assert page.count("Where the credits stand") == 2
    assert "By course Course So far 1-WEEK One-week CPC course (Ethics) 10 All courses 10" in page


def test_limits_are_explained_once_something_is_over_one(own, registration):
    make.activity(registration, "PD-F", hours="10", on=timezone.localdate())

    before = text(own.get(at("standing", registration)))
    make.activity(registration, "PD-F", hours="1", on=timezone.localdate())
    after = text(own.get(at("standing", registration)))

    said = "Done is hours × rate. What is over a limit stays in the record"
    assert said not in before
    assert said in after


def test_it_is_reached_from_the_list_of_activities_too(own, registration):
    markup = own.get(at("activities", registration)).content.decode()

    assert f'href="{at("standing", registration)}">Where the points stand</a>' in markup


def test_a_mentor_goes_back_to_the_mentee(client):
    mentorship = make.mentorship(make.registration())
    client.force_login(mentorship.mentor)

    markup = client.get(at("standing", mentorship.registration)).content.decode()

    assert f'href="{at("mentee", mentorship)}"' in markup


def test_what_if_says_what_would_count_and_where_that_leads(own, registration):
    make.activity(registration, "PD-I", hours="18", on=timezone.localdate())

    answer = ask(
        own,
        registration,
        rate=make.rate("PD-I").pk,
        hours="5",
        completed_on=timezone.localdate().isoformat(),
    )

    assert (
        "5 points, 2 will count. This fills PD-I up to its yearly limit of 20. The rest stays in "
        "the record. Year 2 would stand at 20 and your record at 20 points."
    ) in text(answer)
    assert Activity.objects.count() == 1


def test_what_if_takes_a_day_that_is_still_ahead(own, registration):
    day = timezone.localdate() + timedelta(days=30)

    answer = ask(
        own, registration, rate=make.rate("PD-F").pk, hours="2", completed_on=day.isoformat()
    )

    assert "4 points, 4 will count." in text(answer)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"hours": "x"}, "Enter the hours as a number, like 1.5"),
        ({"hours": "1", "rate": "0"}, "Choose a type from the list"),
        ({"hours": "1", "completed_on": "1999-01-01"}, "so it can’t count"),
        ({"hours": "1", "completed_on": "2999-01-01"}, "so it can’t count"),
    ],
)
def test_a_question_that_cant_be_answered_says_why(own, registration, asked, said):
    usual = {"rate": make.rate("PD-I").pk, "completed_on": timezone.localdate().isoformat()}

    answer = ask(own, registration, **(usual | asked))

    assert answer.status_code == 422
    assert said in text(answer)


def test_a_record_that_is_closed_stands_there_without_what_if(client):
    registration = make.registration(status="turned_in", starts_on=make.three_years_ago())
    client.force_login(registration.person)

    page = text(client.get(at("standing", registration)))

    assert "Whole program" in page
    assert "What if?" not in page


def test_the_page_asks_the_same_of_the_database_for_one_entry_and_for_many(
    own, registration, django_assert_max_num_queries
):
    make.activity(registration, "PD-I", hours="1", on=registration.starts_on)
    with django_assert_max_num_queries(14) as first:
        own.get(at("standing", registration))
    for _number in range(5):
        make.activity(registration, "LEAD", key="board", hours="1", on=registration.starts_on)

    with django_assert_max_num_queries(len(first)):
        own.get(at("standing", registration))


def test_the_list_shows_how_the_points_come_about(own, registration):
    make.activity(registration, "PD-F", hours="2.5", on=registration.starts_on)

    page = text(own.get(at("activities", registration), {"year": "all"}))

    assert "5 2.5 h × 2" in page


def test_in_french_numbers_and_words_are_french(own, registration):
    make.activity(registration, "PD-I", hours="1.5", on=registration.starts_on)

    page = text(own.get(at("standing", registration, language="fr")))

    assert "1,5 sur 20 au plus" in page


def test_points_are_exact_after_rounding(client):
    make.scheme("iacet")
    registration = make.registration(
        code="IACET", association_code=None, starts_on=timezone.localdate() - timedelta(days=30)
    )
    make.activity(registration, "CEU", hours="2.5", on=registration.starts_on)
    client.force_login(registration.person)

    page = text(client.get(at("activities", registration), {"year": "all"}))

    assert "0.3 2.5 h × 0.1, rounded" in page
    assert registration.credits.get().points == Decimal("0.3")
