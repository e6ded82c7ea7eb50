"""The quick card: one POST, with htmx and without, and everything that may be wrong with it."""

import re
from datetime import date
from decimal import Decimal

import pytest

from activities import points
from activities.models import Activity, Credit
from registrations.models import Registration
from tests import factories as make
from tests.activities.pages import at, days_from_today, log_section, quick, text

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def test_an_activity_is_added_with_what_it_is_worth(own, registration):
    response = own.post(at("activities", registration), quick("PD-F", hours="1,5"), follow=True)

    activity = Activity.objects.get()
    credit = Credit.objects.get()
    assert (activity.title, activity.completed_on) == ("Copyright update", date(2025, 5, 1))
    assert (activity.person, activity.hours) == (registration.person, Decimal("1.5"))
    assert (credit.points, credit.year, credit.state) == (Decimal(3), 1, "counts")
    assert "Added. 3 points count. Year 1 is at 3." in text(response)
    assert f'<tr id="a-{activity.pk}" class="new">' in response.content.decode()


def test_the_sentence_says_when_only_a_part_counts(own, registration):
    make.activity(registration, "PD-I", hours="19", on="2025-04-01")

    page = text(own.post(at("activities", registration), quick(), follow=True))

    assert (
        "Added. 1 of 4 points counts. This fills PD-I up to its yearly limit of 20. "
        "The rest stays in the record. Year 1 is at 20."
    ) in page


def test_the_list_turns_to_the_year_of_the_new_entry(own, registration):
    response = own.post(
        at("activities", registration) + "?year=3&q=something", quick(completed_on="2025-05-01")
    )

    activity = Activity.objects.get()
    assert response.url == f"{at('activities', registration)}?year=1&added={activity.pk}"


def test_the_list_opens_at_the_page_of_the_new_entry(own, registration):
    for _number in range(30):
        make.activity(registration, hours="0.25", on="2025-06-01")

    response = own.post(at("activities", registration), quick(completed_on="2025-05-01"))

    assert "year=1&page=2&added=" in response.url


def test_what_htmx_swaps_in_is_what_a_reload_shows(own, registration):
    make.activity(registration, "PD-I", hours="19", on="2025-04-01")

    swap = own.post(at("activities", registration) + "?year=1", quick(), headers=HTMX)
    added = Activity.objects.latest("pk").pk
    reload = own.get(f"{swap['HX-Replace-Url']}&added={added}")

    assert swap.status_code == 200
    assert log_section(swap) == log_section(reload)
    markup = swap.content.decode()
    assert re.search(r'<section [^>]*id="log"[^>]*hx-swap-oob="true"', markup)
    assert "20 of 120 points. Year 2 is at 0." in text(swap)
    assert "20 of 120 points. Year 2 is at 0." in text(reload)
    assert text(swap).endswith("The rest stays in the record. Year 1 is at 20.")
    assert "autofocus" in markup


def test_a_wrong_form_comes_back_alone_for_htmx_and_as_a_page_without(own, registration):
    wrong = quick(hours="lots")

    part = own.post(at("activities", registration), wrong, headers=HTMX)
    page = own.post(at("activities", registration), wrong)

    for response in (part, page):
        assert response.status_code == 422
        assert "There is a problem Enter the hours as a number, like 1.5" in text(response)
        assert 'value="lots"' in response.content.decode()
    assert "<form" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert re.search(r"<title>\s*Error:\s*Activities", page.content.decode())
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": "  "}, "Enter what you did"),
        ({"title": "x" * 301}, "300"),
        ({"completed_on": ""}, "Enter the day you finished"),
        ({"completed_on": "20/11/2026"}, "Enter the day with the year first, like 2026-11-20"),
        ({"completed_on": "2025-02-29"}, "Enter the day with the year first"),
        (
            {"completed_on": "2025-03-14"},
            "This was before 15 March 2025, the day your program started, so it can’t count.",
        ),
        ({"completed_on": "2099-01-01"}, "This was after 14 March 2028, the last day"),
        ({"rate": ""}, "Choose the type of activity"),
        ({"rate": "999999"}, "Choose a type from the list"),
        ({"rate": "1 or 1=1"}, "Choose a type from the list"),
        ({"hours": ""}, "Enter the hours as a number, like 1.5"),
        ({"hours": "0"}, "Enter more than 0 hours"),
        ({"hours": "-2"}, "Enter more than 0 hours"),
        ({"hours": "1.3"}, "Hours are kept in quarters. Enter 1.25 or 1.5."),
        ({"hours": "0.1"}, "Hours are kept in quarters. Enter 0.25."),
        ({"hours": "1001"}, "Enter at most 1,000 hours"),
        ({"hours": "24.25"}, "That’s more than 24 hours in one day"),
        ({"hours": "NaN"}, "Enter the hours as a number, like 1.5"),
        ({"hours": "1e400"}, "Enter the hours as a number, like 1.5"),
        ({"hours": "9" * 100_000}, "Enter the hours as a number, like 1.5"),
    ],
)
def test_each_wrong_answer_is_named_at_its_field_and_nothing_is_saved(
    own, registration, changes, message
):
    response = own.post(at("activities", registration), quick(**changes))

    assert response.status_code == 422
    assert text(response).count(message) >= 2  # in the summary and at the field
    assert not Activity.objects.exists()


