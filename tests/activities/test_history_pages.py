"""The history on an entry's page: who reads it, in which time, and what the pages write."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from activities import log
from activities.models import Activity, EntryChange
from tests import factories as make
from tests.activities.pages import at, full, text
from tests.activities.test_importing import confirm, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration(make.person("Chantal"))


@pytest.fixture
def entry(registration):
    return make.activity(registration, "PD-I", hours="1.5", title="Webinar")


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def rename(registration, entry, title):
    entry.title = title
    log.change(registration, entry, rate=make.rate("PD-I"), by=registration.person)


def test_owner_and_committee_read_it_with_names_and_a_mentor_does_not(client, registration, entry):
    rename(registration, entry, "Course")
    page = at("activity", registration, entry.pk)
    found = {}
    for role, who in (
        ("owner", registration.person),
        ("committee", make.representative("MLA")),
        ("administrator", make.administrator()),
        ("mentor", make.mentorship(registration).mentor),
    ):
        client.force_login(who)
        found[role] = text(client.get(page))

    for role in ("owner", "committee", "administrator"):
        assert "Title: Webinar → Course" in found[role]
        assert ", Chantal" in found[role]
    assert "History" not in found["mentor"]
    assert "Webinar" not in found["mentor"]


def test_a_new_entry_has_no_history(own, registration):
    assert "History" not in text(own.get(at("activity_add", registration)))


def test_times_are_those_of_the_program(own, registration, entry):
    Activity.objects.update(created_at=datetime(2025, 5, 1, 3, 30, tzinfo=UTC))

    with timezone.override("Asia/Tokyo"):
        page = text(own.get(at("activity", registration, entry.pk)))

    assert registration.program.time_zone == "America/Toronto"
    assert "30 April 2025 at 23:30, Chantal" in page


def test_what_the_pages_do_has_the_owners_name(own, registration, entry):
    own.post(at("activity", registration, entry.pk), full(title="Course"))
    own.post(at("activity_delete", registration, entry.pk))
    own.post(at("activity_restore", registration, entry.pk))

    assert list(entry.changes.values_list("kind", "by__name")) == [
        ("edited", "Chantal"),
        ("deleted", "Chantal"),
        ("restored", "Chantal"),
    ]


def test_an_import_says_that_it_was_one(own, registration, entry):
    exported = own.get(at("record_export", registration))
    content = b"".join(exported.streaming_content) if exported.streaming else exported.content
    edited = _with_another_title(content)
    imported, seen = upload(own, registration, edited)

    confirm(own, registration, imported, seen)

    row = EntryChange.objects.get()
    assert (row.kind, row.by) == ("imported", registration.person)
    assert row.fields == {"title": ["Webinar", "Course"]}


def test_markup_stays_text(own, registration, entry):
    rename(registration, entry, "<b>bold</b>")

    assert "<b>bold" not in own.get(at("activity", registration, entry.pk)).text


def test_a_visitor_finds_nothing(registration, entry):
    assert Client().get(at("activity", registration, entry.pk)).status_code == 302


def _with_another_title(content):
    """The exported workbook with its one entry renamed."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for line in book.active.iter_rows():
        for cell in line:
            if cell.value == "Webinar":
                cell.value = "Course"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
