"""Mail while its workers are killed at any moment, or told to end (reliability H1, H7, H9)."""

import pytest

from tests.faults.mails import all_sent, copies_more, sends_to, who_hasnt_paid
from tests.faults.workers import kill_again, wait_until, workers
from tests.mailserver import mail_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


def test_each_notice_becomes_one_mail_and_arrives_however_often_the_workers_are_killed(tmp_path):
    """A third of the kills take one process; in the middle the broker loses all messages."""
    count, kills = 250, 10
    who_hasnt_paid(count)
    with mail_server() as mailbox, workers(tmp_path, **sends_to(mailbox)) as group:
        mailbox.seconds = 0.02
        for number in range(kills):
            goal = min(len(mailbox.mails) + count // (2 * kills), count - 1)
            kill_again(group, lambda: len(mailbox.mails), goal, number=number, times=kills)
        left = count - len(mailbox.mails)
        took = wait_until(all_sent(count), seconds=300, group=group)

    more = copies_more(mailbox, count, faults=kills)
    print(f"\n{count} notices, {kills} kills: 0 lost, {more} copies more, done {took:.0f} s later")
    assert left > 0  # the last kill came while there was something left to lose


def test_a_worker_told_to_end_in_the_middle_of_mail_does_so_and_loses_none(tmp_path):
    """There is more to send than the 20 seconds for what has begun do for."""
    count = 120
    who_hasnt_paid(count)
    with mail_server() as mailbox, workers(tmp_path, **sends_to(mailbox)) as group:
        mailbox.seconds = 0.8
        wait_until(lambda: len(mailbox.mails) >= 5, seconds=180, group=group)
        took = group.end()
        left = count - len(mailbox.mails)
        mailbox.seconds = 0
        group.start()
        later = wait_until(all_sent(count), seconds=180, group=group)

    more = copies_more(mailbox, count, faults=1)
    print(f"\nEnded after {took:.1f} s, {left} mails left, {more} twice; done {later:.0f} s later")
    assert took < 30
    assert left > 0
