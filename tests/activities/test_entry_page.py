"""One activity: the full form, its refusals, two windows at once, and a closed record's page."""

import re
from datetime import date
from decimal import Decimal

import pytest

from activities import log, points
from activities.models import Activity, Comment, Credit
from tests import factories as make
from tests.activities.pages import at, days_from_today, full, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def test_everything_that_was_typed_is_saved(own, registration):
    said = full(
        "STUDY",
        title="  Linked data   for small libraries ",
        started_on="2025-04-01",
        hours="12",
        outcome="One\r\nTwo",
        materials="Three books",
        goals="To see what works",
    )

    response = own.post(at("activity_add", registration), said, follow=True)

    activity = Activity.objects.get()
    assert activity.title == "Linked data for small libraries"
    assert (activity.started_on, activity.completed_on) == (date(2025, 4, 1), date(2025, 5, 1))
    assert (activity.provider, activity.subject) == ("Education Institute", "Technology")
    assert (activity.outcome, activity.materials) == ("One\nTwo", "Three books")
    assert activity.goals == "To see what works"
    assert "Added. 12 points count. Year 1 is at 12." in text(response)


def test_french_spaces_in_a_title_stay(own, registration):
    title = "«\u00a0Trucs et astuces\u00a0»"

    own.post(at("activity_add", registration), full(title=title))

    assert Activity.objects.get().title == title


def test_the_programs_own_words_say_which_type_it_is(own, registration):
    page = text(own.get(at("activity_add", registration)))

    assert "Which type is it? PD-F Courses that are formally evaluated" in page


def test_the_form_offers_types_by_rate_and_the_programs_subjects(own, registration):
    markup = own.get(at("activity_add", registration)).content.decode()

    assert '<optgroup label="2\u00a0points an hour">' in markup
    assert '<optgroup label="1\u00a0point an hour">' in markup
    assert "Leadership – organization and community – board member" in markup
    assert 'type="checkbox" name="areas" value="Cataloguing and metadata"' in markup
    assert "Personal study project: topic, materials and goals" in text_of(markup)


def text_of(markup):
    return " ".join(markup.split())


def test_a_program_of_fixed_credits_asks_for_no_hours_and_no_goals(client):
    registration = make.registration(code="CPC", association_code=None)
    client.force_login(registration.person)

    form = text(client.get(at("activity_add", registration)))
    said = full("CDP", program_code="CPC", hours=None, materials=None, goals=None)
    client.post(at("activity_add", registration), said)

    assert "Hours" not in form
    assert "Learning goals" not in form
    assert Credit.objects.get().points == 200


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"started_on": "2025-05-02"}, "The start can’t be after the day you finished"),
        ({"started_on": "yesterday"}, "Enter the day with the year first"),
        ({"started_on": "2025-04-30", "hours": "48.25"}, "more than the 48 hours that 2 days have"),
        ({"outcome": "x" * 2001}, "2000"),
        ({"provider": "x" * 201}, "200"),
        ({"subject": "x" * 201}, "200"),
        ({"title": "\x00\x07"}, "Enter what you did"),
        ({"completed_on": "2025-03-14"}, "This was before 15 March 2025"),
    ],
)
def test_each_wrong_answer_is_named_at_its_field_and_nothing_is_saved(
    own, registration, changes, message
):
    response = own.post(at("activity_add", registration), full(**changes))

    assert response.status_code == 422
    assert text(response).count(message) >= 2
    assert not Activity.objects.exists()


def test_48_hours_fit_into_two_days(own, registration):
    own.post(at("activity_add", registration), full(started_on="2025-04-30", hours="48"))

    assert Activity.objects.get().hours == 48


def test_a_start_before_the_enrolment_is_fine_when_the_end_is_after_it(own, registration):
    own.post(at("activity_add", registration), full(started_on="2025-03-01"))

    assert Credit.objects.get().year == 1


