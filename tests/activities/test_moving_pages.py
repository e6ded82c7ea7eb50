"""What the pages of the rules say while everybody moves to new ones."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from activities import moving, tasks
from tests import factories as make
from tests.activities.moves import fail_for, people, prepare, publish
from tests.activities.pages import text

pytestmark = pytest.mark.django_db

SLUG = "partnership-cec"
NOTHING_TO_DO = "there is nothing for you to do"


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch):
    monkeypatch.setattr(moving, "AT_ONCE", 2)


@pytest.fixture
def office():
    return make.administrator()


@pytest.fixture
def client(office):
    browser = Client()
    browser.force_login(office)
    return browser


def url(name, *args, language="en"):
    with translation.override(language):
        return reverse(name, args=[SLUG, *args])


def publish_in_browser(client, *, whom="all", language="en"):
    page = url("rules_publish", language=language)
    seen = client.get(page).context["form"]["seen"].value()
    return client.post(page, {"seen": seen, "whom": whom, "reason": "Decided."}, follow=True)


@pytest.mark.parametrize(
    ("language", "published", "said"),
    [
        (
            "en",
            "Version 2 is published.",
            "2 registrations have moved to it. 3 registrations still follow by themselves: "
            "there is nothing for you to do.",
        ),
        (
            "fr",
            "La version 2 est publiée.",
            "2 inscriptions y sont passées. 3 inscriptions suivent d’elles-mêmes : "
            "vous n’avez rien à faire.",
        ),
    ],
)
def test_how_many_have_moved_is_said_after_publishing_and_on_the_page_until_all_have(
    client, office, language, published, said
):
    people(5)
    prepare(office)

    at_once = text(publish_in_browser(client, language=language))
    later = text(client.get(url("rules_version", 2, language=language)))
    tasks.move_those_who_follow()
    done = text(client.get(url("rules_version", 2, language=language)))

    assert f"{published} {said}" in at_once
    assert said in later
    assert published not in later
    assert said[-20:] not in done


def test_when_all_have_moved_at_once_nobody_is_said_to_follow(client, office):
    people(1)
    prepare(office)

    answer = text(publish_in_browser(client))

    assert "Version 2 is published. 1 registration has moved to it." in answer
    assert NOTHING_TO_DO not in answer


def test_for_new_registrations_alone_nothing_is_said_of_a_move(client, office):
    people(3)
    prepare(office)

    answer = text(publish_in_browser(client, whom="new"))

    assert "Version 2 is published." in answer
    assert "moved to it" not in answer
    assert NOTHING_TO_DO not in answer


def test_who_was_given_up_is_said_with_where_to_look(client, office, monkeypatch):
    rows = people(4)
    publish(office)
    fail_for(monkeypatch, rows[3])
    for _sweep in range(6):
        tasks.move_those_who_follow()

    page = text(client.get(url("rules_version", 2)))

    assert "3 registrations have moved to it. 1 registration couldn’t be moved so far" in page
    assert "What runs by itself" in page
    assert NOTHING_TO_DO not in page


def test_who_cant_be_moved_is_listed_as_they_are_found_and_no_longer_once_they_have(client, office):
    rows = people(5)
    kept = no_board_any_more(office, [rows[0], rows[4]])
    publish(office, prepare(office))
    page = url("rules_version", 2)

    in_between = listed(client.get(page))
    tasks.move_those_who_follow()
    at_the_end = listed(client.get(page))
    kind = make.draft(by=office).types.get(key="lead")
    kind.rates.create(**kept | {"id": None, "activity_type_id": kind.pk})
    publish(office, prepare(office, "3"))
    tasks.move_those_who_follow()

    assert in_between == [rows[0]]
    assert at_the_end == [rows[0], rows[4]]
    assert listed(client.get(page)) == []


def no_board_any_more(office, rows):
    """A draft without a rate of which these have entries; returns the rate's fields."""
    for row in rows:
        make.activity(row, "LEAD", key="board")
    gone = make.draft(by=office).types.get(key="lead").rates.filter(key="board")
    kept = gone.values().get()
    gone.delete()
    return kept


def listed(page):
    return [effect.registration for effect in page.context["left"]]


def test_the_versions_say_to_which_one_people_are_still_moving(client, office):
    people(3)
    publish(office)

    while_it_goes_on = text(client.get(url("rules_versions")))
    tasks.move_those_who_follow()
    done = text(client.get(url("rules_versions")))

    assert while_it_goes_on.count("Others still follow") == 1
    assert "Others still follow" not in done


def test_the_pages_ask_as_often_for_few_as_for_many(client, office):
    rows = people(8)
    no_board_any_more(office, rows[1:5])
    publish(office, prepare(office))
    counts = []
    for _turn in range(2):
        queries = []
        for page in (url("rules_version", 2), url("rules_versions")):
            with CaptureQueriesContext(connection) as found:
                client.get(page)
            queries.append(len(found))
        counts.append((len(listed(client.get(url("rules_version", 2)))), queries))
        moving.move_some(moving.under_way().get())

    assert counts == [(1, counts[0][1]), (3, counts[0][1])]
