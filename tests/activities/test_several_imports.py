"""A row of an Excel record whose entry stands in another program too."""

from datetime import date

import pytest
from django.db import transaction

from activities import importing, several
from activities.models import Activity, Credit, Import
from activities.record import Record
from cec.problems import Refused
from registrations.models import Registration
from tests import factories as make
from tests.activities.pages import at, text
from tests.activities.test_importing import confirm, upload, workbook
from tests.races import at_once, wait_for_a_lock

HEADINGS = ["Date", "Title", "Type", "Hours", "Entry number, leave as it is"]


def people_and_records():
    """Records of one person in both programs; the careers one was there first."""
    person = make.person()
    careers = make.registration(
        person, code="CPC", association_code=None, starts_on=date(2025, 6, 1)
    )
    library = make.registration(person)
    entry = make.activity(library, "PD-F", hours="10", on="2025-07-01", title="Ethics")
    several.count_in(careers, entry, rate=make.rate("1-WEEK", program_code="CPC"))
    return library, careers, entry


def row_of(entry, **changes):
    said = {"day": "2025-07-01", "title": "Ethics", "type": "PD-F", "hours": 10} | changes
    return workbook([*said.values(), str(entry.pk)], headings=HEADINGS)


@pytest.fixture
def records(client):
    library, careers, entry = people_and_records()
    client.force_login(library.person)
    return library, careers, entry


@pytest.mark.django_db
def test_an_edit_in_the_file_is_worth_something_else_in_each_record(client, records):
    library, _careers, entry = records

    imported, digest = upload(client, library, row_of(entry, hours=4, day="2025-08-01"))
    confirm(client, library, imported, digest)

    worths = dict(entry.credits.values_list("registration__program__code", "points"))
    days = set(entry.credits.values_list("completed_on", flat=True))
    assert worths == {"CEC": 8, "CPC": 10}
    assert days == {date(2025, 8, 1)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "changes", "why"),
    [
        ("turned_in", {"hours": 4}, "which is closed: only the type can be changed here."),
        ("active", {"day": "2025-05-01"}, "This was before 1 June 2025"),
    ],
)
def test_a_row_that_the_other_record_does_not_take_is_refused_with_its_name(
    client, records, status, changes, why
):
    library, careers, entry = records
    Registration.objects.filter(pk=careers.pk).update(status=status)
    before = Activity.objects.values().get()

    imported, digest = upload(client, library, row_of(entry, **changes))
    shown = text(client.get(at("import_preview", library, imported.pk)))
    confirm(client, library, imported, digest)

    assert "1 row can’t come in" in shown
    assert careers.program.name in shown
    assert why in shown
    assert Activity.objects.values().get() == before


@pytest.mark.django_db
def test_another_type_in_the_file_is_no_matter_of_the_other_record(client, records):
    library, careers, entry = records
    Registration.objects.filter(pk=careers.pk).update(status="turned_in")

    imported, digest = upload(client, library, row_of(entry, type="PD-I"))
    confirm(client, library, imported, digest)

    assert Credit.objects.get(registration=library).points == 10
    assert Credit.objects.get(registration=careers).points == 10


@pytest.mark.django_db
def test_a_record_that_closes_after_the_preview_refuses_the_whole_file(client, records):
    library, careers, entry = records
    imported, digest = upload(client, library, row_of(entry, hours=4))
    Registration.objects.filter(pk=careers.pk).update(status="turned_in")

    confirm(client, library, imported, digest)

    assert Activity.objects.get().hours == 10
    assert Import.objects.get().state == Import.State.OPEN


@pytest.mark.django_db(transaction=True)
def test_saving_a_file_locks_both_records_in_the_order_of_their_numbers(client):
    """It would wait for ever on a deed in the record with the lower number otherwise."""
    library, careers, entry = people_and_records()
    client.force_login(library.person)
    imported, digest = upload(client, library, row_of(entry, hours=4))
    assert careers.pk < library.pk

    def hold_both():
        with transaction.atomic():
            _lock(careers)
            wait_for_a_lock()
            _lock(library)

    def save():
        while not _is_held(careers):
            pass
        return importing.save(library, imported, by=library.person, seen=digest)

    held, saved = at_once([hold_both, save])

    assert held is None
    assert not isinstance(saved, Exception | Refused)
    assert Activity.objects.get().hours == 4


def _lock(registration):
    Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)


def _is_held(registration):
    with transaction.atomic():
        rows = Registration.objects.select_for_update(skip_locked=True, of=("self",))
        return not rows.filter(pk=registration.pk).exists()


@pytest.mark.django_db
def test_the_export_of_each_record_holds_what_belongs_to_it(records):
    library, careers, _entry = records
    make.activity(library, "PD-I", hours="1", on="2025-07-02", title="Library only")

    titles = [
        {line.activity.title for line in record.lines(record.credits())}
        for record in (Record(library), Record(careers))
    ]

    assert titles == [{"Ethics", "Library only"}, {"Ethics"}]
