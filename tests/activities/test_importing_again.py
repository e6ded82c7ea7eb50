"""The record out to Excel and in again: what only one side changed, what both did, what is gone."""

import re
from datetime import timedelta

import pytest

from activities import log
from activities.models import Activity, Credit, Import
from tests import factories as make
from tests.activities.imports import (
    answer,
    confirm,
    edit_here,
    edited,
    emptied,
    exported,
    filled,
    press_save,
    put,
    saved,
    seen,
    shown,
    ticked,
    upload,
    workbook,
)
from tests.activities.pages import at, days_from_today, text

pytestmark = pytest.mark.django_db

TITLE, TYPE, HOURS, OUTCOME, PLANNED = 2, 4, 6, 8, 9


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def everything():
    return list(Activity.objects.order_by("pk").values())


# Nothing, and one thing, was changed.


@pytest.mark.parametrize("page", ["en", "fr"])
@pytest.mark.parametrize("language", ["", "en", "fr"])
def test_an_export_comes_back_unchanged(own, registration, page, language):
    filled(registration)
    before = everything()
    address = f"{at('record_export', registration, language=page)}?language={language}"

    response = own.get(address, follow=True)
    imported, _digest = upload(own, registration, b"".join(response.streaming_content))
    said = shown(own, registration, imported)

    assert "4 rows are in your record already" in said
    assert "There is nothing new in this file." in said
    assert "wants an answer" not in said
    assert "change" not in said.split("4 rows are in")[0].split("Nothing is saved yet")[1]
    assert everything() == before


def test_an_edited_row_changes_its_entry_and_nothing_else(own, registration):
    filled(registration)

    def change(sheet, rows):
        sheet.cell(rows["LIBT 215"], HOURS).value = 5
        sheet.cell(rows["LIBT 215"], TITLE).value = "LIBT 215, Records"

    imported, digest = upload(own, registration, edited(exported(registration), change))
    said = shown(own, registration, imported)
    response = confirm(own, registration, imported, digest)

    entry = Activity.objects.get(title="LIBT 215, Records")
    assert "1 row changes an entry" in said
    assert (
        "What differs In your record In the file Title LIBT 215 LIBT 215, Records Hours 11 5"
        in said
    )
    assert (entry.hours, entry.version, entry.provider) == (5, 2, "Red River")
    assert Credit.objects.get(activity=entry).points == 10
    assert Activity.objects.count() == 4
    assert "0 activities added. 1 changed." in text(own.get(response.url))


def test_new_rows_below_the_last_one_are_added(own, registration):
    filled(registration)

    def change(sheet, rows):
        row = rows["Planned"] + 1
        for column, value in ((1, "2025-07-01"), (TITLE, "New"), (TYPE, "PD-I"), (HOURS, 2)):
            sheet.cell(row, column).value = value

    saved(own, registration, edited(exported(registration), change))

    assert Activity.objects.count() == 5
    assert Activity.objects.get(title="New").hours == 2


def test_a_row_copied_in_excel_becomes_an_entry_of_its_own(own, registration):
    make.activity(registration, "PD-I", hours="2", title="Webinar, part 1")

    def change(sheet, rows):
        for cell in sheet[rows["Webinar, part 1"]]:
            sheet.cell(rows["Webinar, part 1"] + 1, cell.column).value = cell.value
        sheet.cell(rows["Webinar, part 1"] + 1, TITLE).value = "Webinar, part 2"

    saved(own, registration, edited(exported(registration), change))

    titles = sorted(Activity.objects.values_list("title", flat=True))
    assert titles == ["Webinar, part 1", "Webinar, part 2"]


def test_a_planned_entry_is_done_once_its_mark_is_taken_away(own, registration):
    filled(registration)
    content = edited(exported(registration), put("Planned", PLANNED, None))

    saved(own, registration, content)

    assert not Activity.objects.get(title="Planned").planned
    assert Credit.objects.get(activity__title="Planned").state == "counts"


def test_a_day_that_lies_ahead_stays_planned_whatever_the_mark_says(client):
    registration = make.registration(starts_on=make.three_years_ago(-400))
    client.force_login(registration.person)
    make.activity(registration, title="Ahead", on=days_from_today(30), planned=True)
    content = edited(exported(registration), put("Ahead", PLANNED, None))

    imported, _digest = upload(client, registration, content)

    assert "There is nothing new in this file." in shown(client, registration, imported)