def test_tomorrow_is_not_done_yet(client):
    registration = make.registration(starts_on=make.three_years_ago(-400))
    client.force_login(registration.person)

    response = client.post(at("activities", registration), quick(completed_on=days_from_today(2)))

    assert response.status_code == 422
    assert "or choose “More details” to save it as planned." in text(response)
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("typed", "hours"), [("1h30", "1.5"), ("1:30", "1.5"), ("90 min", "1.5"), (" 2 ", "2")]
)
def test_hours_are_taken_as_people_write_them(own, registration, typed, hours):
    own.post(at("activities", registration), quick(hours=typed))

    assert Activity.objects.get().hours == Decimal(hours)


def test_fixed_credits_need_no_hours(client):
    registration = make.registration(code="CPC", association_code=None)
    client.force_login(registration.person)

    said = quick("1-WEEK", program_code="CPC", hours="")
    page = text(client.post(at("activities", registration), said, follow=True))

    assert "Added. 10 credits count." in page
    assert Credit.objects.get().points == 10


def test_another_programs_rate_is_no_choice(own, registration):
    foreign = make.rate("CDP", program_code="CPC")

    response = own.post(at("activities", registration), quick(rate=foreign.pk))

    assert response.status_code == 422
    assert not Activity.objects.exists()


def test_a_likely_repeat_is_pointed_out_and_can_be_saved_all_the_same(own, registration):
    make.activity(registration, "PD-I", title="Copyright  update", on="2025-04-01")
    Activity.objects.update(title="COPYRIGHT update")
    said = quick()

    asked = own.post(at("activities", registration), said)
    anyway = own.post(at("activities", registration), said | {"anyway": "1"})

    assert asked.status_code == 422
    assert "This looks like a repeat." in text(asked)
    assert "COPYRIGHT update , 1 April 2025" in text(asked)
    assert anyway.status_code == 302
    assert Activity.objects.count() == 2


def test_the_same_title_of_another_type_or_deleted_is_no_repeat(own, registration):
    make.activity(registration, "PUB-I", title="Copyright update")

    assert own.post(at("activities", registration), quick("PD-I")).status_code == 302


def test_a_form_that_comes_twice_is_saved_once(own, registration):
    said = quick()

    first = own.post(at("activities", registration), said)
    second = own.post(at("activities", registration), said, follow=True)

    assert first.status_code == 302
    assert Activity.objects.count() == 1
    assert text(second).count("Added.") == 1


def test_going_back_and_typing_something_else_saves_that_too(own, registration):
    said = quick()

    own.post(at("activities", registration), said)
    own.post(at("activities", registration), said | {"title": "Another webinar"})

    assert Activity.objects.count() == 2


@pytest.mark.parametrize("token", ["", "x", "0" * 5000, None])
def test_a_missing_or_broken_token_does_not_stop_a_person(own, registration, token):
    said = {name: value for name, value in quick(token=token).items() if value is not None}

    assert own.post(at("activities", registration), said).status_code == 302
    assert Activity.objects.count() == 1


