"""What is kept no longer: on the boundary day, twice, and never what is needed (K3)."""

from datetime import date, datetime, timedelta
from unittest import mock

import pytest
from dateutil.relativedelta import relativedelta
from django.db import Error, connection, transaction
from django.utils import timezone

from cec import retention, work
from cec.jobs import Job
from cec.models import Attachment, FailingAddress, OutgoingMail, Retention, Stumble
from registrations import incidents, registering, seals, unused_accounts
from registrations.models import (
    Event,
    HistoryRemoved,
    Incident,
    IncidentAccount,
    MembershipProof,
    RecordView,
    Registration,
    Roster,
    RosterMember,
    Seal,
)
from tests import factories as make
from tests.registrations.kept import account_of, aged_event, aged_view, told

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


def ago(*, months: int = 0, days: int = 0) -> datetime:
    return timezone.now() - relativedelta(months=months, days=days)


def clear(name: str) -> int:
    return retention.rules()[name].clear()


class TestUnfinishedRegistrations:
    def draft(self, touched, **fields):
        row = make.registration(status="draft", employer="A library", **fields)
        Registration.objects.filter(pk=row.pk).update(created_at=touched)
        return row

    def test_go_a_year_after_they_were_begun_and_no_day_earlier(self):
        gone = self.draft(ago(months=12, days=1))
        stays = self.draft(ago(months=12) + A_DAY)

        assert clear("unfinished") == 1
        assert clear("unfinished") == 0

        assert set(Registration.objects.filter(pk__in=[gone.pk, stays.pk])) == {stays}

    def test_stay_when_they_were_answered_again_meanwhile(self):
        row = self.draft(ago(months=20))
        registering.open_draft(row.person, row.program, employer="Another")

        assert clear("unfinished") == 0

    def test_lose_their_answers_alone_where_the_history_speaks_of_them(self):
        row = self.draft(ago(months=13))
        row.note("remark", by=None)

        assert clear("unfinished") == 1
        assert clear("unfinished") == 0

        row.refresh_from_db()
        assert (row.status, row.employer, row.association) == ("withdrawn", "", None)

    def test_are_those_that_were_never_sent(self):
        sent = make.registration(status="submitted")
        Registration.objects.filter(pk=sent.pk).update(created_at=ago(months=30))

        assert clear("unfinished") == 0


class TestMembersOfLists:
    def roster(self, confirmed):
        return Roster.objects.create(
            association=make.association("MLA"),
            state="current",
            file_name="members.csv",
            sha256="0" * 64,
            content=b"rows",
            uploaded_by=make.person(),
            confirmed_by=make.person(),
            confirmed_at=confirmed,
        )

    def member(self, roster, number, *, name="", email=""):
        return RosterMember.objects.create(
            roster=roster,
            number=number,
            name=name,
            name_key=name.casefold(),
            email_key=email,
            number_key=f"m{number}",
        )

    def test_go_a_year_after_the_list_was_confirmed_if_they_never_registered(self):
        roster = self.roster(ago(months=12, days=1))
        by_number = make.registration(member_number="M-1")
        by_mail = make.registration()
        by_name = make.registration(make.person("zoe"))
        self.member(roster, 1)
        self.member(roster, 2, email=by_mail.person.email)
        self.member(roster, 3, name="zoe")
        self.member(roster, 4, name="nobody here")

        assert clear("roster_rows") == 1
        assert clear("roster_rows") == 0

        assert list(roster.members.values_list("number", flat=True)) == [1, 2, 3]
        assert by_number.association == by_name.association == roster.association
        assert Roster.objects.get(pk=roster.pk).content is None

    def test_stay_until_the_year_is_over(self):
        self.member(self.roster(ago(months=12) + A_DAY), 1)

        assert clear("roster_rows") == 0

    def test_are_no_participants_of_another_association(self):
        roster = self.roster(ago(months=13))
        make.registration(member_number="M-1", association_code="OLA")
        self.member(roster, 1)

        assert clear("roster_rows") == 1


