"""Notices in the nights when clocks change, and after nights without beat (reliability H5, G10)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from cec import work
from cec.outbox import OutgoingMail
from registrations import notices
from registrations.models import Notice, Program
from registrations.notices import deciding, writing
from tests import factories as make
from tests.faults.nights import NIGHTS, day_in, moments_around, owed, people_around
from tests.races import at_once

DAY = timedelta(days=1)


def decided():
    """When each notice was decided, by whom and what it is for."""
    rows = Notice.objects.values_list("person", "registration", "kind", "occasion", "decided_at")
    return {row[:4]: row[4] for row in rows}


@pytest.mark.faults
@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "day"), NIGHTS)
def test_each_notice_is_decided_once_as_soon_as_its_day_begins(zone, day):
    Program.objects.update(time_zone=zone)
    people_around(day)
    first, *rest = moments_around(zone, day)
    deciding.decide_all(now=first)
    before = set(decided())
    sooner, found = owed(first), set()

    for now in rest:
        count, due = deciding.decide_all(now=now), owed(now)
        new = {what for what, at in decided().items() if at == now}
        assert len(new) == count
        assert new == set(due) - before - found
        assert {due[what] for what in new} <= {day_in(zone, now)}
        assert not new & set(sooner)
        sooner, found = due, found | new

    assert found
    assert set(decided()) == before | found


@pytest.mark.django_db
def test_beat_that_was_away_for_a_day_makes_up_for_it_once():
    """The two clocks of two machines, one a day behind, change nothing in that."""
    zone, day = NIGHTS[1]
    people_around(day)
    first, *_between, last = moments_around(zone, day)
    due = {what for now in (first, last - DAY, last) for what in owed(now)}

    found = set()
    for kind in notices.kinds().values():  # each alone: some wait for others
        Notice.objects.all().delete()
        for now in (first, last - DAY, last, last - DAY, last):
            deciding.decide(kind, now=now)
        found |= set(decided())

    assert found == due


@pytest.mark.django_db
def test_a_notice_of_a_midnight_that_comes_twice_waits_and_is_written(monkeypatch):
    """In Nuuk it is Sunday for no time at all, then Saturday for another hour."""
    Program.objects.update(time_zone="America/Nuuk")
    sunday = date(2027, 10, 31)
    make.registration(status="submitted", submitted_on=sunday - timedelta(days=14))
    again_saturday = datetime(2027, 10, 31, 1, 20, tzinfo=UTC)
    assert again_saturday.astimezone(ZoneInfo("America/Nuuk")).date() == sunday - DAY
    deciding.decide_all(now=again_saturday + DAY / 2)
    Notice.objects.update(due_at=again_saturday, decided_at=again_saturday)

    monkeypatch.setattr(timezone, "now", lambda: again_saturday)
    assert writing.write_due() == 0
    monkeypatch.setattr(timezone, "now", lambda: again_saturday + DAY)

    assert writing.write_due() == 1


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_two_workers_make_one_notice_and_one_mail_of_each():
    sent_on = timezone.localdate() - timedelta(days=14)
    for _number in range(20):
        make.registration(status="submitted", submitted_on=sent_on)

    answers = at_once([work.sweep] * 4)

    failed = [each for swept in answers for each in swept.values() if isinstance(each, Exception)]
    mails = OutgoingMail.objects.filter(kind="fee_outstanding")
    assert failed == []
    assert Notice.objects.filter(state=Notice.State.WRITTEN).count() == 20
    assert mails.count() == len(set(mails.values_list("to", flat=True))) == 20