def test_a_column_that_is_missing_in_the_file_empties_nothing(own, registration):
    entry = make.activity(
        registration, "PD-I", hours="2", title="Webinar", outcome="Much", subject="Archives"
    )
    content = workbook(
        ["2025-05-01", "Webinar, renamed", "PD-I", 2, str(entry.pk)],
        headings=["Date", "Title", "Type", "Hours", "Entry number, leave as it is"],
    )
    saved(own, registration, content)

    entry.refresh_from_db()
    assert (entry.title, entry.outcome, entry.subject) == ("Webinar, renamed", "Much", "Archives")


def test_an_earlier_last_day_takes_a_first_day_along_that_would_come_after_it(own, registration):
    entry = make.activity(registration, title="Course", on="2025-06-10", started_on="2025-06-05")
    content = workbook(
        ["2025-06-01", "Course", "PD-I", 1, str(entry.pk)],
        headings=["Date", "Title", "Type", "Hours", "Entry number, leave as it is"],
    )
    saved(own, registration, content)

    entry.refresh_from_db()
    assert (entry.completed_on.isoformat(), entry.started_on) == ("2025-06-01", None)


def test_the_number_of_somebody_elses_entry_is_only_a_number(own, registration):
    theirs = make.activity(make.registration(), "PD-I", title="Theirs")
    content = workbook(
        ["2025-05-01", "Mine", "PD-I", 2, str(theirs.pk)],
        headings=["Date", "Title", "Type", "Hours", "Entry number, leave as it is"],
    )
    saved(own, registration, content)

    theirs.refresh_from_db()
    assert theirs.title == "Theirs"
    assert Activity.objects.get(title="Mine").person == registration.person


def test_the_export_of_fixed_credits_comes_back_unchanged(client):
    registration = make.registration(code="CPC", association_code=None)
    make.activity(registration, "1-WEEK", hours=None, title="Ethics")
    client.force_login(registration.person)

    imported, _digest = upload(client, registration, exported(registration))

    assert "1 row is in your record already" in shown(client, registration, imported)


def test_a_row_copied_in_excel_and_left_as_it_was_is_added_only_if_its_owner_says_so(
    own, registration
):
    make.activity(registration, "PD-I", hours="2", title="Weeding", on="2025-05-01")

    def change(sheet, rows):
        for cell in sheet[rows["Weeding"]]:
            sheet.cell(rows["Weeding"] + 1, cell.column).value = cell.value

    imported, digest = upload(own, registration, edited(exported(registration), change))

    assert "Row 8 says the same." in shown(own, registration, imported)
    confirm(own, registration, imported, digest)
    assert Activity.objects.count() == 1


def test_an_edited_export_saved_twice_changes_things_once(own, registration):
    filled(registration)
    content = edited(exported(registration), put("LIBT 215", HOURS, 5))
    saved(own, registration, content)
    before = everything()

    imported, _digest = upload(own, registration, content)

    said = shown(own, registration, imported)
    assert "There is nothing new in this file." in said
    assert "You imported this same file on" in said
    assert everything() == before


# The record was changed meanwhile.


def test_what_only_the_site_changed_stays_as_it_is_there(own, registration):
    entry = make.activity(registration, title="Webinar", hours="2")
    content = exported(registration)
    edit_here(entry, title="Webinar on weeding", hours=3)

    imported, _digest = upload(own, registration, content)

    assert "There is nothing new in this file." in shown(own, registration, imported)


def test_different_fields_changed_here_and_there_both_hold(own, registration):
    entry = make.activity(registration, title="Webinar", hours="2")
    content = edited(exported(registration), put("Webinar", OUTCOME, "How to weed."))
    edit_here(entry, hours=3)

    imported = saved(own, registration, content)

    entry.refresh_from_db()
    assert (entry.hours, entry.outcome, entry.version) == (3, "How to weed.", 3)
    assert imported.registration_id == registration.pk


@pytest.mark.parametrize(("take", "hours"), [(None, 3), ("", 3), ("file", 5)])
def test_a_field_that_both_changed_is_asked_about_and_stays_unless_the_owner_says_so(
    own, registration, take, hours
):
    entry = make.activity(registration, title="Webinar", hours="2")
    content = edited(exported(registration), put("Webinar", HOURS, 5))
    edit_here(entry, hours=3)

    imported, digest = upload(own, registration, content)
    said = shown(own, registration, imported)
    if take is not None:
        answer(own, registration, imported, **{f"row{imported.rows[0]['number']}__take": take})
    if hours == 5:
        digest = seen(own, registration, imported)
    confirm(own, registration, imported, digest)

    entry.refresh_from_db()
    assert "1 entry was changed both here and in the file" in said
    assert "There is nothing new in this file." not in said
    assert "What differs In your record In the file Hours 3 5" in said
    assert entry.hours == hours


