"""The history of an entry: who changed what, when; kept by the database, told in words."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from activities import evidence, history, log
from activities.models import Activity, EntryChange
from activities.record import Record
from cec.problems import Refused
from certificates import completion
from registrations.models import Event, Registration
from tests import factories as make
from tests.cec.hostile_files import GOOD
from tests.certificates import records
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


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


def change(registration, entry, *, code="PD-I", **fields):
    for name, value in fields.items():
        setattr(entry, name, value)
    return log.change(registration, entry, rate=make.rate(code), by=registration.person)


def add_file(registration, entry, name="card.pdf"):
    file = SimpleUploadedFile(name, GOOD["card.pdf"])
    return evidence.add(registration, entry, file, by=registration.person)


def told(registration, entry, *, reader=None):
    """The lines as this reader finds them; the owner unless somebody is named."""
    record = Record(registration, reader=reader or registration.person)
    return history.lines_of(record, entry)


class TestWriting:
    def test_an_edit_keeps_what_was_there_and_what_came(self, registration, entry):
        change(registration, entry, code="PD-F", title="Course", hours=Decimal(2), planned=True)

        row = entry.changes.get()
        assert (row.kind, row.by, row.registration) == (
            "edited",
            registration.person,
            registration,
        )
        assert row.fields == {
            "title": ["Webinar", "Course"],
            "hours": ["1.50", "2"],
            "planned": [False, True],
            "rate": [make.rate("PD-I").pk, make.rate("PD-F").pk],
        }

    def test_saving_without_a_change_is_no_row(self, registration, entry):
        change(registration, entry, title="Webinar", hours=Decimal("1.50"))

        assert not EntryChange.objects.exists()

    def test_a_new_entry_is_no_row_and_costs_no_statement_more(self, registration):
        new = Activity(title="New", completed_on=date(2025, 5, 1), hours=Decimal(1))

        with CaptureQueriesContext(connection) as asked:
            log.add_once(registration, new, rate=make.rate("PD-I"))

        assert not EntryChange.objects.exists()
        assert not [query for query in asked if "entrychange" in query["sql"]]

    def test_deleting_and_bringing_back_are_rows_once_each(self, registration, entry):
        for deed in (log.delete, log.delete, log.restore, log.restore):
            deed(registration, entry, by=registration.person)

        kinds = list(entry.changes.values_list("kind", "by"))
        who = registration.person_id
        assert kinds == [("deleted", who), ("restored", who)]

    def test_files_are_named(self, registration, entry):
        row = add_file(registration, entry, "Attestation.pdf")
        add_file(registration, entry, "The same.pdf")
        evidence.remove(registration, row, by=registration.person)
        evidence.remove(registration, row, by=registration.person)

        assert list(entry.changes.values_list("kind", "file_name")) == [
            ("file_added", "Attestation.pdf"),
            ("file_removed", "Attestation.pdf"),
        ]

    def test_many_edits_are_written_by_sets(self, registration):
        entries = [make.activity(registration, title=f"No. {at}") for at in range(5)]

        def edit(some):
            for entry in some:
                entry.provider = f"{entry.provider}x"
            with CaptureQueriesContext(connection) as asked:
                rate = make.rate("PD-I")
                pairs = [(entry, rate) for entry in some]
                log.change_all(registration, pairs, by=registration.person)
            return len(asked)

        assert edit(entries[:1]) == edit(entries)
        assert EntryChange.objects.count() == 6
        assert set(EntryChange.objects.values_list("kind", "by")) == {
            ("imported", registration.person_id)
        }

    def test_what_is_refused_or_taken_back_leaves_no_row(self, registration, entry):
        stale = Activity.objects.get()
        change(registration, entry, title="First")
        with pytest.raises(Refused):
            change(registration, stale, title="Second")
        with transaction.atomic():
            change(registration, entry, title="Third")
            transaction.set_rollback(True)

        assert entry.changes.get().fields == {"title": ["Webinar", "First"]}

    @pytest.mark.parametrize("status", ["turned_in", "accepted", "certified", "lapsed"])
    def test_a_locked_entry_is_not_changed_by_any_way(self, registration, entry, status):
        Registration.objects.filter(pk=registration.pk).update(status=status)
        who = registration.person
        deeds = [
            lambda: change(registration, entry, title="Other"),
            lambda: log.change_all(registration, [(entry, make.rate("PD-I"))], by=who),
            lambda: log.delete(registration, entry, by=who),
            lambda: log.restore(registration, entry, by=who),
            lambda: add_file(registration, entry),
        ]

        for deed in deeds:
            with pytest.raises(Refused, match="closed for changes"):
                deed()
        assert Activity.objects.get().title == "Webinar"
        assert not EntryChange.objects.exists()

    def test_no_text_of_an_entry_stands_in_the_history_of_all(self, registration, entry):
        change(registration, entry, title="A secret", outcome="Another secret")
        add_file(registration, entry, "secret.pdf")

        said = " ".join(str(row) for row in Event.objects.values_list("details", "reason"))
        assert "secret" not in said

    @pytest.mark.django_db(transaction=True)
    def test_two_edits_at_once_leave_the_row_of_the_one_that_was_saved(self, registration, entry):
        windows = [Activity.objects.get() for _window in range(4)]

        answers = at_once(
            [
                lambda a=activity, n=number: change(registration, a, title=f"Window {n}")
                for number, activity in enumerate(windows)
            ]
        )

        assert sum(isinstance(answer, Refused) for answer in answers) == 3
        assert entry.changes.get().fields == {"title": ["Webinar", Activity.objects.get().title]}


class TestKept:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE activities_entrychange SET kind = 'deleted'",
            "DELETE FROM activities_entrychange",
        ],
    )
    def test_a_row_is_neither_changed_nor_removed(self, registration, entry, statement):
        log.delete(registration, entry, by=registration.person)

        with (
            pytest.raises(Error, match="history is kept"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_it_is_not_emptied_where_tests_do_not_run(self):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL cec.allow_truncate = 'off'")
            with pytest.raises(Error, match="history is kept"), transaction.atomic():
                cursor.execute("TRUNCATE activities_entrychange CASCADE")

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"kind": "deleted", "fields": {"title": ["a", "b"]}}, "only_an_edit_changes_fields"),
            ({"kind": "edited", "file_name": "a.pdf"}, "only_a_change_of_files_names_one"),
        ],
    )
    def test_a_row_that_makes_no_sense_is_refused(self, registration, entry, fields, constraint):
        with pytest.raises(Error, match=constraint):
            EntryChange.objects.create(activity=entry, registration=registration, **fields)


class TestWords:
    def test_each_change_is_said_with_before_and_after(self, registration, entry):
        change(
            registration,
            entry,
            code="PD-F",
            title="Course",
            hours=Decimal(2),
            started_on=date(2025, 4, 30),
            planned=True,
            outcome="Much",
        )

        newest, oldest = told(registration, entry)

        assert (newest.text, newest.who) == ("Edited", "Chantal")
        assert [detail.replace("\u00a0", " ") for detail in newest.details] == [
            "Title: Webinar → Course",
            "Start: – → 30 April 2025",
            "Planned: No → Yes",
            "Hours: 1.5 → 2",
            "What I learned: – → Much",
            "Activity type: Professional development – informal → "
            "Professional development – formal",
        ]
        assert (oldest.text, oldest.who, oldest.at) == ("Added", "Chantal", entry.created_at)

    def test_it_is_said_in_french_too(self, registration, entry):
        change(registration, entry, hours=Decimal("2.5"), completed_on=date(2025, 5, 2))

        with translation.override("fr"):
            details = told(registration, entry)[0].details

        assert any("1,5 → 2,5" in detail for detail in details)
        assert any("2\u00a0mai\u00a02025" in detail for detail in details)

    def test_long_texts_are_cut_short(self, registration, entry):
        change(registration, entry, outcome="word " * 400)

        (detail,) = told(registration, entry)[0].details
        assert len(detail) < 300
        assert detail.endswith("…")

    def test_a_type_of_former_rules_still_has_its_name(self, registration, entry):
        change(registration, entry, code="PD-F")
        record = Record(registration, reader=registration.person)
        record.rules.rates = {}

        assert "informal → " in history.lines_of(record, entry)[0].details[0]

    def test_what_it_is_worth_elsewhere_is_told_elsewhere(self, registration, entry):
        other = make.registration(registration.person, code="CPC", association_code=None)
        rate = make.rate("CDP", program_code="CPC")
        log.value(other, [(entry.pk, rate.pk)])
        change(registration, entry, code="PD-F")
        change(registration, entry, code="PD-I", title="Course")

        lines = told(other, entry)

        assert [line.text for line in lines] == ["Edited", "Added"]
        assert lines[0].details == ["Title: Webinar → Course"]

    def test_the_newest_comes_first(self, registration, entry):
        who = registration.person
        row = add_file(registration, entry)
        evidence.remove(registration, row, by=who)
        log.delete(registration, entry, by=who)
        log.restore(registration, entry, by=who)

        assert [line.text for line in told(registration, entry)] == [
            "Brought back",
            "Deleted",
            "File removed: card.pdf",
            "File added: card.pdf",
            "Added",
        ]

    def test_a_file_has_its_name_for_those_alone_who_may_see_it(self, registration, entry):
        add_file(registration, entry)

        def first(reader):
            return told(registration, entry, reader=reader)[0].text

        assert first(make.representative("MLA")) == "File added: card.pdf"
        assert first(make.administrator()) == "File added"

    def test_the_queries_do_not_grow_with_the_changes(self, registration, entry):
        def count():
            with CaptureQueriesContext(connection) as asked:
                told(registration, entry)
            return len(asked)

        change(registration, entry, title="1")
        with_one = count()
        for number in range(2, 5):
            change(registration, entry, title=str(number))

        assert count() == with_one


class TestLock:
    def test_an_open_record_is_not_locked(self, registration, entry):
        assert [line.text for line in told(registration, entry)] == ["Added"]

    def test_each_state_says_who_has_the_record(self):
        office = make.administrator()
        rows = {
            "turned_in": records.turned_in(),
            "accepted": records.accepted(),
            "certified": records.issued(make.person(), by=office).registration,
        }

        said = {
            status: told(row, Activity.objects.filter(credits__registration=row).first())[0]
            for status, row in rows.items()
        }

        assert "has the record for its review" in said["turned_in"].text
        assert rows["turned_in"].association.name in said["turned_in"].text
        assert "an administrator issues the certificate" in said["accepted"].text
        assert said["certified"].text == "Locked: the certificate is issued"
        assert said["certified"].who == office.name
        assert all(line.at and line.state == "wait" for line in said.values())

    @pytest.mark.parametrize("status", ["lapsed", "withdrawn"])
    def test_other_ends_are_named(self, registration, entry, status):
        Registration.objects.filter(pk=registration.pk).update(status=status)
        registration.refresh_from_db()

        line = told(registration, entry)[0]
        assert line.text == f"Locked: {registration.get_status_display()}"

    def test_a_record_that_came_back_is_open_again(self, client):
        row = records.turned_in()
        entry = Activity.objects.filter(credits__registration=row).first()
        completion.return_with_questions(
            row, by=make.representative("MLA"), reason="Please look", comments={entry.pk: "How?"}
        )
        row.refresh_from_db()

        assert "Locked" not in told(row, entry)[0].text
