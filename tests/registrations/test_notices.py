"""Mails that go out by themselves: decided by sets, once each, written by workers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cec import claims
from cec.models import OutgoingMail
from registrations import notices
from registrations.models import Notice, PausedNotices, RemindersOff
from registrations.notices import deciding, writing
from tests import factories as make

pytestmark = pytest.mark.django_db

FEES = "fee_outstanding"


def waiting_for_money(days: int, **fields):
    """A registration that was sent so many days ago and isn't paid."""
    sent = timezone.now() - timedelta(days=days)
    return make.registration(
        status="submitted", submitted_at=sent, submitted_on=timezone.localdate(sent), **fields
    )


def decide(kind: str = FEES) -> int:
    return deciding.decide(notices.kinds()[kind])


@pytest.mark.parametrize(
    ("days", "occasions"), [(13, []), (14, ["14"]), (29, ["14"]), (30, ["30"]), (61, [])]
)
def test_a_fee_is_asked_for_after_14_and_30_days(days, occasions):
    row = waiting_for_money(days)

    decide()

    assert [notice.occasion for notice in row.notices.filter(kind=FEES)] == occasions


def test_deciding_again_changes_nothing():
    waiting_for_money(14)

    assert [decide(), decide()] == [1, 0]


def test_a_notice_becomes_one_mail_however_often_it_is_written():
    row = waiting_for_money(14)
    decide()

    assert [writing.write_due(), writing.write_due()] == [1, 0]

    sent = OutgoingMail.objects.get(kind=FEES)
    assert sent.person == row.person
    assert "$40" in sent.subject
    assert Notice.objects.get().mail == sent


def test_what_is_settled_meanwhile_isnt_written():
    row = waiting_for_money(14)
    decide()
    make.pay(row)

    writing.write_due()

    assert not OutgoingMail.objects.filter(kind=FEES).exists()
    assert Notice.objects.get().dropped == Notice.Dropped.SETTLED


def test_a_paused_kind_waits():
    row = waiting_for_money(14)
    PausedNotices.objects.create(kind=FEES, paused_by=make.administrator())
    decide()

    assert writing.write_due() == 0

    assert row.notices.get().state == Notice.State.WAITING


def test_one_that_cant_be_written_is_tried_five_times_and_holds_nobody_up(monkeypatch):
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
    assert second.notices.get().state == Notice.State.WRITTEN
    assert (broken.state, broken.tries) == (Notice.State.FAILED, 5)
    assert "broken" in broken.last_error


def test_no_more_mail_is_written_than_goes_out_soon(settings):
    settings.MAIL_PER_MINUTE = 1
    for _number in range(writing.MOST_MINUTES_AHEAD + 2):
        waiting_for_money(14)
    decide()

    writing.write_due()

    assert OutgoingMail.objects.filter(kind=FEES).count() == writing.MOST_MINUTES_AHEAD


def test_nobody_is_reminded_of_what_they_switched_off(monkeypatch):
    row = waiting_for_money(14)
    monkeypatch.setitem(
        notices._kinds, FEES, notices.Kind(FEES, "", notices.kinds()[FEES].rows, is_reminder=True)
    )
    decide()
    RemindersOff.objects.create(person=row.person, kind=FEES)

    writing.write_due()

    assert row.notices.get().dropped == Notice.Dropped.OFF


def test_a_notice_at_which_workers_are_killed_stops_and_spoils_no_other(monkeypatch):
    poison = waiting_for_money(14)
    decide()
    for _killed in range(5):
        assert [row.registration for row in writing.claim(notices.kinds()[FEES], most=50)] == [
            poison
        ]
        Notice.objects.update(claimed_at=timezone.now() - claims.LEASE * 2)
    waiting_for_money(14)
    waiting_for_money(14)
    decide()

    written = writing.write_due()

    assert written == 2
    assert Notice.objects.get(registration=poison).state == "failed"