def test_what_is_planned_may_lie_ahead_and_counts_nothing(client):
    registration = make.registration(starts_on=make.three_years_ago(-400))
    client.force_login(registration.person)

    done = client.post(at("activity_add", registration), full(completed_on=days_from_today(30)))
    planned = client.post(
        at("activity_add", registration),
        full(completed_on=days_from_today(30), planned="on"),
        follow=True,
    )

    assert done.status_code == 422
    assert "Save it as planned" in text(done)
    assert "Added. Would add 4 points. It is planned" in text(planned)
    assert points.standing(registration).counted == 0


def test_a_repeat_is_pointed_out_on_the_full_form_too(own, registration):
    make.activity(registration, "PD-I", title="Copyright update")
    said = full()

    asked = own.post(at("activity_add", registration), said)
    own.post(at("activity_add", registration), said | {"anyway": "1"})

    assert asked.status_code == 422
    assert "This looks like a repeat." in text(asked)
    assert Activity.objects.count() == 2


def test_an_edit_changes_the_entry_and_what_it_is_worth(own, registration):
    entry = make.activity(registration, "PD-I", hours="4", title="Copyright update")

    response = own.post(
        at("activity", registration, entry.pk),
        full("PD-F", title="Copyright course", hours="5", completed_on="2026-05-01"),
        follow=True,
    )

    entry.refresh_from_db()
    credit = Credit.objects.get()
    assert (entry.title, entry.version, entry.outcome) == ("Copyright course", 2, "How to ask.")
    assert (credit.points, credit.year) == (Decimal(10), 2)
    assert "Saved. 10 points count. Year 2 is at 10." in text(response)


def test_an_edit_is_no_repeat_of_itself(own, registration):
    entry = make.activity(registration, "PD-I", title="Copyright update")

    assert own.post(at("activity", registration, entry.pk), full()).status_code == 302


def test_the_form_shows_what_is_saved(own, registration):
    entry = make.activity(
        registration, "PD-I", hours="1.5", subject="Archives; Maps", outcome="Much", on="2025-05-01"
    )

    markup = own.get(at("activity", registration, entry.pk)).content.decode()

    for value in ('value="1.5"', 'value="Maps"', 'value="2025-05-01"', ">\nMuch</textarea>"):
        assert value in markup
    assert re.findall(r'name="areas" value="(\w+)"[^>]* checked', markup) == ["Archives"]
    assert f'href="{at("activity_delete", registration, entry.pk)}"' in markup


def test_hours_are_shown_with_the_comma_in_french_and_taken_back(own, registration):
    entry = make.activity(registration, "PD-I", hours="1.5")
    page = at("activity", registration, entry.pk, language="fr")

    markup = own.get(page, follow=True).content.decode()

    assert 'name="hours" value="1,5"' in markup


def test_two_windows_do_not_overwrite_each_other(own, registration):
    entry = make.activity(registration, "PD-I", hours="4", title="Copyright update")
    page = at("activity", registration, entry.pk)

    own.post(page, full(title="From the first window"))
    clash = own.post(page, full(title="From the second window", hours="5"))

    entry.refresh_from_db()
    assert clash.status_code == 409
    assert (entry.title, entry.hours) == ("From the first window", 4)
    assert "This activity was changed meanwhile, so nothing is saved yet." in text(clash)
    assert 'value="From the second window"' in clash.content.decode()
    assert "As it is saved now What did you do? From the first window Hours 4" in text(clash)
    assert 'name="version" value="2"' in clash.content.decode()


def test_a_second_click_on_save_is_the_same_as_one(own, registration):
    entry = make.activity(registration, "PD-I", title="Copyright update")
    said = full(title="Copyright course", started_on="2025-04-30", planned="on")

    first = own.post(at("activity", registration, entry.pk), said)
    second = own.post(at("activity", registration, entry.pk), said)

    entry.refresh_from_db()
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert entry.version == 2


