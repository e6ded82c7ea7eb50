"""A likely repeat (P7): pointed out before saving, however it is written, never forbidden."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities import log
from activities.models import Activity
from tests import factories as make
from tests.activities.pages import at, full, quick, text

pytestmark = pytest.mark.django_db

HINT = "This looks like a repeat."


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


@pytest.mark.parametrize(
    "title",
    [
        "COPYRIGHT UPDATE",
        "Copyright:  update",
        "“Copyright” update!",
        "Copyright update",
        "Cópyright-Update",
    ],
)
def test_titles_that_differ_in_writing_alone_are_the_same(own, registration, title):
    make.activity(registration, "PD-I", title=title)

    response = own.post(at("activities", registration), quick(title="Copyright update"))

    assert response.status_code == 422
    assert HINT in text(response)
    assert Activity.objects.count() == 1


@pytest.mark.parametrize("title", ["Copyright update 2", "Copyright", "!!!", "Updated copyright"])
def test_other_titles_are_not(own, registration, title):
    make.activity(registration, "PD-I", title=title)

    assert own.post(at("activities", registration), quick()).status_code == 302


def test_titles_without_a_word_are_compared_as_they_stand(own, registration):
    make.activity(registration, "PD-I", title="???")

    same = own.post(at("activities", registration), quick(title="???"))
    other = own.post(at("activities", registration), quick(title="!!!"))

    assert (same.status_code, other.status_code) == (422, 302)


def next_cycle(earlier):
    """The earlier cycle is over, and the person has begun another."""
    type(earlier).objects.filter(pk=earlier.pk).update(status="certified")
    return make.registration(earlier.person)


def test_an_entry_of_an_earlier_cycle_is_found_and_opened_there(client):
    earlier = make.registration(starts_on=date(2022, 3, 15))
    entry = make.activity(earlier, "PD-I", title="Copyright update", on="2022-05-01")
    client.force_login(earlier.person)

    response = client.post(at("activities", next_cycle(earlier)), quick())

    assert response.status_code == 422
    assert f'href="{at("activity", earlier, entry.pk)}"' in response.content.decode()


def test_what_another_person_did_is_nobodys_repeat(own, registration):
    make.activity(make.registration(), "PD-I", title="Copyright update")

    assert own.post(at("activities", registration), quick()).status_code == 302


def test_a_deleted_entry_is_nothing_to_repeat(own, registration):
    log.delete(
        registration,
        make.activity(registration, "PD-I", title="Copyright update"),
        by=registration.person,
    )

    assert own.post(at("activities", registration), quick()).status_code == 302


def test_an_edit_that_keeps_title_and_type_is_not_asked_again(own, registration):
    make.activity(registration, "PD-I", title="Copyright update")
    entry = make.activity(registration, "PD-I", title="Copyright update")
    page = at("activity", registration, entry.pk)

    kept = own.post(page, full(hours="2"))
    renamed = own.post(page, full(title="Something new", version="2"))
    back = own.post(page, full(title="Copyright update", version="3"))

    assert (kept.status_code, renamed.status_code, back.status_code) == (302, 302, 422)
    assert HINT in text(back)


def test_the_queries_do_not_grow_with_the_entries(own, registration):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert own.post(at("activities", registration), quick()).status_code == 422
        return len(queries)

    make.activity(registration, "PD-I", title="Copyright update")
    with_one = count()
    for _number in range(5):
        make.activity(registration, "PD-I", title="Copyright update")

    assert count() == with_one


def test_work_that_goes_on_is_linked_by_the_answer_and_then_asked_no_more(own, registration):
    first = make.activity(registration, "LEAD", key="board", title="Board", on="2025-04-03")
    page = at("activities", registration)
    may = quick("LEAD", key="board", title="Board", completed_on="2025-05-02")
    june = quick("LEAD", key="board", title="BOARD", completed_on="2025-06-05")

    asked = own.post(page, may)
    answered = own.post(page, may | {"anyway": "goes_on"})
    next_month = own.post(page, june)
    same_month = own.post(page, june | {"token": "", "hours": "1", "completed_on": "2025-06-20"})

    assert "The same work goes on: add these hours" in text(asked)
    assert (asked.status_code, answered.status_code) == (422, 302)
    assert (next_month.status_code, same_month.status_code) == (302, 422)
    linked = Activity.objects.exclude(pk=first.pk)
    assert [entry.continues_id for entry in linked] == [first.pk, first.pk]


def test_only_roles_go_on(own, registration):
    make.activity(registration, "PUB-I", title="Copyright update", on="2025-04-03")
    said = quick("PUB-I")

    asked = own.post(at("activities", registration), said)
    own.post(at("activities", registration), said | {"anyway": "goes_on"})

    assert "The same work goes on" not in text(asked)
    assert Activity.objects.latest("pk").continues_id is None


def test_a_series_of_an_earlier_cycle_goes_on_in_the_next(client):
    earlier = make.registration(starts_on=date(2022, 3, 15))
    first = make.activity(earlier, "LEAD", key="board", title="Board", on="2024-12-01")
    make.activity(earlier, "LEAD", key="board", title="Board", on="2025-01-10", continues=first)
    client.force_login(earlier.person)

    response = client.post(
        at("activities", next_cycle(earlier)), quick("LEAD", key="board", title="Board")
    )

    assert response.status_code == 302
    assert Activity.objects.latest("pk").continues == first
