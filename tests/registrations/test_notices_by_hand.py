"""What administrators do about mails that go out by themselves, and about mail that failed."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import notices, timeline
from registrations.models import Event, Notice, PausedNotices, Person, RemindersOff
from registrations.notices import by_hand, writing
from tests import factories as make
from tests.registrations.notices import FEES, REMINDER, add_kind, decide, waiting_for_money

pytestmark = pytest.mark.django_db

State = Notice.State


@pytest.fixture
def office():
    return make.administrator()


def waiting():
    return make.notice(waiting_for_money())


def written(**mail):
    """A notice that became mail, with what became of that."""
    row = waiting()
    writing.write_due()
    row.refresh_from_db()
    OutgoingMail.objects.filter(pk=row.mail_id).update(**mail)
    return again(row)


def again(row):
    return Notice.objects.get(pk=row.pk)


def kinds_of_events(row):
    return list(row.registration.events.values_list("kind", flat=True))


class TestKinds:
    def test_a_kind_is_paused_with_a_reason_and_goes_on_again(self, office):
        kind = notices.kinds()[FEES]
        row = waiting()
        by_hand.pause(kind, by=office, reason="The bank is closed")
        meanwhile = writing.write_due()

        by_hand.resume(kind, by=office)

        assert (meanwhile, writing.write_due()) == (0, 1)
        assert again(row).state == State.WRITTEN
        paused, resumed = Event.objects.filter(person=office).order_by("pk")
        assert (paused.kind, paused.reason) == ("notices_paused", "The bank is closed")
        assert (resumed.kind, resumed.details) == ("notices_resumed", {"notice": FEES})

    def test_the_second_of_two_is_told(self, office):
        kind = notices.kinds()[FEES]
        by_hand.pause(kind, by=office, reason="One")

        with pytest.raises(Refused):
            by_hand.pause(kind, by=make.administrator(), reason="Two")
        by_hand.resume(kind, by=office)
        with pytest.raises(Refused):
            by_hand.resume(kind, by=office)

        assert Event.objects.filter(kind__startswith="notices_").count() == 2

    @pytest.mark.parametrize("role", ["steering", "representative", "person"])
    def test_only_administrators_do_any_of_it(self, role):
        who, kind, row = getattr(make, role)(), notices.kinds()[FEES], waiting()
        deeds = [
            lambda: by_hand.pause(kind, by=who, reason="No"),
            lambda: by_hand.resume(kind, by=who),
            lambda: by_hand.hold(row, by=who),
            lambda: by_hand.let_go(row, by=who),
            lambda: by_hand.take_back(row, by=who),
            lambda: by_hand.try_again(row, by=who),
            lambda: by_hand.send_again(row, by=who, form_key=uuid4()),
            lambda: by_hand.try_mail_again(make.failed_mail(), by=who),
        ]

        for deed in deeds:
            with pytest.raises(PermissionDenied):
                deed()

        assert (again(row).state, PausedNotices.objects.count()) == (State.WAITING, 0)

    def test_nobody_handles_what_goes_to_themselves(self, office):
        row = make.notice(waiting_for_money(who=office))

        with pytest.raises(PermissionDenied):
            by_hand.hold(row, by=office)


class TestOne:
    def test_one_is_held_and_let_go(self, office):
        row = waiting()
        by_hand.hold(row, by=office)
        meanwhile = writing.write_due(), again(row).state

        by_hand.let_go(row, by=office)

        assert meanwhile == (0, State.PAUSED)
        assert writing.write_due() == 1
        assert kinds_of_events(row) == ["notice_held", "notice_released"]

    def test_one_that_was_taken_back_isnt_decided_again(self, office):
        row = waiting()

        by_hand.take_back(row, by=office)

        assert (decide(), writing.write_due()) == (0, 0)
        assert (again(row).state, again(row).dropped) == (State.DROPPED, "cancelled")
        assert row.registration.events.get().details == {"notice": FEES, "number": row.pk}

    def test_one_that_couldnt_be_written_begins_anew(self, office):
        row = waiting()
        Notice.objects.update(state=State.FAILED, tries=5, claimed_at=None, last_error="broken")

        by_hand.try_again(row, by=office)

        assert (again(row).state, again(row).tries) == (State.WAITING, 0)
        assert writing.write_due() == 1
        assert again(row).last_error == ""

    def test_mail_that_failed_goes_out_as_the_same_mail(self, office):
        row = written(state="failed", attempts=9, trouble="recipient", last_error="550 no")
        before = row.mail

        by_hand.try_again(row, by=office)

        after = OutgoingMail.objects.get(kind=FEES)
        assert (after.pk, after.message_id) == (before.pk, before.message_id)
        assert (after.state, after.attempts, after.trouble) == ("queued", 0, "")
        assert list(OutgoingMail.objects.due(timezone.now())) == [after]
        assert kinds_of_events(row) == ["notice_retried"]

    DEEDS = ("hold", "let_go", "take_back", "try_again", "send_again")
    POSSIBLE = {
        "waiting": {"hold", "take_back"},
        "paused": {"let_go", "take_back"},
        "failed": {"try_again", "take_back"},
        "dropped": set(),
        "way": set(),
        "sent": {"send_again"},
        "refused": {"try_again", "send_again"},
    }

    @pytest.mark.parametrize("deed", DEEDS)
    @pytest.mark.parametrize("standing", POSSIBLE)
    def test_each_deed_is_done_in_its_states_and_refused_in_all_others(
        self, office, standing, deed
    ):
        row = written(state={"way": "queued", "sent": "sent"}.get(standing, "failed"))
        if standing in State.values:
            dropped = "settled" if standing == "dropped" else ""
            fields = {"state": standing, "dropped": dropped, "mail": None}
            Notice.objects.filter(pk=row.pk).update(**fields)
        before = Notice.objects.filter(pk=row.pk).values().get()
        options = {"form_key": uuid4()} if deed == "send_again" else {}

        if deed in self.POSSIBLE[standing]:
            getattr(by_hand, deed)(row, by=office, **options)
            assert len(kinds_of_events(row)) == 1
        else:
            with pytest.raises(Refused):
                getattr(by_hand, deed)(row, by=office, **options)
            assert Notice.objects.filter(pk=row.pk).values().get() == before
            assert kinds_of_events(row) == []


class TestSendingAgain:
    def test_it_goes_to_the_present_address_and_the_original_stays(self, office):
        row = written(state="sent", sent_at=timezone.now())
        original = row.mail
        Person.objects.filter(pk=row.person_id).update(email="new@example.org")

        by_hand.send_again(row, by=office, form_key=uuid4())

        new = again(row).mail
        assert (new.to, new.state, new.about) == ("new@example.org", "queued", original.about)
        assert new.message_id != original.message_id
        original.refresh_from_db()
        assert original.state == "sent"
        assert kinds_of_events(row) == ["notice_sent_again"]

    def test_a_form_that_comes_twice_sends_one(self, office):
        row, key = written(state="sent", sent_at=timezone.now()), uuid4()

        for _click in range(2):
            by_hand.send_again(row, by=office, form_key=key)

        assert OutgoingMail.objects.filter(kind=FEES).count() == 2
        assert kinds_of_events(row) == ["notice_sent_again"]

    def test_not_to_a_closed_account(self, office):
        row = written(state="sent", sent_at=timezone.now())
        Person.objects.filter(pk=row.person_id).update(is_active=False)

        with pytest.raises(Refused):
            by_hand.send_again(row, by=office, form_key=uuid4())

    def test_not_what_the_person_switched_off(self, office, monkeypatch):
        add_kind(monkeypatch)
        row = make.notice(waiting_for_money(), REMINDER)
        writing.write_due()
        OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
        RemindersOff.objects.create(person=row.person, kind=REMINDER)

        with pytest.raises(Refused):
            by_hand.send_again(row, by=office, form_key=uuid4())


class TestMailThatFailed:
    def test_mail_of_any_kind_is_tried_again_with_a_line_in_its_history(self, office):
        row = waiting_for_money()
        mail = make.failed_mail(about=f"registrations.registration:{row.pk}", attempts=7)

        by_hand.try_mail_again(mail, by=office)

        mail.refresh_from_db()
        assert (mail.state, mail.attempts) == ("queued", 0)
        assert row.events.get().kind == "mail_retried"

    def test_mail_to_a_person_alone_is_in_the_persons_history(self, office):
        person = make.person()

        by_hand.try_mail_again(make.failed_mail(person=person), by=office)

        assert person.events_about.get().kind == "mail_retried"

    @pytest.mark.parametrize("state", ["queued", "inflight", "sent"])
    def test_what_hasnt_failed_isnt_sent_twice(self, office, state):
        mail = make.failed_mail(state=state)

        with pytest.raises(Refused):
            by_hand.try_mail_again(mail, by=office)

        mail.refresh_from_db()
        assert mail.state == state

    def test_nothing_is_tried_again_that_the_person_switched_off(self, office, monkeypatch):
        add_kind(monkeypatch)
        person = make.person()
        mail = make.failed_mail(person=person, kind=REMINDER)
        RemindersOff.objects.create(person=person, kind=REMINDER)

        with pytest.raises(Refused):
            by_hand.try_mail_again(mail, by=office)

        mail.refresh_from_db()
        assert mail.state == "failed"

    @pytest.mark.parametrize("kind", ["sign_in_code", "password_forgotten"])
    def test_a_code_or_link_isnt_sent_when_it_is_worth_nothing(self, office, kind):
        mail = make.failed_mail(kind=kind, urgent=True)

        with pytest.raises(Refused):
            by_hand.try_mail_again(mail, by=office)

        mail.refresh_from_db()
        assert mail.state == "failed"


def test_the_person_doesnt_read_in_their_history_how_the_office_handled_it(office):
    row = waiting()

    by_hand.hold(row, by=office)

    said = "E-mail held back: Fee outstanding"
    assert said in [line.text for line in timeline.of(row.registration, reader=office)]
    assert said not in [line.text for line in timeline.for_person(row.registration)]
