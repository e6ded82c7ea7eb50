"""Notices that several processes are at, each on a connection of its own (H5)."""

from functools import partial

import pytest
from django.utils import timezone

from cec.models import OutgoingMail
from registrations import notices
from registrations.models import Event, Notice
from registrations.notices import by_hand, choices, deciding, writing
from tests import factories as make
from tests.races import at_once
from tests.registrations.notices import FEES, add_kind, waiting_for_money

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 20


def test_twenty_who_decide_at_once_decide_each_once():
    rows = [waiting_for_money() for _number in range(5)]

    answers = at_once([partial(deciding.decide, notices.kinds()[FEES])] * MANY)

    assert sum(answers) == Notice.objects.count() == len(rows)


def test_twenty_who_write_at_once_write_one_mail_of_each(monkeypatch):
    add_kind(monkeypatch)
    rows = [waiting_for_money() for _number in range(5)]
    deciding.decide_all()

    answers = at_once([writing.write_due] * MANY)

    assert sum(answers) == 2 * len(rows)
    assert OutgoingMail.objects.filter(key__startswith="notice:").count() == 2 * len(rows)
    assert set(Notice.objects.values_list("state", flat=True)) == {"written"}


def test_twenty_with_the_same_claim_write_one_mail():
    """What the lease is about: the one whose claim was lost in between writes nothing."""
    waiting_for_money()
    kind = notices.kinds()[FEES]
    deciding.decide(kind)
    (claimed,) = writing.claim(kind, most=1)

    answers = at_once([partial(writing._try, kind, claimed, claimed.facts)] * MANY)

    assert sorted(answers) == [False] * (MANY - 1) + [True]
    assert OutgoingMail.objects.filter(kind=FEES).count() == 1


def test_one_who_holds_it_back_while_it_is_written_is_told_or_it_isnt_written():
    office = make.administrator()
    kind = notices.kinds()[FEES]
    for _round in range(5):
        notice = make.notice(waiting_for_money())
        hold = partial(by_hand.hold, notice, by=office)

        held, _written = at_once([hold, writing.write_due])

        notice.refresh_from_db()
        mails = OutgoingMail.objects.filter(kind=kind.name, key=writing.key_of(notice)).count()
        assert (held is None, mails) in [(True, 0), (False, 1)]


def test_twenty_clicks_on_send_again_write_one_more_mail():
    notice = make.notice(waiting_for_money())
    writing.write_due()
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    key = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"

    at_once([partial(by_hand.send_again, notice, by=make.administrator(), form_key=key)] * MANY)

    assert OutgoingMail.objects.filter(kind=FEES).count() == 2
    assert Event.objects.filter(kind=Event.Kind.NOTICE_SENT_AGAIN).count() == 1


def test_twenty_clicks_in_a_mail_switch_it_off_once(monkeypatch):
    kind = add_kind(monkeypatch)
    person = make.person()

    answers = at_once([partial(choices.switch_off, person, kind, by=None)] * MANY)

    assert sorted(answers) == [False] * (MANY - 1) + [True]
    assert Event.objects.filter(kind=Event.Kind.REMINDERS_OFF).count() == 1
