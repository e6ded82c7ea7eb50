"""The desk's list of who is heading for the end: who is on it, for whom, and what is missing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities import log
from certificates import completion
from registrations.calendar import anniversary
from registrations.models import Program, Registration
from tests import factories as make
from tests.certificates import records
from tests.certificates.pages import address, page, queries_of, signed_in

pytestmark = pytest.mark.django_db


def ending_in(days, **fields):
    """An active registration without entries whose last day is so many days ahead."""
    day_after = timezone.localdate() + timedelta(days=days + 1)
    return make.registration(starts_on=anniversary(day_after, -3), **fields)


def short_of_points(**fields):
    row = records.finished(**fields)
    entry = row.person.activities.filter(hours=20).first()
    log.delete(row, entry, by=row.person)
    return row


def listed(client, **query):
    """The ids of the list, in its order."""
    response = client.get(address("near_end"), query)
    assert response.status_code == 200
    return [row.pk for row in response.context["rows"]]


@pytest.fixture
def steering(client):
    return signed_in(client, make.steering())


def test_lists_the_last_ninety_days_what_is_over_and_whoever_has_the_total(steering):
    over = ending_in(-70)
    grace = ending_in(-5)
    soon = ending_in(90)
    ending_in(91)
    reached = records.finished(days_ago=-200)
    make.registration(status="submitted")
    make.registration(code="CPC", association_code=None)
    make.registration(starts_on=make.three_years_ago(), status="lapsed")

    assert listed(steering) == [over.pk, grace.pk, soon.pk, reached.pk]


def test_sorts_them_into_ready_missing_and_with_us(steering):
    ready = records.finished()
    missing = short_of_points()
    runs = records.finished(days_ago=-30)
    unprintable = records.finished(make.person("Mei 李"))
    sent, accepted = records.turned_in(), records.accepted()

    found = {
        view: listed(steering, view=view) for view in ("ready", "missing", "waiting", "with_us")
    }

    assert found == {
        "ready": [ready.pk],
        "missing": [missing.pk, unprintable.pk],
        "waiting": [runs.pk],
        "with_us": [sent.pk, accepted.pk],
    }


def test_says_for_each_what_is_missing(steering):
    row = short_of_points(paid=False)

    text = page(steering, "near_end", view="missing")

    assert "100 of 120\u00a0points so far, 20 to go." in text
    assert "$40 of the fee is open." in text
    assert address("review", row.pk) in text
    assert address("desk_registration", row.pk) in text


def test_says_what_is_missing_in_french(client):
    who = make.person(language="fr")
    make.appoint(who, "steering")
    short_of_points()

    text = signed_in(client, who).get(address("near_end", language="fr")).content.decode()

    assert "100 sur 120\u00a0points jusqu’à présent" in text
    assert "so far" not in text


def test_says_until_when_a_record_that_came_back_can_be_sent(steering):
    row = records.turned_in(days_ago=59)
    completion.return_with_questions(row, by=make.steering(), reason="Why?")
    grace = Program.objects.get(pk=row.program_id).grace_days

    shown = steering.get(address("near_end")).context["rows"]

    assert [found.until for found in shown] == [timezone.localdate() + timedelta(days=grace)]


def test_a_representative_sees_their_own_association_alone(client):
    own = records.finished(association_code="MLA")
    other = records.finished(association_code="SLA")
    signed_in(client, make.representative("MLA"))

    assert listed(client) == [own.pk]
    assert other.person.name not in page(client, "near_end")
    assert listed(client, association="SLA") == []


@pytest.mark.parametrize("who", [make.steering, make.administrator])
def test_the_committee_sees_all_and_can_choose_an_association(client, who):
    mine = records.finished(association_code="MLA")
    other = records.finished(association_code="SLA")
    signed_in(client, who())

    assert listed(client) == [mine.pk, other.pk]
    assert listed(client, association="SLA") == [other.pk]


def test_a_search_keeps_to_who_is_found_in_every_view(steering):
    wanted = records.finished(make.person("Łucja Nowak"))
    records.finished()

    response = steering.get(address("near_end"), {"q": "lucja"})

    assert [row.pk for row in response.context["rows"]] == [wanted.pk]
    assert [tab.count for tab in response.context["views"]] == [1, 1, 0, 0, 0]
    assert all("q=lucja" in tab.url for tab in response.context["views"])


@pytest.mark.parametrize(
    "query", [{"view": "x"}, {"page": "x"}, {"q": "\x00" * 200}, {"association": "'"}]
)
def test_nonsense_is_no_harm(steering, query):
    records.finished()

    assert steering.get(address("near_end"), query).status_code == 200


def test_its_queries_are_as_many_for_three_as_for_one(steering):
    short_of_points()
    one = queries_of(lambda: listed(steering))
    short_of_points(paid=False)
    records.finished(make.person("Mei 李"))

    assert queries_of(lambda: listed(steering)) == one


def test_a_long_list_has_pages(steering):
    first = ending_in(1)
    for _ in range(25):
        ending_in(2)

    assert len(listed(steering)) == 25
    assert listed(steering)[0] == first.pk
    assert len(listed(steering, page=2)) == 1
    assert Registration.objects.count() == 26


def test_is_for_the_committee(client):
    row = records.finished()

    assert signed_in(client, row.person).get(address("near_end")).status_code == 403
    assert signed_in(client, make.steering()).post(address("near_end")).status_code == 405


def test_stands_beside_the_final_reviews(steering):
    assert f'href="{address("near_end")}"' in page(steering, "reviews")


def test_a_program_that_still_runs_is_named_as_that_and_not_as_something_missing(steering):
    row = records.finished(days_ago=-30)

    shown = steering.get(address("near_end"), {"view": "waiting"})

    assert [(found.pk, found.problems) for found in shown.context["rows"]] == [(row.pk, [])]
    assert "Something is missing" not in shown.content.decode().split("<tbody>")[1]
