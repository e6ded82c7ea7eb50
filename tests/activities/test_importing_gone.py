"""Rows that are gone from an exported record: shown, and deleted only if their owner says so."""

import pytest

from activities.models import Activity, Credit, EntryChange
from registrations.models import Event
from tests import factories as make
from tests.activities.imports import (
    answer,
    confirm,
    edit_here,
    edited,
    emptied,
    exported,
    filled,
    saved,
    seen,
    shown,
    upload,
    without,
)
from tests.activities.pages import at, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


@pytest.mark.parametrize("remove", [without, emptied])
def test_entries_whose_rows_are_gone_stay_unless_they_are_ticked(own, registration, remove):
    filled(registration)
    content = edited(exported(registration), remove("LIBT 215", "« Étude »"))
    gone = Activity.objects.get(title="LIBT 215")

    imported, _digest = upload(own, registration, content)
    before = shown(own, registration, imported)
    answer(own, registration, imported, **{f"gone{gone.pk}": "on"})
    after = shown(own, registration, imported)
    response = confirm(own, registration, imported, seen(own, registration, imported))

    assert "2 entries aren’t in the file any more" in before
    assert "There is nothing new in this file." in before
    assert "Save 1 activity 1 of them is deleted by it." in after
    assert sorted(Activity.objects.kept().values_list("title", flat=True)) == [
        "=HYPERLINK(1)",
        "Planned",
        "« Étude »",
    ]
    assert "0 activities added. 1 deleted." in text(own.get(response.url))
    assert Event.objects.get(kind="import").details["deleted"] == 1
    assert EntryChange.objects.get(kind="deleted").activity == gone
    assert Credit.objects.get(activity=gone).state == "deleted"


def test_what_an_import_deleted_can_be_brought_back(own, registration):
    filled(registration)
    gone = Activity.objects.get(title="LIBT 215")
    content = edited(exported(registration), without("LIBT 215"))
    saved(own, registration, content, **{f"gone{gone.pk}": "on"})

    own.post(at("activity_restore", registration, gone.pk))

    gone.refresh_from_db()
    assert gone.deleted_at is None
    assert Credit.objects.get(activity=gone).state == "counts"


def test_a_tick_that_comes_with_save_is_shown_once_more_before_saving(own, registration):
    filled(registration)
    gone = Activity.objects.get(title="LIBT 215")
    imported, digest = upload(
        own, registration, edited(exported(registration), without("LIBT 215"))
    )

    confirm(own, registration, imported, digest, **{f"gone{gone.pk}": "on"})

    assert Activity.objects.kept().filter(pk=gone.pk).exists()
    assert "Your answers are in. Look once more" in shown(own, registration, imported)


def test_an_entry_edited_here_since_says_so_where_its_row_is_gone(own, registration):
    entry = make.activity(registration, title="Webinar")
    content = edited(exported(registration), without("Webinar"))
    edit_here(entry, title="Webinar, longer")

    imported, _digest = upload(own, registration, content)

    assert "It was changed here after the file was made." in shown(own, registration, imported)


def test_only_what_the_export_held_can_be_missing_from_it(own, registration):
    make.activity(registration, title="Webinar")
    content = exported(registration)
    make.activity(registration, title="Logged later")

    imported, _digest = upload(own, registration, content)

    assert "in the file any more" not in shown(own, registration, imported)


def test_the_export_of_another_record_says_nothing_of_what_is_gone(client, registration):
    other = make.registration(registration.person, code="CPC", association_code=None)
    client.force_login(registration.person)
    make.activity(registration, title="Webinar")
    content = edited(exported(registration), without("Webinar"))

    imported, _digest = upload(client, other, content)

    assert imported.listed == {}


def test_a_row_that_lost_its_hidden_number_is_still_its_entry(own, registration):
    make.activity(registration, title="Webinar")

    def change(sheet, rows):
        for column in range(15, sheet.max_column + 1):
            sheet.cell(rows["Webinar"], column).value = None

    imported, _digest = upload(own, registration, edited(exported(registration), change))

    said = shown(own, registration, imported)
    assert "1 row is in your record already" in said
    assert "in the file any more" not in said


def test_a_posted_number_of_an_entry_that_is_not_gone_deletes_nothing(own, registration):
    kept = make.activity(registration, title="Kept")
    make.activity(registration, title="Gone", on="2025-06-01")
    imported, _digest = upload(own, registration, edited(exported(registration), without("Gone")))

    answer(own, registration, imported, **{f"gone{kept.pk}": "on"})

    imported.refresh_from_db()
    assert imported.deletes == []
