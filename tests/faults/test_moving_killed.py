"""Everybody moves to new rules while the workers are killed at any moment (reliability H1)."""

import pytest

from activities import moving
from activities.models import Rehearsal
from cec.models import OutgoingMail
from registrations.models import Event, Registration
from tests import factories as make
from tests.activities.moves import people, persons, publish
from tests.faults.mails import sends_to
from tests.faults.workers import kill_again, wait_until, workers
from tests.mailserver import mail_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


def test_each_moves_once_with_one_letter_however_often_the_workers_are_killed(
    tmp_path, monkeypatch
):
    """A third of the kills take one process; in the middle the broker loses all messages."""
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    count, kills = 320, 8
    rows = people(count)
    version = publish(make.administrator())
    moved = Registration.objects.filter(rules=version)
    with mail_server() as mailbox, workers(tmp_path, **sends_to(mailbox)) as group:
        for number in range(kills):
            goal = min(moved.count() + 4, count - 8)
            kill_again(group, moved.count, goal, number=number, times=kills)
        left = count - moved.count()
        letters = OutgoingMail.objects.filter(kind="rules_changed")
        wait_until(lambda: letters.count() >= count, seconds=300, group=group)

    told = Event.objects.filter(kind="other_rules").values_list("registration", flat=True)
    move = Rehearsal.objects.get()
    print(f"\n{count} people, {kills} kills, {left} left at the last of them: each moved once")
    assert left > 0  # the last kill came while there was something left to do
    assert sorted(told) == [row.pk for row in rows]
    assert sorted(letters.values_list("person", flat=True)) == persons(rows)
    assert (move.people, move.changed, move.to_move) == (count, count, False)