def test_after_a_clash_the_person_may_insist(own, registration):
    entry = make.activity(registration, "PD-I", title="Copyright update")
    page = at("activity", registration, entry.pk)
    own.post(page, full(title="From the first window"))
    own.post(page, full(title="From the second window"))

    own.post(page, full(title="From the second window", version="2"))

    entry.refresh_from_db()
    assert (entry.title, entry.version) == ("From the second window", 3)


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "9" * 30])
def test_a_form_without_its_version_overwrites_nothing(own, registration, version):
    entry = make.activity(registration, "PD-I", title="Copyright update")

    response = own.post(at("activity", registration, entry.pk), full(title="New", version=version))

    entry.refresh_from_db()
    assert response.status_code in (409, 422)
    assert entry.title == "Copyright update"


def test_a_questions_text_stands_at_its_entry(own, registration):
    entry = make.activity(registration, "PUB-I")
    Comment.objects.create(
        registration=registration,
        activity=entry,
        author=make.representative(),
        text="Was this new?\nTell us what was.",
    )

    page = text(own.get(at("activity", registration, entry.pk)))

    assert "Was this new? Tell us what was. Representative of MLA" in page


def test_a_closed_record_is_read_and_not_written(client):
    registration = make.registration()
    entry = make.activity(registration, "STUDY", title="Linked data", goals="To see")
    type(registration).objects.update(status="turned_in")
    client.force_login(registration.person)
    page = at("activity", registration, entry.pk)

    shown = client.get(page)
    posted = client.post(page, full(title="Changed"), follow=True)
    adding = client.get(at("activity_add", registration), follow=True)
    added = client.post(at("activity_add", registration), full(), follow=True)

    entry.refresh_from_db()
    assert "Learning goals To see" in text(shown)
    assert "<textarea" not in shown.content.decode()
    for response in (posted, adding, added):
        assert "This record is closed for changes. It is now: In final review." in text(response)
    assert entry.title == "Linked data"
    assert Activity.objects.count() == 1


def test_strangers_find_nothing_and_readers_may_not_write(client, registration):
    entry = make.activity(registration, title="Mine")
    page = at("activity", registration, entry.pk)
    for who, status in (
        (make.person(), 404),
        (make.registration().person, 404),
        (make.representative("OLA"), 404),
        (make.representative("MLA"), 403),
    ):
        client.force_login(who)

        assert client.post(page, full(title="Theirs")).status_code == status
        assert client.get(at("activity_add", registration)).status_code == status
        assert client.post(at("activity_add", registration), full()).status_code == status
    entry.refresh_from_db()
    assert entry.title == "Mine"
    assert Activity.objects.count() == 1


def test_somebody_elses_entry_is_not_found_under_ones_own_record(own, registration):
    other = make.registration()
    entry = make.activity(other, title="Theirs")
    page = at("activity", registration, entry.pk)

    assert own.get(page).status_code == 404
    assert own.post(page, full(title="Mine now")).status_code == 404
    entry.refresh_from_db()
    assert entry.title == "Theirs"


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 10**30])
def test_impossible_numbers_are_not_found(own, registration, pk):
    assert own.get(at("activity", registration, 1).replace("/1/", f"/{pk}/")).status_code == 404
    assert own.get(f"/en/record/{pk}/").status_code == 404


def test_a_deleted_entry_is_not_edited(own, registration):

    entry = make.activity(registration, title="Gone")
    log.delete(registration, entry, by=registration.person)
    page = at("activity", registration, entry.pk)

    assert own.get(page).status_code == 404
    assert own.post(page, full(version="2")).status_code == 404


def test_other_methods_are_not_allowed(own, registration):
    entry = make.activity(registration)

    assert own.put(at("activity", registration, entry.pk)).status_code == 405
    assert own.delete(at("activity_add", registration)).status_code == 405
    assert own.post(at("activity_preview", registration)).status_code == 405
