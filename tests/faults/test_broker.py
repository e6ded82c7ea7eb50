"""The broker is gone, hangs or forgets, and comes back while work goes on (reliability I2, H2)."""

import os
import random
import signal
import statistics
import time

import pytest

from cec.celery import app
from registrations.notices import deciding
from tests import factories as make
from tests.faults.mails import all_sent, copies_more, sends_to, who_hasnt_paid
from tests.faults.site import participants, site
from tests.faults.workers import lose_all_messages, wait_until, workers
from tests.mailserver import mail_server


def test_a_worker_and_beat_never_give_up_on_a_broker():
    """Celery’s own way is to end after a hundred tries, which are less than an hour."""
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.broker_connection_retry is True


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_pages_and_work_go_on_while_the_broker_is_gone_hangs_and_forgets(tmp_path):
    """The same worker does the work of each time when the broker is back; nobody restarts it."""
    row = make.registration()
    with (
        mail_server() as mailbox,
        workers(tmp_path, **sends_to(mailbox)) as group,
        site(tmp_path, REDIS_URL=group.broker.url) as web,
        participants(web, row),
    ):
        pages, work, pid = {}, {}, group.process.pid
        work["as usual"] = seconds_until_sent(10, group)
        pages["as usual"] = seconds_of_a_page(web)

        group.broker.stop()
        pages["gone"] = seconds_of_a_page(web)
        group.broker.attach()
        work["gone"] = seconds_until_sent(20, group)

        os.kill(group.broker.pid(), signal.SIGSTOP)
        pages["hanging"] = seconds_of_a_page(web)
        os.kill(group.broker.pid(), signal.SIGCONT)
        work["hanging"] = seconds_until_sent(30, group)

        lose_all_messages(group.broker)
        work["emptied"] = seconds_until_sent(40, group)
        still_there = group.process.poll() is None and group.process.pid == pid

    print(f"\nSeconds of a page: {pages}; until 10 more mails were sent: {work}")
    assert still_there
    assert {answer.status for answer in web.answers} == {200, 302}
    assert max(pages.values()) <= pages["as usual"] + 0.5
    copies_more(mailbox, 40, faults=0)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_worker_outlives_a_broker_that_goes_away_at_any_moment_of_its_work(tmp_path):
    """It was ended now and then by an error that its library doesn’t call one of the connection."""
    make.registration()
    with mail_server() as mailbox, workers(tmp_path, **sends_to(mailbox)) as group:
        seconds_until_sent(10, group)
        for _ in range(15):
            who_hasnt_paid(3)
            deciding.decide_all()
            time.sleep(random.uniform(0, 2))
            group.broker.stop()
            time.sleep(random.uniform(0, 1))
            group.broker.attach()
        wait_until(all_sent(55), seconds=150, group=group)
        ended = group.process.poll()

    assert ended is None, group.said()


def seconds_until_sent(count, group):
    """Let ten more notices be owed, and wait until so many in all are sent."""
    who_hasnt_paid(10)
    deciding.decide_all()
    return round(wait_until(all_sent(count), seconds=150, group=group), 1)


def seconds_of_a_page(web):
    """What nineteen pages of twenty take less than, in some seconds.

    These are more than the broker’s `socket_timeout`: whoever waited for it would show.
    """
    first = len(web.answers)
    time.sleep(7)
    return round(statistics.quantiles([each.seconds for each in web.answers[first:]], n=20)[-1], 3)
