"""The Excel record through the pages, as its owner brings it in: upload, look, answer, save."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from activities import log, points
from activities.models import Activity, Import
from registrations.models import Event, Rate
from tests import factories as make
from tests.activities.imports import answer, confirm, press_save, seen, upload, workbook
from tests.activities.pages import at, days_from_today, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def per_type(registration, year):
    codes = {rate.activity_type_id: rate.activity_type.code_en for rate in rates()}
    return {
        codes[row.activity_type_id]: (row.counted, row.parked)
        for row in points.standing(registration).in_year(year).types
    }


def rates():
    return Rate.objects.select_related("activity_type")


# The record by hand, with the standing that domain.md gives.


def test_the_record_by_hand_ends_where_the_domain_says(own, registration, by_hand):
    imported, _digest = upload(own, registration, by_hand, name="Record of Learning.xlsx")
    shown = own.get(at("import_preview", registration, imported.pk))

    assert "16 rows. Nothing is saved yet." in text(shown)
    assert "5 rows want an answer" in text(shown)
    assert "1 row can’t come in" in text(shown)
    assert "10 new activities" in text(shown)
    assert "This was before 15 March 2025, the day your program started" in text(shown)
    assert "November" in text(shown)

    informal = make.rate("PD-I").pk
    answered = answer(
        own,
        registration,
        imported,
        row13__choice=informal,
        row14__completed_on="2025-11-30",
        row23__leave="on",
        row24__leave="on",
    )
    assert "Your answers are in. Look once more, then save." in text(answered)
    assert "12 new activities" in text(answered)
    assert "1 row wants an answer" in text(answered)
    assert not Activity.objects.exists()

    digest = seen(own, registration, imported)
    response = confirm(own, registration, imported, digest)

    page = text(own.get(response.url))
    assert "12 activities added. 4 rows were left out." in page
    assert per_type(registration, 1) == {
        "PD-F": (20, 2),
        "PD-I": (18, 0),
        "PUB-I": (Decimal("3.5"), 0),
        "LEAD": (20, 0),
    }
    assert per_type(registration, 2) == {
        "PD-I": (Decimal("1.5"), 0),
        "STUDY": (12, 0),
        "PUB-F": (18, 0),
    }
    standing = points.standing(registration)
    assert standing.in_year(1).counted == Decimal("61.5")
    assert standing.in_year(2).counted == Decimal("31.5")
    event = Event.objects.get(registration=registration, kind="import")
    assert event.actor == registration.person
    assert event.details["added"] == 12
    conference = Activity.objects.get(title="Manitoba Libraries Conference")
    assert (conference.started_on.day, conference.completed_on.day) == (24, 25)
    assert Activity.objects.get(title="Copyright and e-reserves").started_on is None


def test_a_row_whose_day_can_not_count_is_refused_before_anything_is_asked(own, registration):
    content = workbook(
        ["2025-03-14", "Before it began", "", "No such type", "", ""],
        ["2030-01-01", "After its end", "", "No such type", "", ""],
        ["2025-04-01", "Within", "", "No such type", "", ""],
    )

    imported, _digest = upload(own, registration, content)

    shown = text(own.get(at("import_preview", registration, imported.pk)))
    assert "1 row wants an answer" in shown
    assert "2 rows can’t come in" in shown
    assert "This was before 15 March 2025, the day your program started" in shown
    assert "the last day of your program, so it can’t count" in shown


def test_a_day_that_was_answered_and_can_not_count_is_asked_about_again(own, registration):
    imported, _digest = upload(own, registration, workbook(["", "No day", "", "No type", "", ""]))

    shown = answer(own, registration, imported, row2__completed_on="2025-03-14")
    again = own.post(at("import_preview", registration, imported.pk), {"again": "2"}, follow=True)

    assert "1 row can’t come in" in text(shown)
    assert "1 row wants an answer" in text(again)


def test_importing_it_again_adds_nothing(own, registration, by_hand):
    imported, digest = upload(own, registration, by_hand)
    confirm(own, registration, imported, digest)
    before = points.standing(registration)

    again, digest = upload(own, registration, by_hand)
    shown = text(own.get(at("import_preview", registration, again.pk)))
    confirm(own, registration, again, digest)

    assert "10 rows are in your record already" in shown
    assert "You imported this same file on" in shown
    assert "new activit" not in shown
    assert points.standing(registration) == before
    assert Activity.objects.count() == 10


def test_a_second_click_on_save_is_the_same_as_one(own, registration, by_hand):
    imported, digest = upload(own, registration, by_hand)

    first = confirm(own, registration, imported, digest)
    second = confirm(own, registration, imported, digest)

    assert first.url == second.url
    assert Activity.objects.count() == 10
    assert Event.objects.filter(kind="import").count() == 1


# Rows in detail.


def test_what_was_posted_is_never_saved_only_what_was_stored(own, registration):
    content = workbook(["2025-05-01", "Webinar", "EI", "PD-I", 2, ""])
    imported, digest = upload(own, registration, content)

    confirm(own, registration, imported, digest, **{"row2-hours": "999", "title": "Other"})

    activity = Activity.objects.get()
    assert (activity.title, activity.hours) == ("Webinar", 2)


def test_an_answer_to_a_row_that_was_not_asked_changes_nothing(own, registration):
    content = workbook(["2025-05-01", "Webinar", "EI", "PD-I", 2, ""])
    imported, _digest = upload(own, registration, content)

    answer(own, registration, imported, row2__hours="40")

    imported.refresh_from_db()
    assert imported.rows[0]["answers"] == {}


@pytest.mark.parametrize(
    ("row", "field", "wrong", "message"),
    [
        (["2025-05-01", "W", "EI", "PD-I", "", ""], "hours", "-3", "Enter more than 0 hours"),
        (["2025-05-01", "W", "EI", "PD-I", "", ""], "hours", "x", "Enter the hours as a number"),
        (["2025-05-01", "W", "EI", "??", 2, ""], "choice", "99999", "Select a valid choice"),
        (["soon", "W", "EI", "PD-I", 2, ""], "completed_on", "1/2/3", "the year first"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_kept_of_it(
    own, registration, row, field, wrong, message
):
    imported, _digest = upload(own, registration, workbook(row))
    page = at("import_preview", registration, imported.pk)

    response = own.post(page, {"do": "save", f"row2-{field}": wrong})

    assert response.status_code == 422
    assert message in text(response)
    imported.refresh_from_db()
    assert imported.rows[0]["answers"] == {}
    assert not Activity.objects.exists()


def test_answers_that_come_with_save_are_shown_once_more_before_saving(own, registration):
    content = workbook(["2025-05-01", "Webinar", "EI", "PD-I", "", ""])
    imported, digest = upload(own, registration, content)

    response = confirm(own, registration, imported, digest, **{"row2-hours": "1h30"})

    assert not Activity.objects.exists()
    assert "Your answers are in. Look once more" in text(own.get(response.url))
    confirm(own, registration, imported, seen(own, registration, imported))
    assert Activity.objects.get().hours == Decimal("1.5")


def test_a_click_without_any_answer_says_so(own, registration):
    content = workbook(["2025-05-01", "Webinar", "EI", "PD-I", "", ""])
    imported, _digest = upload(own, registration, content)

    assert "There was no answer yet." in text(answer(own, registration, imported, row2__hours=""))


def test_what_was_typed_into_a_row_that_is_left_out_needs_no_mending(own, registration):
    content = workbook(["2025-05-01", "Webinar", "EI", "PD-I", "", ""])
    imported, _digest = upload(own, registration, content)

    page = text(answer(own, registration, imported, row2__hours="some", row2__leave="on"))

    assert "There is a problem" not in page
    assert "1 row left out" in page


def test_an_answer_can_be_taken_back(own, registration):
    content = workbook(["2025-05-01", "Webinar", "EI", "PD-I", "", ""])
    imported, _digest = upload(own, registration, content)
    answer(own, registration, imported, row2__leave="on")
    page = at("import_preview", registration, imported.pk)

    left = text(own.get(page))
    own.post(page, {"again": "2"})

    assert "1 row left out" in left
    assert "1 row wants an answer" in text(own.get(page))


def test_a_day_that_lies_ahead_comes_in_as_planned(client):
    registration = make.registration(starts_on=make.three_years_ago(-400))
    client.force_login(registration.person)
    content = workbook([days_from_today(30), "Conference", "CLA", "PD-I", 8, ""])
    imported, digest = upload(client, registration, content)

    shown = text(client.get(at("import_preview", registration, imported.pk)))
    confirm(client, registration, imported, digest)

    assert "Its day is still ahead, so it counts as planned." in shown
    assert Activity.objects.get().planned
    assert points.standing(registration).counted == 0


def test_a_day_after_the_program_is_refused_with_its_reason(own, registration):
    content = workbook(["2028-03-15", "Too late", "EI", "PD-I", 2, ""])
    imported, _digest = upload(own, registration, content)

    shown = text(own.get(at("import_preview", registration, imported.pk)))

    assert "This was after 14 March 2028, the last day of your program" in shown
    assert "Save" not in shown.split("1 row can’t come in")[1].split("Don")[0]


def test_the_same_row_twice_in_a_file_is_added_once_unless_the_owner_says_so(own, registration):
    row = ["2025-05-01", "Webinar", "EI", "PD-I", 2, ""]
    imported, _digest = upload(own, registration, workbook(row, row))

    shown = text(own.get(at("import_preview", registration, imported.pk)))
    answer(own, registration, imported, row3__anyway="on")
    confirm(own, registration, imported, seen(own, registration, imported))

    assert "Row 2 says the same." in shown
    assert Activity.objects.count() == 2


def test_what_was_deleted_here_does_not_come_back_by_itself(own, registration):
    content = workbook(["2025-05-01", "Webinar", "EI", "PD-I", 2, ""])
    imported, digest = upload(own, registration, content)
    confirm(own, registration, imported, digest)
    log.delete(registration, Activity.objects.get(), by=registration.person)

    again, digest = upload(own, registration, content)
    shown = text(own.get(at("import_preview", registration, again.pk)))

    assert "You deleted this entry from your record." in shown
    assert "Save" not in shown.split("You deleted this entry")[1].split("Don")[0]


def test_a_likely_repeat_is_pointed_out_and_added(own, registration):
    make.activity(registration, "PUB-I", title="Storytime workshop", on="2025-04-01")
    content = workbook(["2025-05-01", "Storytime workshop", "", "PUB-I", 2, ""])
    imported, digest = upload(own, registration, content)

    shown = text(own.get(at("import_preview", registration, imported.pk)))
    confirm(own, registration, imported, digest)

    assert "The same title and type is there already." in shown
    assert Activity.objects.count() == 2


def test_a_record_that_changed_after_the_preview_is_shown_once_more(own, registration):
    content = workbook(["2025-05-01", "Webinar", "EI", "PD-I", 2, ""])
    imported, digest = upload(own, registration, content)
    make.activity(registration, "PD-I", title="Webinar", hours="2", on="2025-05-01")

    response = own.post(
        at("import_preview", registration, imported.pk),
        {"seen": digest, "do": "save"},
        follow=True,
    )

    assert "Your record changed meanwhile. Look once more, then save." in text(response)
    assert Activity.objects.count() == 1


# Who, when, and how.


def test_a_new_upload_replaces_the_one_that_still_waited(own, registration, by_hand):
    first, digest = upload(own, registration, by_hand)
    second, _digest = upload(own, registration, by_hand)

    late = own.post(
        at("import_preview", registration, first.pk), {"seen": digest, "do": "save"}, follow=True
    )

    first.refresh_from_db()
    assert (first.state, first.rows) == (Import.State.DROPPED, [])
    assert "This upload was dropped. Choose the file again." in text(late)
    assert second.state == Import.State.OPEN
    assert not Activity.objects.exists()


def test_an_upload_can_be_dropped(own, registration, by_hand):
    imported, _digest = upload(own, registration, by_hand)

    response = own.post(
        at("import_preview", registration, imported.pk), {"do": "drop"}, follow=True
    )

    imported.refresh_from_db()
    assert "Nothing was imported." in text(response)
    assert imported.state == Import.State.DROPPED
    assert not Activity.objects.exists()


def test_a_saved_import_leads_back_to_the_record(own, registration, by_hand):
    imported, digest = upload(own, registration, by_hand)
    confirm(own, registration, imported, digest)

    response = own.get(at("import_preview", registration, imported.pk))

    assert response.url == f"{at('activities', registration)}?year=all"
    assert imported.file_name not in str(registration.events.get(kind="import").details)


def test_a_closed_record_takes_no_file(own, registration, by_hand):
    imported, digest = upload(own, registration, by_hand)
    type(registration).objects.update(status="turned_in")

    for response in (
        own.get(at("record_import", registration), follow=True),
        own.post(
            at("record_import", registration),
            {"file": SimpleUploadedFile("r.xlsx", by_hand)},
            follow=True,
        ),
        own.post(
            at("import_preview", registration, imported.pk),
            {"seen": digest, "do": "save"},
            follow=True,
        ),
    ):
        assert "This record is closed for changes." in text(response)
    assert Import.objects.count() == 1
    assert not Activity.objects.exists()


def test_only_the_owner_imports_and_exports(client, registration, by_hand):
    client.force_login(registration.person)
    imported, digest = upload(client, registration, by_hand)
    for who, status in (
        (make.person(), 404),
        (make.registration().person, 404),
        (make.representative("MLA"), 403),
        (make.steering(), 403),
    ):
        client.force_login(who)

        for page in (
            at("record_import", registration),
            at("record_export", registration),
            at("import_preview", registration, imported.pk),
        ):
            assert client.get(page).status_code == status
        assert confirm(client, registration, imported, digest).status_code == status
        assert client.post(at("record_import", registration)).status_code == status
    assert not Activity.objects.exists()


def test_an_import_of_another_record_is_not_found(own, registration, by_hand, client):
    other = make.registration()
    client.force_login(other.person)
    imported, digest = upload(client, other, by_hand)
    client.force_login(registration.person)

    assert client.get(at("import_preview", registration, imported.pk)).status_code == 404
    assert confirm(client, registration, imported, digest).status_code == 404
    assert not Activity.objects.exists()


def test_other_methods_are_not_allowed(own, registration, by_hand):
    imported, _digest = upload(own, registration, by_hand)

    assert own.post(at("record_export", registration)).status_code == 405
    assert own.put(at("record_import", registration)).status_code == 405
    assert own.delete(at("import_preview", registration, imported.pk)).status_code == 405


def test_the_export_is_a_workbook_with_a_name(own, registration):
    response = own.get(at("record_export", registration))

    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert re.fullmatch(
        rf'attachment; filename="{registration.reference}-\d{{4}}-\d\d-\d\d\.xlsx"',
        response["Content-Disposition"],
    )


def test_the_queries_of_a_preview_do_not_grow_with_the_rows(
    own, registration, django_assert_max_num_queries
):
    def row(number):
        day = registration.starts_on + timedelta(days=number)
        return [day, f"Webinar {number}", "EI", "PD-I", 1, ""]

    imported, _digest = upload(own, registration, workbook(*map(row, range(300))))

    with django_assert_max_num_queries(12):
        own.get(at("import_preview", registration, imported.pk))
    digest = seen(own, registration, imported)
    with django_assert_max_num_queries(30):
        press_save(own, registration, imported, {}, digest)
    assert Activity.objects.count() == 300


def test_the_preview_speaks_french(own, registration, by_hand):
    imported, _digest = upload(own, registration, by_hand)
    page = at("import_preview", registration, imported.pk, language="fr")

    response = own.get(page, follow=True)

    assert response.status_code == 200
    assert "Perfectionnement professionnel – informel" in text(response)