def test_fields_that_the_form_does_not_have_change_nothing(own, registration):
    other = make.person()

    own.post(
        at("activities", registration),
        quick(person=other.pk, points="999", state="counts", version="9", planned="on"),
    )

    activity = Activity.objects.get()
    assert activity.person == registration.person
    assert (activity.version, activity.planned) == (1, False)
    assert points.standing(registration).counted == 4


@pytest.mark.parametrize("status", ["turned_in", "accepted", "certified", "lapsed"])
def test_a_closed_record_takes_nothing(client, status):
    registration = make.registration(status=status)
    client.force_login(registration.person)

    page = client.post(at("activities", registration), quick(), follow=True)
    part = client.post(at("activities", registration), quick(), headers=HTMX)

    label = Registration.Status(status).label
    assert f"This record is closed for changes. It is now: {label}." in text(page)
    assert part["HX-Redirect"] == at("activities", registration)
    assert not Activity.objects.exists()


def test_strangers_find_nothing_and_readers_may_not_write(client, registration):
    for who, status in (
        (make.person(), 404),
        (make.representative("OLA"), 404),
        (make.representative("MLA"), 403),
        (make.steering(), 403),
    ):
        client.force_login(who)

        assert client.post(at("activities", registration), quick()).status_code == status
    assert not Activity.objects.exists()


def test_the_preview_says_what_would_count(own, registration):
    make.activity(registration, "PD-I", hours="19", on="2025-04-01")
    asked = {"rate": make.rate("PD-I").pk, "completed_on": "2025-05-01", "hours": "4"}

    page = text(own.get(at("activity_preview", registration), asked))

    assert page == (
        "4 points, 1 will count. This fills PD-I up to its yearly limit of 20. "
        "The rest stays in the record."
    )
    assert Activity.objects.count() == 1


def test_the_preview_of_an_edit_leaves_the_old_entry_out(own, registration):
    entry = make.activity(registration, "PD-I", hours="19", on="2025-04-01")
    asked = {"rate": make.rate("PD-I").pk, "completed_on": "2025-05-01", "hours": "4"}

    page = text(own.get(at("activity_preview", registration), asked | {"instead_of": entry.pk}))

    assert page == "4 points, 4 will count."


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, ""),
        ({"hours": "4"}, ""),
        ({"completed_on": "2025-05-01", "hours": "4"}, ""),
        ({"completed_on": "2025-03-14"}, "This was before 15 March 2025"),
        ({"hours": "x"}, "Enter the hours as a number, like 1.5"),
        ({"rate": "x", "hours": "1", "completed_on": "2025-05-01", "instead_of": "x"}, ""),
    ],
)
def test_the_preview_of_an_unfinished_form_says_no_more_than_is_typed(
    own, registration, asked, said
):
    response = own.get(at("activity_preview", registration), asked)

    assert response.status_code == 200
    assert text(response).startswith(said)
    assert bool(text(response)) == bool(said)


def test_a_project_is_previewed_with_what_it_still_wants(own, registration):
    asked = {"rate": make.rate("STUDY").pk, "completed_on": "2025-05-01", "hours": "4"}

    page = text(own.get(at("activity_preview", registration), asked))

    assert page == "4 points, 4 will count. It counts once you’ve written what you learned."


def test_a_part_of_a_page_asked_for_after_signing_out_leads_to_the_whole_sign_in_page(
    client, registration
):
    page = at("activities", registration)
    asked = HTMX | {"HX-Current-URL": f"http://testserver{page}?year=1"}

    added = client.post(page, quick(title="Webinar"), headers=asked)
    elsewhere = client.post(page, headers=HTMX | {"HX-Current-URL": "https://example.org/x"})

    assert (added.status_code, added.content) == (200, b"")
    assert added["HX-Redirect"] == f"/en/account/sign-in/?next={page}%3Fyear%3D1"
    assert elsewhere["HX-Redirect"] == "/en/account/sign-in/?next=/"
    assert not Activity.objects.exists()
