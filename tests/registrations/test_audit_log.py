"""The page of the history: for administrators, searched, handed over and verified (J4)."""

import csv
import io
from datetime import datetime, time, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from registrations import audit_log, seals, viewing
from registrations.audit_log import Asked
from registrations.models import Event, RecordView
from registrations.models.history import write_event
from tests import factories as make
from tests.registrations.kept import aged_event

pytestmark = pytest.mark.django_db


def lines(client, **asked):
    return client.get(reverse("history"), asked).context["page"].rows


class TestSearching:
    @pytest.fixture(autouse=True)
    def _history(self):
        self.row = make.registration()
        self.by = make.representative("MLA")
        self.note = self.row.note("remark", by=self.by, reason="=1+1")
        self.about_person = write_event("renamed", by=None, person=self.row.person)
        self.other = make.registration().note("proof", by=make.steering())
        self.of_association = write_event(
            "roster_saved", by=self.by, association=make.association("MLA")
        )

    def test_shows_all_the_latest_first(self, client, office):
        rows = [row for row in lines(client) if row.kind != "signed_in"]

        assert rows == [self.of_association, self.other, self.about_person, self.note]

    def test_says_in_words_from_which_state_to_which(self, client, office):
        make.registration(status="submitted").move("withdraw", by=office, reason="Moved abroad")

        page = client.get(reverse("history")).text

        assert "Sent → Withdrawn" in page
        assert "submitted →" not in page

    def test_finds_all_about_a_person(self, client, office):
        rows = lines(client, about=self.row.person.email.upper())

        assert rows == [self.about_person, self.note]

    def test_finds_by_reference_and_by_association(self, client, office):
        assert lines(client, about=self.row.reference) == [self.note]
        assert lines(client, about="mla") == [self.of_association]

    def test_finds_by_who_did_it_and_kind_together(self, client, office):
        assert lines(client, by=self.by.email, kind="remark") == [self.note]

    def test_finds_by_days_with_both_included(self, client, office):
        today = timezone.localdate()
        old = aged_event(self.row, timezone.now() - timedelta(days=10))

        before = lines(client, last=str(today - timedelta(days=10)))
        after = lines(client, first=str(today), about=self.row.reference)

        assert before == [old]
        assert after == [self.note]

    def test_the_last_day_goes_to_its_last_moment_and_is_found_by_an_index(self, client, office):
        day = timezone.localdate() - timedelta(days=10)
        midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        last = aged_event(self.row, midnight - timedelta(microseconds=1))
        aged_event(self.row, midnight)

        with CaptureQueriesContext(connection) as asked:
            found = lines(client, first=str(day), last=str(day))

        assert found == [last]
        assert not any("AT TIME ZONE" in row["sql"] for row in asked)

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_takes_every_day_that_there_is(self, client, office, day):
        assert client.get(reverse("history"), {"first": day, "last": day}).status_code == 200

    def test_finds_nothing_by_what_names_nothing(self, client, office):
        assert lines(client, about="nobody@example.org") == []
        assert lines(client, about="whatever") == []

    @pytest.mark.parametrize("name", ["history", "record_views"])
    def test_says_that_it_cannot_read_a_day_and_shows_nothing(self, client, office, name):
        viewing.note(self.row, RecordView.Page.RECORD, by=self.by)

        page = client.get(reverse(name), {"first": "tomorrow"})

        assert (page.status_code, page.context["page"].rows) == (422, [])
        assert "year first" in page.content.decode()

    @pytest.mark.parametrize("who", [make.steering, make.representative])
    def test_is_for_administrators_alone(self, client, who):
        client.force_login(who())

        for name in ("history", "record_views"):
            assert client.get(reverse(name)).status_code == 403
        for name in ("history_export", "history_verify"):
            assert client.post(reverse(name)).status_code == 403

    def test_asks_as_much_for_many_lines_as_for_one(
        self, client, office, django_assert_max_num_queries
    ):
        for _number in range(5):
            make.registration().note("remark", by=make.representative("OLA"))
        client.get(reverse("history"))

        with django_assert_max_num_queries(10):
            client.get(reverse("history"))


class TestExporting:
    def test_as_csv_hands_over_what_was_asked_for_and_is_a_line_itself(self, client, office):
        row = make.registration()
        row.note("remark", by=make.representative("MLA"), reason="=1+1")
        make.registration().note("proof", by=None)

        answer = client.post(reverse("history_export"), {"format": "csv", "about": row.reference})

        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        heading, line = csv.reader(io.StringIO(text))
        assert heading[0] == "Number"
        assert line[3] == "remark"
        assert line[7] == row.reference
        assert line[11] == "'=1+1"
        taken = Event.objects.get(kind="exported")
        assert (taken.actor, taken.details["rows"], taken.details["format"]) == (office, 1, "csv")
        assert row.reference not in str(taken.details)

    def test_as_a_workbook_holds_texts_as_texts(self, client, office):
        make.registration().note("remark", by=None, reason="=1+1")

        answer = client.post(reverse("history_export"), {"format": "xlsx", "kind": "remark"})

        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        rows = list(sheet.iter_rows(values_only=True))
        assert [row[3] for row in rows] == ["Code", "remark"]
        assert sheet.cell(2, 12).data_type == "s"

    def test_as_a_workbook_has_a_limit_that_is_said(self, client, office, monkeypatch):
        monkeypatch.setattr(audit_log, "MOST_IN_A_WORKBOOK", 0)
        make.registration().note("remark", by=None)

        page = client.post(reverse("history_export"), {"format": "xlsx"}, follow=True)

        assert "Choose fewer days" in page.content.decode()
        assert not Event.objects.filter(kind="exported").exists()

    def test_wants_a_fresh_sign_in(self, client):
        who = make.person("Office", password="read-every-day")
        make.appoint(who, "administrator")
        client.force_login(who)
        session = client.session
        stale = timezone.now().timestamp() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT - 60
        session["account_authentication_methods"] = [{"method": "password", "at": stale}]
        session.save()

        answer = client.post(reverse("history_export"), {"format": "csv"})

        assert answer.status_code == 302
        assert reverse("account_reauthenticate") in answer.url
        assert not Event.objects.filter(kind="exported").exists()


class TestSeals:
    @pytest.fixture(autouse=True)
    def _sealed(self):
        aged_event(make.registration(), timezone.now() - timedelta(hours=2))
        seals.seal()

    def test_are_checked_and_shown(self, client, office):
        page = client.post(reverse("history_verify"), follow=True)

        said = page.content.decode()
        assert "The history is as it was sealed." in said
        assert str(seals.Seal.objects.last().last_event) in said

    def test_that_are_broken_are_told(self, client, office):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE registrations_event DISABLE TRIGGER keep_history")
            cursor.execute("UPDATE registrations_event SET reason = 'other'")
            cursor.execute("ALTER TABLE registrations_event ENABLE TRIGGER keep_history")

        page = client.post(reverse("history_verify"), follow=True)

        assert "is not what was sealed" in page.content.decode()


def test_the_page_reads_an_index_however_long_the_history_is():
    found = audit_log.events(make.administrator(), Asked(kind="remark")).order_by("-at", "-pk")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {found.query}".replace("= remark", "= 'remark'"))
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "event_by_kind" in plan
