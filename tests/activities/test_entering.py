"""From the quick card to the full form, and what the card and the list know already."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from activities import log
from activities.models import Activity
from tests import factories as make
from tests.activities.pages import at, days_from_today, full, quick, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    """Somebody in their second year today."""
    return make.registration(starts_on=timezone.localdate() - timedelta(days=400))


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def test_more_details_carry_over_what_was_typed_right_or_wrong(own, registration):
    said = quick("PD-F", title="Half a title", completed_on="tomorrow", hours="1h3") | {"more": "1"}

    response = own.post(at("activity_add", registration), said)

    markup = response.content.decode()
    assert response.status_code == 200
    for value in ('value="Half a title"', 'value="tomorrow"', 'value="1h3"'):
        assert value in markup
    assert f'<option value="{make.rate("PD-F").pk}" selected>' in markup
    assert "There is a problem" not in markup
    assert 'hx-trigger="load, input' in markup
    assert not Activity.objects.exists()


@pytest.mark.parametrize(("days", "planned"), [(-1, False), (0, False), (1, True)])
def test_more_details_of_a_day_ahead_begin_as_planned(own, registration, days, planned):
    said = quick("PD-F", completed_on=days_from_today(days)) | {"more": "1"}

    response = own.post(at("activity_add", registration), said)

    assert bool(response.context["form"]["planned"].value()) is planned


def test_the_form_with_more_details_saves_once_it_is_right(own, registration):
    quickly = quick("PD-F", completed_on=days_from_today(0))
    own.post(at("activity_add", registration), quickly | {"more": "1"})

    own.post(at("activity_add", registration), full("PD-F", completed_on=days_from_today(0)))

    assert Activity.objects.get().outcome == "How to ask."


def test_types_used_lately_come_first_and_the_last_one_is_chosen(own, registration):
    on = days_from_today(-20)
    for code in ("PUB-F", "PD-F", "PUB-I", "STUDY", "PUB-I", "PD-I"):
        make.activity(registration, code, on=on)
    log.delete(registration, make.activity(registration, "LEAD", on=on), by=registration.person)

    markup = " ".join(own.get(at("activities", registration)).content.decode().split())

    lately = markup.partition('<optgroup label="Used lately">')[2].partition("</optgroup>")[0]
    order = [make.rate(code).pk for code in ("PD-I", "PUB-I", "STUDY")]
    assert re.findall(r'value="(\d+)"', lately) == [str(pk) for pk in order]
    assert f'<option value="{order[0]}" selected>' in lately
    card = markup.partition('name="rate"')[2].partition("</select>")[0]
    assert card.count(f'value="{order[1]}"') == 1


def test_a_new_log_has_no_lately_and_no_type_chosen(own, registration):
    markup = own.get(at("activities", registration)).content.decode()

    assert "Used lately" not in markup
    assert '<option value="" selected>Choose</option>' in markup


def test_a_card_that_comes_back_keeps_the_order_and_what_was_chosen(own, registration):
    make.activity(registration, "PUB-I", on=days_from_today(-20))

    response = own.post(at("activities", registration), quick("PD-F", hours=""))

    markup = response.content.decode()
    assert '<optgroup label="Used lately">' in markup
    assert f'<option value="{make.rate("PD-F").pk}" selected>' in markup


def test_a_project_shows_topic_goals_and_outcome_in_the_list(own, registration):
    on = days_from_today(-20)
    make.activity(
        registration, "STUDY", on=on, materials="Three books", goals="To see", outcome="I saw"
    )
    make.activity(registration, "PD-I", on=on, materials="Not shown")

    page = text(own.get(at("activities", registration)))

    assert "Topic and materials Three books Learning goals To see What I learned I saw" in page
    assert "Not shown" not in page