def test_days_that_both_changed_are_taken_or_left_together(own, registration):
    entry = make.activity(registration, title="Course", on="2025-06-10", started_on="2025-06-01")

    def change(sheet, rows):
        sheet.cell(rows["Course"], 1).value = "2025-05-20"
        sheet.cell(rows["Course"], 10).value = None

    content = edited(exported(registration), change)
    edit_here(entry, started_on="2025-06-08")

    imported, _digest = upload(own, registration, content)
    row = imported.rows[0]["number"]
    before = shown(own, registration, imported)
    answer(own, registration, imported, **{f"row{row}__take": "file"})
    confirm(own, registration, imported, seen(own, registration, imported))

    entry.refresh_from_db()
    assert "Date started 8 June 2025 – Date finished 10 June 2025 20 May 2025" in before
    assert (entry.completed_on.isoformat(), entry.started_on) == ("2025-05-20", None)


def test_an_edit_between_preview_and_saving_is_shown_before_anything_is_written(own, registration):
    entry = make.activity(registration, title="Webinar", hours="2")
    content = edited(exported(registration), put("Webinar", HOURS, 5))
    imported, digest = upload(own, registration, content)
    edit_here(entry, hours=3)

    confirm(own, registration, imported, digest)

    entry.refresh_from_db()
    assert entry.hours == 3
    assert "changed both here and in the file" in shown(own, registration, imported)


@pytest.mark.parametrize("hours", [2, 5])
def test_what_was_deleted_here_after_the_export_stays_deleted(own, registration, hours):
    entry = make.activity(registration, title="Webinar", hours="2")
    content = edited(exported(registration), put("Webinar", HOURS, hours))
    log.delete(registration, entry, by=entry.person)

    imported, _digest = upload(own, registration, content)

    said = shown(own, registration, imported)
    assert "You deleted this entry from your record." in said
    assert "Save" not in said
    assert not Activity.objects.kept().exists()


def test_what_the_last_computation_showed_is_no_data(own, registration):
    """LibreOffice and Excel keep what a formula showed; only what a person wrote is read."""
    make.activity(registration, title="Webinar")

    def change(sheet, rows):
        for row in sheet.iter_rows(min_row=rows["Webinar"]):
            for cell in row:
                if cell.data_type == "f":
                    cell.value = 99 if cell.row == rows["Webinar"] else ""

    imported, _digest = upload(own, registration, edited(exported(registration), change))

    assert len(imported.rows) == 1
    assert "There is nothing new in this file." in shown(own, registration, imported)


def test_the_queries_of_a_preview_do_not_grow_with_the_rows(
    own, registration, django_assert_max_num_queries
):
    for number in range(30):
        make.activity(registration, title=f"Webinar {number}", on=f"2025-06-{number + 1:02}")

    def change(sheet, rows):
        for number in range(10):
            sheet.cell(rows[f"Webinar {number}"], HOURS).value = 3
            emptied(f"Webinar {number + 15}")(sheet, rows)
        for number in range(200):
            row = rows["Webinar 29"] + 1 + number
            day = registration.starts_on + timedelta(days=number)
            for column, value in ((1, day), (2, f"New {number}"), (4, "PD-I"), (6, 1)):
                sheet.cell(row, column).value = value

    imported, _digest = upload(own, registration, edited(exported(registration), change))
    gone = re.findall(r'name="(gone\d+)"', _markup(own, registration, imported))
    answer(own, registration, imported, **dict.fromkeys(gone, "on"))

    with django_assert_max_num_queries(14):
        _markup(own, registration, imported)
    digest = seen(own, registration, imported)
    fields = ticked(own, registration, imported)
    with django_assert_max_num_queries(45):
        press_save(own, registration, imported, fields, digest)
    assert Import.objects.get().state == "saved"
    assert Activity.objects.kept().count() == 30 - 10 + 200


def _markup(client, registration, imported):
    return client.get(at("import_preview", registration, imported.pk)).content.decode()
