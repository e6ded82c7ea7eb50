"""What is taken in as a record: workbooks and text files, their columns, and who reads them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from activities import importing, reading_imports
from activities.models import Activity, Import
from cec import work
from cec.claims import LEASE, MOST_TRIES
from cec.health import Heartbeat
from tests import factories as make
from tests.activities.imports import confirm, exported, saved, seen, shown, upload, workbook
from tests.activities.pages import at, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


# Files that are no record.


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "record.xlsx", "This file is empty."),
        (b"%PDF-1.7 x", "record.xlsx", "This is a PDF."),
        (b"date;title\n", "record.xlsx", "This is a text or CSV file."),
        (b"date;title\n", "record.doc", "ends neither in .xlsx nor in .csv"),
        (b"date;title\n", "record.csv", "We found no table of activities"),
        (b"\n\n", "record.csv", "We found no table of activities"),
        (b'Date,Title,Type\n"2025', "record.csv", "A quotation mark in this file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "record.xls", "Office document"),
        (b"PK\x03\x04" + b"\0" * 200, "record.xlsx", "This workbook is damaged"),
        (b"x" * (6 * 1024 * 1024), "record.xlsx", "larger than 5 MB"),
        (workbook(headings=["Nothing", "Here"]), "record.xlsx", "We found no table of activities"),
        (workbook(), "record.ods", "doesn’t end in .xlsx"),
    ],
)
def test_a_file_that_is_no_record_is_refused_by_name(own, registration, content, name, message):
    file = SimpleUploadedFile(name, content)

    response = own.post(at("record_import", registration), {"file": file})

    assert response.status_code == 422
    assert text(response).count(message) == 2
    assert not Import.objects.exists()


def test_no_file_at_all_is_named_too(own, registration):
    response = own.post(at("record_import", registration))

    assert response.status_code == 422
    assert "Choose the file that holds your record" in text(response)


@pytest.mark.parametrize("spelled", ["_xD800_", "_xDFFF_", "_xFFFF_", "_x0000_", "_x0008_"])
def test_a_row_with_half_a_character_is_refused_and_the_preview_still_opens(
    own, registration, spelled
):
    content = workbook(["2025-05-01", f"Weeding {spelled}", f"OLA {spelled}", "PD-I", 1, spelled])

    imported, _digest = upload(own, registration, content)

    page = shown(own, registration, imported)
    assert "1 row can’t come in" in page
    assert "This cell holds characters that can’t be shown." in page
    assert "Weeding" in page


def test_a_file_with_headings_only_has_nothing_to_save(own, registration):
    imported, _digest = upload(own, registration, workbook())

    assert "There is no activity in this file, only headings." in shown(own, registration, imported)


# Text files.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_text_file_is_a_record_whatever_its_letters_and_delimiters(
    own, registration, encoding, delimiter
):
    lines = [
        ["Date", "Titre", "Type", "Durée"],
        ["2025-05-01", "L’heure du conte – été", "PD-I", '"2,5"'],
        ["2025-05-02", "Désherbage", "PP-F", "1h30"],
    ]
    content = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n"

    imported, digest = upload(own, registration, content.encode(encoding), name="relevé.csv")
    confirm(own, registration, imported, digest)

    found = Activity.objects.order_by("pk").values_list("title", "hours")
    assert list(found) == [("L’heure du conte – été", 2.5), ("Désherbage", 1.5)]


def test_a_text_file_that_breaks_off_is_refused(own, registration):
    content = b"Date,Title,Type,Hours\n2025-05-01,Webinar,PD-I,2\n2025-05-02,Web"
    file = SimpleUploadedFile("record.csv", content)

    response = own.post(at("record_import", registration), {"file": file})

    assert "This file breaks off in the middle." in text(response)
    assert not Import.objects.exists()


def test_a_text_file_of_our_own_export_knows_its_entries(own, registration):
    entry = make.activity(registration, title="Webinar")
    content = (
        "Date(s),Title of activity,Type of activity,Hours,"
        '"Entry number, leave as it is"\n'
        f"2025-05-01,Webinar on weeding,PD-I,1,{entry.pk}\n"
    )

    imported, digest = upload(own, registration, content.encode(), name="record.csv")
    confirm(own, registration, imported, digest)

    entry.refresh_from_db()
    assert entry.title == "Webinar on weeding"


# Columns that we don't know.

STRANGE = ["Wann", "Was", "Art", "Std."]
ROW = ["2025-05-01", "Webinar", "PD-I", 2]


def choose(client, registration, imported, **fields):
    """Say what the columns hold, by their place; everything else holds nothing."""
    said = {f"column{place}": field for field, place in fields.items()}
    return client.post(at("import_columns", registration, imported.pk), said, follow=True)


def sent(client, registration, content, name="record.xlsx"):
    file = SimpleUploadedFile(name, content)
    client.post(at("record_import", registration), {"file": file})
    return Import.objects.latest("pk")


def test_headings_that_nobody_knows_are_asked_about_and_then_read(own, registration):
    imported = sent(own, registration, workbook(ROW, headings=STRANGE))

    before = shown(own, registration, imported)
    after = text(choose(own, registration, imported, date=0, title=1, type=2, hours=3))
    confirm(own, registration, imported, seen(own, registration, imported))

    assert "Say which column holds the title of the activity." in before
    assert "Wann" in before
    assert "2025-05-01" in before
    assert "1 new activity" in after
    assert Activity.objects.get().title == "Webinar"


def test_columns_are_remembered_for_the_next_file_even_before_anything_is_saved(own, registration):
    imported = sent(own, registration, workbook(ROW, headings=STRANGE))
    choose(own, registration, imported, date=0, title=1, type=2, hours=3)

    again, _digest = upload(own, registration, workbook(ROW, ROW, headings=STRANGE))

    assert not again.layout["problem"]
    assert len(again.rows) == 2


def test_what_was_remembered_outlives_a_file_with_other_headings(own, registration):
    imported = sent(own, registration, workbook(ROW, headings=STRANGE))
    choose(own, registration, imported, date=0, title=1, type=2, hours=3)
    saved(own, registration, exported(registration))

    again, _digest = upload(own, registration, workbook(ROW, headings=STRANGE))

    assert len(again.rows) == 1


def test_columns_of_another_person_are_not_remembered(client, own, registration):
    imported = sent(own, registration, workbook(ROW, headings=STRANGE))
    choose(own, registration, imported, date=0, title=1, type=2, hours=3)
    other = make.registration()
    client.force_login(other.person)

    again = sent(client, other, workbook(ROW, headings=STRANGE))

    assert again.layout["problem"] == "no_title_column"


def test_a_column_that_was_taken_for_another_can_be_corrected(own, registration):
    row = ["2025-05-01", "Weeding", "Webinar", "PD-I", 2]
    headings = ["Date", "Title", "What it was called", "Type", "Hours"]
    imported, _digest = upload(own, registration, workbook(row, headings=headings))

    choose(own, registration, imported, date=0, subject=1, title=2, type=3, hours=4)
    confirm(own, registration, imported, seen(own, registration, imported))

    entry = Activity.objects.get()
    assert (entry.title, entry.subject) == ("Webinar", "Weeding")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"date": 0}, "Say which column holds the title of the activity."),
        ({"title": 1}, "Say which column holds the date."),
        ({"title": 9}, "Say which column holds the title of the activity."),
    ],
)
def test_without_title_and_date_nothing_is_read(own, registration, fields, message):
    imported = sent(own, registration, workbook(ROW, headings=STRANGE))

    response = choose(own, registration, imported, **fields)

    imported.refresh_from_db()
    assert response.status_code == 422
    assert message in text(response)
    assert imported.rows == []


def test_two_columns_for_the_same_are_named(own, registration):
    imported = sent(own, registration, workbook(ROW, headings=STRANGE))

    response = own.post(
        at("import_columns", registration, imported.pk), {"column0": "title", "column1": "title"}
    )

    assert response.status_code == 422
    assert "Another column holds this already." in text(response)


def test_nothing_can_be_saved_before_the_columns_are_known(own, registration):
    imported = sent(own, registration, workbook(ROW, headings=STRANGE))

    confirm(own, registration, imported, "")

    imported.refresh_from_db()
    assert imported.state == "open"
    assert "Say first which column holds what." in shown(own, registration, imported)


def test_columns_of_a_decided_upload_change_nothing(own, registration):
    imported = saved(own, registration, workbook(["2025-05-01", "W", "EI", "PD-I", 2, ""]))

    choose(own, registration, imported, date=0, subject=1)

    imported.refresh_from_db()
    assert (imported.state, imported.content) == ("saved", None)
    assert "chosen" not in imported.layout


# Long files are read by a worker.


def long(rows=201):
    """A record of that many rows."""
    first = make.registration().starts_on
    return workbook(
        *(
            [first + timedelta(days=at % 900), f"Webinar {at}", "EI", "PD-I", 1, ""]
            for at in range(rows)
        )
    )


@pytest.mark.parametrize(("rows", "state"), [(200, "open"), (201, "reading")])
def test_more_than_two_hundred_rows_are_left_to_a_worker(own, registration, rows, state):
    assert sent(own, registration, long(rows)).state == state


def test_a_large_file_is_left_to_a_worker_unread(own, registration):
    content = b"Date,Title,Type,Hours\n2025-05-01,Webinar,PD-I,2\n" + b"\n" * 400_000

    imported = sent(own, registration, content, name="record.csv")

    assert imported.state == "reading"
    assert reading_imports.read(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, len(imported.rows)) == ("open", 1)


def test_whoever_waits_sees_that_it_is_read_and_then_what_was_read(own, registration):
    imported = sent(own, registration, long())
    page = at("import_preview", registration, imported.pk)

    before = text(own.get(page))
    work.sweep()
    watching = own.get(page, headers={"HX-Request": "true"})

    assert "Your file is about to be read." in before
    assert watching["HX-Refresh"] == "true"
    assert "201 new activities" in text(own.get(page))


def test_a_file_that_no_worker_comes_for_is_kept_and_the_page_says_so(own, registration):
    imported = sent(own, registration, long())
    Import.objects.update(uploaded_at=timezone.now() - timedelta(minutes=1))
    Heartbeat.objects.all().delete()

    said = shown(own, registration, imported)

    assert "isn’t running at the moment. Your file is kept" in said
    assert Import.objects.defer(None).get().content


def test_a_file_is_read_once_however_many_workers_are_told(own, registration):
    imported = sent(own, registration, long())

    assert [reading_imports.read(imported.pk) for _try in range(3)] == [True, False, False]


def test_a_reading_that_was_lost_is_taken_up_again(own, registration):
    imported = sent(own, registration, long())
    Import.objects.update(claimed_at=timezone.now() - LEASE - timedelta(seconds=1), tries=1)

    assert reading_imports.read_waiting() == 1
    imported.refresh_from_db()
    assert imported.state == "open"


def test_a_file_that_no_worker_survives_ends_with_a_sentence(own, registration):
    imported = sent(own, registration, long())
    Import.objects.update(tries=MOST_TRIES)

    reading_imports.read(imported.pk)

    imported.refresh_from_db()
    assert (imported.state, imported.error) == ("failed", "unreadable")
    assert "We couldn’t read this file." in shown(own, registration, imported)


def test_what_a_worker_finds_wrong_is_said_in_the_language_of_the_page(own, registration):
    imported = sent(own, registration, long(2001))

    work.sweep()

    page = at("import_preview", registration, imported.pk, language="fr")
    said = text(own.get(page, follow=True))
    imported.refresh_from_db()
    assert (imported.state, imported.error, imported.rows) == ("failed", "too_many_rows", [])
    assert "2\u00a0000" in said or "2000" in said


def test_an_upload_that_is_dropped_while_it_is_read_stays_dropped(own, registration):
    imported = sent(own, registration, long())
    own.post(at("import_preview", registration, imported.pk), {"do": "drop"})

    assert not reading_imports.read(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.rows) == ("dropped", [])


def test_nothing_can_be_saved_while_a_file_is_read(own, registration):
    imported = sent(own, registration, long())

    confirm(own, registration, imported, "0" * 64)

    imported.refresh_from_db()
    assert imported.state == "reading"
    assert not Activity.objects.exists()


def test_the_file_goes_once_its_import_is_decided_on(own, registration):
    imported = saved(own, registration, workbook(["2025-05-01", "W", "EI", "PD-I", 2, ""]))
    dropped, _digest = upload(own, registration, workbook(ROW))
    own.post(at("import_preview", registration, dropped.pk), {"do": "drop"})

    contents = Import.objects.defer(None).filter(pk__in=[imported.pk, dropped.pk])

    assert [row.content for row in contents] == [None, None]
    assert not any("samples" in row.layout for row in contents)


def test_an_upload_that_nobody_decides_on_is_dropped_after_a_month(own, registration):
    old = sent(own, registration, workbook(ROW))
    Import.objects.update(uploaded_at=timezone.now() - importing.KEPT - timedelta(minutes=1))
    other = make.registration()
    own.force_login(other.person)
    new = sent(own, other, workbook(ROW))

    assert importing.forget_old() == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("dropped", "open")