class TestMails:
    def mail(self, age, **fields):
        row = make.failed_mail(**{"state": "sent"} | fields)
        OutgoingMail.objects.filter(pk=row.pk).update(created_at=age)
        return row

    def test_lose_their_texts_and_attachments_after_90_days_and_keep_their_key(self):
        row = self.mail(ago(days=91), key="once:1")
        Attachment.objects.create(mail=row, name="a.pdf", content_type="x/y", content=b"1")
        young = self.mail(ago(days=89))

        assert clear("mail_bodies") == 1
        assert clear("mail_bodies") == 0

        row.refresh_from_db()
        young.refresh_from_db()
        assert (row.text, row.html, row.key) == ("", "", "once:1")
        assert not row.attachments.exists()
        assert young.text

    def test_that_failed_are_not_tried_again_without_their_text(self):
        self.mail(ago(days=91), state="failed")

        assert clear("mail_bodies") == 1

        assert not OutgoingMail.objects.in_trouble().exists()

    def test_that_still_wait_are_left_alone(self):
        row = self.mail(ago(days=400), state="queued")

        assert clear("mail_bodies") == 0

        row.refresh_from_db()
        assert row.text


class TestProofsOfMembership:
    def proof(self, ended, status="certified"):
        row = make.registration(status=status)
        Registration.objects.filter(pk=row.pk).update(
            starts_on=ended - relativedelta(years=3), ends_on=ended
        )
        return make.proof(row.membership_checks.first())

    def test_go_two_years_after_the_cycle(self):
        today = timezone.localdate()
        gone = self.proof(today - relativedelta(months=24) - 2 * A_DAY)
        self.proof(today - relativedelta(months=24) + 2 * A_DAY)
        self.proof(today - relativedelta(months=40), status="active")

        assert clear("membership_proofs") == 1
        assert clear("membership_proofs") == 0

        assert not MembershipProof.objects.filter(pk=gone.pk).exists()
        assert MembershipProof.objects.count() == 2


