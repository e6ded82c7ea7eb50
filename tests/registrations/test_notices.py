"""Mails that go out by themselves: decided by sets, once each, written by workers."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cec import claims
from cec.models import OutgoingMail
from registrations import notices
from registrations.calendar import today_in
from registrations.models import Notice, PausedNotices, Person, Registration, RemindersOff
from registrations.notices import deciding, writing
from tests import factories as make
from tests.registrations.notices import FEES, REMINDER, add_kind, decide, waiting_for_money

pytestmark = pytest.mark.django_db

State = Notice.State
Dropped = Notice.Dropped


def sent(kind=FEES):
    return OutgoingMail.objects.filter(kind=kind)


class TestDeciding:
    @pytest.mark.parametrize(
        ("days", "occasions"), [(13, []), (14, ["14"]), (29, ["14"]), (30, ["30"]), (61, [])]
    )
    def test_a_fee_is_asked_for_after_14_and_30_days(self, days, occasions):
        row = waiting_for_money(days)

        decide()

        assert [notice.occasion for notice in row.notices.filter(kind=FEES)] == occasions

    def test_deciding_again_changes_nothing(self):
        waiting_for_money(14)

        assert [decide(), decide()] == [1, 0]

    def test_a_thousand_are_decided_in_one_statement(self):
        first = waiting_for_money(14)
        people = Person.objects.bulk_create(
            Person(email=f"many{number}@example.org", name="Many", password="!")
            for number in range(999)
        )
        fields = {
            field.attname: getattr(first, field.attname)
            for field in Registration._meta.concrete_fields
            if field.attname not in ("id", "person_id")
        }
        Registration.objects.bulk_create(Registration(person=who, **fields) for who in people)

        with CaptureQueriesContext(
            connection,
        ) as queries:
            new = decide()

        assert new == 1000
        assert len(queries) == 1
        assert float(queries[0]["time"]) < 5

    def test_who_switched_it_off_or_has_a_closed_account_is_owed_none(self, monkeypatch):
        add_kind(monkeypatch)
        off, closed = waiting_for_money(), waiting_for_money()
        RemindersOff.objects.create(person=off.person, kind=REMINDER)
        Person.objects.filter(pk=closed.person_id).update(is_active=False)

        assert decide(REMINDER) == 0

    def test_a_service_message_cant_be_switched_off(self):
        row = waiting_for_money()
        RemindersOff.objects.create(person=row.person, kind=FEES)

        decide()
        writing.write_due()

        assert sent().count() == 1

    def test_a_kind_whose_query_fails_keeps_no_other_from_being_decided(self, monkeypatch):
        waiting_for_money()
        broken = notices.Kind("broken", "", rows="SELECT 1 / 0 WHERE {scope}", is_reminder=False)
        monkeypatch.setattr(notices, "_kinds", {"broken": broken} | notices.kinds())

        with pytest.raises(DatabaseError):
            deciding.decide_all()

        assert Notice.objects.filter(kind=FEES).count() == 1


class TestWriting:
    def test_a_notice_becomes_one_mail_however_often_it_is_written(self):
        row = waiting_for_money(14)
        decide()

        assert [writing.write_due(), writing.write_due()] == [1, 0]

        assert sent().get().person == row.person
        assert "$40" in sent().get().subject
        assert Notice.objects.get().mail == sent().get()

    def test_what_was_written_by_a_worker_that_died_afterwards_isnt_written_again(self):
        row = waiting_for_money()
        decide()
        writing.write_due()
        Notice.objects.update(state=State.WAITING, mail=None, claimed_at=None)

        writing.write_due()

        assert sent().count() == 1
        assert (row.notices.get().state, row.notices.get().mail) == (State.WRITTEN, sent().get())

    def test_a_paused_kind_waits_and_loses_nothing(self):
        row = waiting_for_money(14)
        pause = PausedNotices.objects.create(kind=FEES, paused_by=make.administrator())
        decide()
        paused = writing.write_due()
        state = row.notices.get().state

        pause.delete()

        assert (paused, state) == (0, State.WAITING)
        assert writing.write_due() == 1

    def test_one_kind_that_is_paused_keeps_no_other_waiting(self, monkeypatch):
        add_kind(monkeypatch)
        waiting_for_money()
        PausedNotices.objects.create(kind=FEES, paused_by=make.administrator())
        deciding.decide_all()

        writing.write_due()

        assert (sent(FEES).count(), sent(REMINDER).count()) == (0, 1)

    def test_many_of_one_kind_keep_no_other_waiting(self, monkeypatch, settings):
        settings.MAIL_PER_MINUTE = 1
        last = [waiting_for_money() for _number in range(20)][-1]
        decide(FEES)
        add_kind(monkeypatch)
        make.notice(last, REMINDER, due_at=timezone.now())

        writing.write_due()

        assert sent(REMINDER).count() == 1
        assert sent(FEES).count() >= 5

    def test_no_more_mail_is_written_than_goes_out_soon(self, settings):
        settings.MAIL_PER_MINUTE = 1
        for _number in range(writing.MOST_MINUTES_AHEAD + 2):
            waiting_for_money(14)
        decide()

        writing.write_due()

        assert sent().count() == writing.MOST_MINUTES_AHEAD

    def test_what_is_asked_of_the_database_for_one_more_notice_stays_the_same(self):
        costs = []
        for number in (1, 3, 5):
            for _number in range(number):
                waiting_for_money()
            decide()
            with CaptureQueriesContext(connection) as queries:
                assert writing.write_due() == number
            costs.append(len(queries))

        assert costs[1] - costs[0] == costs[2] - costs[1] <= 2 * 9


class TestLeavingOut:
    def test_what_is_settled_meanwhile_isnt_written(self):
        row = waiting_for_money(14)
        decide()
        make.pay(row)

        writing.write_due()

        assert not sent().exists()
        assert row.notices.get().dropped == Dropped.SETTLED

    def test_nobody_is_reminded_of_what_they_switched_off(self, monkeypatch):
        add_kind(monkeypatch)
        row = waiting_for_money(14)
        decide(REMINDER)
        RemindersOff.objects.create(person=row.person, kind=REMINDER)

        writing.write_due()

        assert row.notices.get().dropped == Dropped.OFF

    @pytest.mark.parametrize(("days", "dropped"), [(29, ""), (30, Dropped.LATE)])
    def test_what_comes_too_late_is_left_out_and_said_to_be_late(self, days, dropped):
        row = waiting_for_money(days)
        kind = notices.kinds()[FEES]
        deciding.decide(kind, now=timezone.now() - timedelta(days=days - 14))

        writing.write_due()

        assert row.notices.get(occasion="14").dropped == dropped

    def test_what_is_paid_after_its_last_day_is_late_too(self):
        row = waiting_for_money(40)
        make.notice(row, until=timezone.localdate() - timedelta(days=11))
        make.pay(row)

        writing.write_due()

        assert row.notices.get().dropped == Dropped.LATE

    def test_the_last_day_is_the_programs_not_the_servers(self):
        row = waiting_for_money(40)
        make.pay(row)
        answers = []
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # never the same day
            row.program.time_zone = zone
            row.program.save()
            today = today_in(row.program)
            for until in (today, today - timedelta(days=1)):
                row.notices.all().delete()
                make.notice(row, until=until)
                writing.write_due()
                answers.append(row.notices.get().dropped)

        assert answers == [Dropped.SETTLED, Dropped.LATE] * 2

    def test_a_day_that_moved_ahead_is_waited_for(self):
        row = waiting_for_money(14)
        decide()
        later = timezone.localdate() - timedelta(days=10)
        Registration.objects.filter(pk=row.pk).update(submitted_on=later)

        writing.write_due()

        notice = row.notices.get()
        assert (notice.state, notice.tries) == (State.WAITING, 0)
        assert notice.due_at > timezone.now() + timedelta(days=3)

    def test_a_closed_account_gets_nothing_until_it_is_opened_again(self):
        row = waiting_for_money(14)
        decide()
        Person.objects.filter(pk=row.person_id).update(is_active=False)
        closed = writing.write_due()
        waits = row.notices.get().state

        Person.objects.filter(pk=row.person_id).update(is_active=True)

        assert (closed, waits) == (0, State.WAITING)
        assert writing.write_due() == 1

    def test_what_waits_for_a_closed_account_doesnt_wait_for_ever(self):
        row = waiting_for_money(40)
        make.notice(row, until=timezone.localdate() - timedelta(days=11))
        Person.objects.filter(pk=row.person_id).update(is_active=False)

        writing.write_due()

        assert row.notices.get().dropped == Dropped.LATE


class TestTrouble:
    def test_one_that_cant_be_written_is_tried_five_times_and_holds_nobody_up(self, monkeypatch):
        first, second = waiting_for_money(14), waiting_for_money(14)
        decide()
        post = writing.mail.post

        def fails(kind, notice, **rest):
            if notice.registration_id == first.pk:
                raise ZeroDivisionError("broken")
            return post(kind, notice, **rest)

        monkeypatch.setattr(writing.mail, "post", fails)

        for _turn in range(7):
            writing.write_due()
            Notice.objects.filter(state="waiting").update(due_at=timezone.now())

        broken = first.notices.get()
        assert second.notices.get().state == State.WRITTEN
        assert (broken.state, broken.tries) == (State.FAILED, 5)
        assert "broken" in broken.last_error

    def test_a_kind_whose_query_fails_is_put_off_and_keeps_no_other_waiting(self, monkeypatch):
        row = waiting_for_money()
        rows = notices.kinds()[FEES].sql()
        add_kind(monkeypatch, rows=rows.replace("r.person_id,", "r.person_id / 0 AS person_id,", 1))
        make.notice(row, REMINDER, due_at=timezone.now() - timedelta(hours=1))
        decide()

        assert writing.write_due() == 1

        put_off = row.notices.get(kind=REMINDER)
        assert (put_off.state, put_off.claimed_at) == (State.WAITING, None)
        assert put_off.due_at > timezone.now()
        assert "division by zero" in put_off.last_error

    def test_what_a_lost_worker_left_is_taken_up_after_the_lease_and_alone(self):
        for _number in range(3):
            waiting_for_money()
        decide()
        kind = notices.kinds()[FEES]
        left = {notice.pk for notice in writing.claim(kind, most=50)}
        at_once = writing.claim(kind, most=50)
        Notice.objects.update(claimed_at=timezone.now() - claims.LEASE - timedelta(seconds=1))

        again = writing.claim(kind, most=50)

        assert (len(left), at_once, len(again)) == (3, [], 1)

    def test_what_ends_its_worker_each_time_is_given_up_and_shown(self):
        row = waiting_for_money()
        decide()
        Notice.objects.update(
            tries=claims.MOST_TRIES,
            claimed_at=timezone.now() - claims.LEASE - timedelta(seconds=1),
        )

        assert writing.write_due() == 0

        assert row.notices.get().state == State.FAILED
        assert row.notices.get().last_error
