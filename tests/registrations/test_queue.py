"""The queue: its views, filters and order in the address, targets, and what is next in line."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from registrations import queue, registering
from registrations.models import Program
from registrations.queue import Asked
from registrations.queue_rows import describe
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative(client):
    who = make.representative("MLA")
    client.force_login(who)
    return who


@pytest.fixture
def steering(client):
    who = make.steering()
    client.force_login(who)
    return who


def waiting(days=2, name="", **fields):
    sent_on = timezone.localdate() - timedelta(days=days)
    sent_at = timezone.now() - timedelta(days=days)
    return make.registration(
        make.person(name),
        status="submitted",
        submitted_on=sent_on,
        submitted_at=sent_at,
        **fields,
    )


def names(answer):
    return [row.person.name for row in answer.context["page"].rows]


def test_somebody_is_over_the_target_after_a_whole_day_more(client, representative):
    Program.objects.update(answer_days=10)
    waiting(10, "In time")
    waiting(11, "Late")
    waiting(2, "New")

    answer = client.get(reverse("queue"), {"view": "late"})

    assert names(answer) == ["Late"]
    assert "1 over the target of 10 days." in answer.text
    assert "The longest wait is 11 days, the median 10 days." in answer.text
    assert "11 days, late" in answer.text


@pytest.mark.parametrize("days", [0, 9, 10, 11, 12])
def test_the_view_and_the_pill_call_the_same_people_late(representative, days):
    row = waiting(days)

    listed = queue.listed(representative, Asked(view="late")).filter(pk=row.pk).exists()
    describe(row := queue.rows(representative).with_fee_state().get(pk=row.pk))

    assert listed == ("warn" in row.wait.look)


def test_a_wait_that_began_yesterday_evening_is_not_called_one_of_today(representative):
    row = waiting(0)

    describe(row := queue.rows(representative).with_fee_state().get(pk=row.pk))

    assert row.wait.text == "Less than a day"


def test_waiting_times_are_silent_when_nobody_waits(client, representative):
    assert client.get(reverse("queue")).context["said"] == ""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"sort": "name"}, ["Anna", "Élise", "zoe"]),
        ({"sort": "-name"}, ["zoe", "Élise", "Anna"]),
        ({}, ["zoe", "Anna", "Élise"]),
        ({"sort": "-waiting"}, ["Élise", "Anna", "zoe"]),
        ({"sort": "shoe size"}, ["zoe", "Anna", "Élise"]),
    ],
)
def test_the_list_is_sorted_as_its_address_says(client, representative, asked, expected):
    waiting(9, "zoe")
    waiting(5, "Anna")
    waiting(1, "Élise")

    assert names(client.get(reverse("queue"), asked)) == expected


def test_filters_narrow_the_list_and_each_can_be_taken_off(client, steering):
    waiting(3, "Anna", language="fr", wants_mentor=True)
    waiting(3, "Bea", language="fr")
    waiting(3, "Cleo", language="fr", wants_mentor=True, association_code="OLA")
    asked = {"language": "fr", "mentor": "yes", "association": "MLA"}

    answer = client.get(reverse("queue"), asked)
    chips = {str(chip.label): chip.url for chip in answer.context["chips"]}

    assert names(answer) == ["Anna"]
    assert set(chips) == {
        "Manitoba Library Association",
        "Français",
        "Wants a mentor",
    }
    assert names(client.get(chips["Wants a mentor"])) == ["Anna", "Bea"]


def test_tabs_keep_filters_and_order(client, representative):
    waiting(3, "Anna", language="fr")

    answer = client.get(reverse("queue"), {"language": "fr", "sort": "-name"})
    fee = next(tab for tab in answer.context["views"] if tab.key == "fee")

    assert fee.url == reverse("queue") + "?view=fee&language=fr&sort=-name"


def test_the_list_is_read_on_page_by_page(client, representative, monkeypatch):
    monkeypatch.setattr("cec.paging.page_of.__kwdefaults__", {"size": 2})
    for days in (9, 8, 7, 6, 5):
        waiting(days, f"Day {days}")

    first = client.get(reverse("queue"))
    second = client.get(reverse("queue"), {"after": first.context["page"].after})
    last = client.get(reverse("queue"), {"before": "end"})

    assert names(first) == ["Day 9", "Day 8"]
    assert names(second) == ["Day 7", "Day 6"]
    assert names(last) == ["Day 6", "Day 5"]
    assert 'rel="next"' in first.text
    assert 'rel="next"' not in last.text


def test_another_associations_row_marks_no_place(client, representative):
    waiting(9, "Anna")
    foreign = waiting(5, association_code="OLA")
    waiting(2, "Bea")

    assert names(client.get(reverse("queue"), {"after": foreign.pk})) == ["Anna", "Bea"]


@pytest.mark.parametrize(
    "query",
    [
        "?after=x&before=end",
        "?before=%00",
        "?sort=%00",
        "?association=%FF",
        "?mentor=maybe",
        "?q=%27%3A*",
        "?view=active&before=end",
        "?view=closed&before=end&sort=name",
    ],
)
def test_the_queue_survives_any_address(client, steering, query):
    assert client.get(reverse("queue") + query).status_code == 200


def test_a_withdrawn_draft_has_its_place_among_the_closed(client, steering):
    draft = make.registration(status="draft")
    registering.withdraw(draft, by=draft.person)

    assert names(client.get(reverse("queue"), {"view": "closed"})) == [draft.person.name]


@pytest.mark.parametrize("who", ["representative", "steering"])
def test_a_list_takes_the_same_queries_for_one_row_and_for_three(client, request, who):
    request.getfixturevalue(who)
    waiting()
    address = {"q": "person", "sort": "name", "before": "end"}
    client.get(reverse("queue"), address)
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("queue"), address)
    waiting()
    waiting()
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("queue"), address)

    assert len(one) == len(three)
    assert len(three) <= 10


def test_a_row_leads_to_its_page_and_from_there_back_to_the_same_list(client, representative):
    row = waiting(3, "Anna", language="fr")
    asked = {"view": "fee", "language": "fr", "sort": "-name"}

    listed = client.get(reverse("queue"), asked)
    address = listed.context["page"].rows[0].url
    page = client.get(address).text

    assert (
        address == reverse("desk_registration", args=[row.pk]) + "?view=fee&language=fr&sort=-name"
    )
    assert f'href="{reverse("queue")}?view=fee&amp;language=fr&amp;sort=-name"' in page


def test_the_line_goes_on_in_the_order_and_with_the_filters_of_the_list(client, representative):
    make_ready = {"paid": True, "member_until": timezone.localdate() + timedelta(days=90)}
    anna = waiting(2, "Anna", language="fr", **make_ready)
    waiting(9, "Bea", language="en")
    cleo = waiting(1, "Cleo", language="fr")

    answer = client.post(
        reverse("desk_approve", args=[anna.pk]) + "?language=fr&sort=name",
        {"starts_on": anna.submitted_on.isoformat()},
    )

    expected = reverse("desk_registration", args=[cleo.pk]) + "?language=fr&sort=name"
    assert answer.url == expected
    assert "Anna is registered. 1 left." in client.get(answer.url).text


def test_after_the_last_one_it_goes_back_to_the_list(client, representative):
    anna = waiting(2, "Anna", language="fr")
    waiting(9, "Bea", language="en")

    answer = client.post(
        reverse("desk_decline", args=[anna.pk]) + "?language=fr", {"reason": "No member."}
    )

    assert answer.url == reverse("queue") + "?language=fr"
    shown = client.get(answer.url).text
    assert "is declined. That was the last one of this list." in shown
    assert "Nothing else is waiting." not in shown


@pytest.mark.parametrize("outcome", ["lapsed", "proof"])
def test_a_check_that_leaves_nothing_to_decide_goes_on_to_the_next(client, representative, outcome):
    first, second = waiting(9, "Anna"), waiting(3, "Bea")

    answer = client.post(reverse("desk_membership", args=[first.pk]), {"outcome": outcome})

    assert answer.url == reverse("desk_registration", args=[second.pk])


def test_a_check_that_opens_the_last_gate_stays_for_the_approval(client, representative):
    row = waiting(9, "Anna", paid=True)
    waiting(3, "Bea")
    until = timezone.localdate() + timedelta(days=200)

    answer = client.post(
        reverse("desk_membership", args=[row.pk]),
        {"outcome": "confirmed", "good_until": until.isoformat()},
    )

    assert answer.url == reverse("desk_registration", args=[row.pk])


def test_the_own_registration_can_not_be_chosen_and_says_why(client, steering):
    make.registration(steering, status="submitted")
    waiting(1, "Anna")

    page = client.get(reverse("queue")).text

    assert page.count('name="registration"') == 1
    assert "This is your own registration. Somebody else decides on it." in page


def test_the_line_passes_by_those_that_one_may_not_decide_on(representative):
    first, mentee, last = waiting(9, "Anna"), waiting(5, "Bea"), waiting(1, "Cleo")
    make.registration(representative, status="submitted")
    make.mentorship(mentee, representative)

    assert queue.next_waiting(representative, first) == last
    assert queue.next_waiting(representative, last) == first


def test_an_empty_view_does_not_say_that_nothing_waits(client, representative):
    waiting(1)

    page = client.get(reverse("queue"), {"view": "closed"}).text

    assert "Nobody is in this view." in page
    assert "Nothing waiting." not in page


def test_what_waits_is_counted_for_each_person_by_their_own_rights():
    mla, ola = make.representative("MLA"), make.representative("OLA")
    both = make.representative("MLA")
    make.appoint(both, "representative", "OLA")
    rows = {code: waiting(2, association_code=code) for code in ("MLA", "OLA")}
    waiting(2, association_code="OLA")
    in_review = [make.registration(status="turned_in") for _ in range(3)]
    make.mentorship(in_review[0], mla)
    make.registration(both, status="turned_in")
    people = [mla, ola, both, make.steering(), make.person()]

    counted = [queue.waits(person) for person in people]
    of_one = queue.waits(people[3], association=rows["MLA"].association)

    assert [found.counts["waiting"] for found in counted] == [1, 2, 3, 3, 0]
    assert [found.reviews for found in counted] == [3, 0, 3, 4, 0]
    assert (of_one.counts["waiting"], of_one.reviews) == (1, 4)
    assert counted[3].oldest == min(row.submitted_at for row in rows.values())


def test_among_those_who_do_not_wait_nobody_waits_and_nothing_is_approved(client, representative):
    make.registration(make.person("Anna"))

    shown = client.get(reverse("queue"), {"view": "active"})

    assert names(shown) == ["Anna"]
    assert shown.context["actions"] == {"confirm", "proof"}
    assert "longest waiting" not in shown.text
    assert 'data-l="Status"' in shown.text


def test_the_words_of_a_search_stand_in_quotation_marks_of_the_language(client, steering):
    with translation.override("fr"):
        french = client.get(reverse("queue"), {"q": "anna"})

    english = client.get(reverse("queue"), {"q": "anna"})

    assert "“anna”" in english.text
    assert "« anna »" in french.text.replace("\xa0", " ")