class TestHistory:
    def sealed(self, row, age):
        """A line of the history, sealed soon after, at that time."""
        event = aged_event(row, age)
        with mock.patch.object(timezone, "now", return_value=age + timedelta(hours=2)):
            seals.seal()
        return event

    @pytest.fixture
    def closed(self):
        return make.registration(status="withdrawn")

    def test_goes_by_whole_seals_after_seven_years_and_still_fits_the_later_ones(self, closed):
        old = self.sealed(closed, ago(months=84, days=2))
        young = self.sealed(closed, ago(months=84) + A_DAY)
        head = Seal.objects.last().digest

        assert clear("history") == 1
        assert clear("history") == 0

        assert list(Event.objects.filter(pk__in=[old.pk, young.pk])) == [young]
        assert HistoryRemoved.objects.get().last_event == old.pk
        assert list(seals.verify()) == []
        assert Seal.objects.last().digest == head
        assert Seal.objects.count() == 2

    def test_of_a_registration_that_goes_on_stays_with_all_that_follows(self, closed):
        self.sealed(make.registration(), ago(months=90))
        self.sealed(closed, ago(months=89))

        assert clear("history") == 0

    def test_that_was_put_back_where_it_was_removed_is_found(self, closed):
        old = self.sealed(closed, ago(months=85))
        clear("history")

        Event.objects.bulk_create([Event(pk=old.pk, registration=closed, kind="proof")])

        assert [broken.last for broken in seals.verify()] == [old.pk]

    def test_is_not_deleted_a_day_too_early_whoever_tries(self, closed):
        event = aged_event(closed, ago(months=84) + A_DAY)

        with (
            pytest.raises(Error, match="history is kept"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT cec_forget_history(%s)", [event.pk])


class TestLooksAndIncidents:
    def test_looks_go_after_two_years(self):
        row = make.registration()
        aged_view(row, ago(months=24, days=1))
        young = aged_view(row, ago(months=24) + A_DAY)

        assert clear("record_views") == 1
        assert clear("record_views") == 0

        assert list(RecordView.objects.all()) == [young]

    def test_incidents_go_five_years_after_what_was_last_written_on_them(self):
        office = make.administrator()
        gone, stays = (account_of(office, ago(months=60, days=1)) for _number in range(2))
        incidents.change(stays, by=office, seen=1, **told() | {"measures": "More"})

        assert clear("incidents") == 1
        assert clear("incidents") == 0

        assert list(Incident.objects.all()) == [stays]
        assert not IncidentAccount.objects.filter(incident_id=gone.pk).exists()

    def test_an_incident_of_five_years_less_a_day_stays(self):
        account_of(make.administrator(), ago(months=60) + A_DAY)

        assert clear("incidents") == 0


class TestWhatFailed:
    def test_goes_after_90_days(self):
        for age in (ago(days=91), ago(days=89)):
            Stumble.objects.create(work="x", row=int(age.timestamp()), tries=5, tried_at=age)
            Job.objects.create(name=f"task {age}", started_at=age, finished_at=age)
            FailingAddress.objects.create(
                address=f"{age:%j}@example.org", why="returned", since=age
            )

        cleared = [clear(name) for name in ("stumbles", "failed_jobs", "failing_addresses")]

        assert cleared == [1, 1, 1]
        assert (Stumble.objects.count(), Job.objects.count()) == (1, 1)

    def test_an_address_that_somebody_has_stays(self):
        who = make.person(email="here@example.org")
        FailingAddress.objects.create(address=who.email, why="returned", since=ago(days=400))

        assert clear("failing_addresses") == 0


class TestAll:
    def test_each_run_is_noted_with_figures_alone(self):
        make.failed_mail(state="sent")
        OutgoingMail.objects.update(created_at=ago(days=91))

        assert retention.clear_all() == 1
        assert retention.clear_all() == 0

        noted = Retention.objects.get(rule="mail_bodies")
        assert (noted.removed, noted.removed_ever, noted.error) == (0, 1, "")
        assert set(Retention.objects.values_list("rule", flat=True)) == set(retention.rules())

    def test_one_rule_that_fails_stops_no_other_and_is_told(self, monkeypatch):
        make.failed_mail(state="sent")
        OutgoingMail.objects.update(created_at=ago(days=91))
        broken = retention.rules()["stumbles"]
        Stumble.objects.create(work="x", row=1, tried_at=ago(days=91))
        monkeypatch.setattr(broken, "_remove", lambda rows: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            retention.clear_all()

        assert Retention.objects.get(rule="stumbles").error == "ZeroDivisionError"
        assert Retention.objects.get(rule="mail_bodies").removed == 1

    def test_runs_by_itself_once_a_day(self):
        sweeper = work.sweepers()["cec.tasks.delete_what_is_kept_no_longer"]

        assert sweeper.every == A_DAY

    def test_every_rule_has_a_setting_that_can_be_no_smaller_than_its_trigger(self):
        kept = {rule.kept.setting for rule in retention.rules().values()}

        assert kept == {
            *("KEPT_UNFINISHED_MONTHS", "KEPT_ROSTER_MONTHS", "KEPT_MAIL_DAYS"),
            *("KEPT_EVIDENCE_MONTHS", "KEPT_ACCOUNT_MONTHS", "KEPT_HISTORY_MONTHS"),
            *("KEPT_VIEWS_MONTHS", "KEPT_INCIDENT_MONTHS", "KEPT_REHEARSAL_MONTHS"),
            "KEPT_FAILURE_DAYS",
        }

    def test_more_than_a_batch_goes_in_one_run(self):
        rule = retention.rules()["stumbles"]
        Stumble.objects.bulk_create(
            Stumble(work="x", row=number, tried_at=ago(days=91)) for number in range(rule.batch + 1)
        )

        assert clear("stumbles") == rule.batch + 1


def test_today_is_a_day_of_the_calendar_of_the_rules():
    assert unused_accounts.KEPT.before(datetime(2026, 3, 31)) == datetime(2023, 3, 31)
    assert retention.Kept("KEPT_UNFINISHED_MONTHS").before(datetime(2024, 2, 29)).date() == date(
        2023, 2, 28
    )
