"""PostgreSQL restarts and loses its lines while people and workers are at it (reliability I1)."""

import time
from collections import Counter

import pytest
from django.db import connection
from django.db.models import Count

from activities.models import Activity
from tests import factories as make
from tests.faults.database import own_database
from tests.faults.mails import all_sent, copies_more, sends_to, who_hasnt_paid
from tests.faults.site import OUR_ERROR, participants, site
from tests.faults.workers import wait_until, workers
from tests.mailserver import mail_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

NOTICES = 100
FAULTS = {
    "crashed and restarted": lambda server: server.restart("immediate"),
    "all lines cut": lambda server: server.cut_all_lines(),
    "restarted": lambda server: server.restart("fast"),
    "all lines cut again": lambda server: server.cut_all_lines(),
}
BETWEEN = 7  # seconds: five to recover, and some in which nothing may fail


def test_a_database_that_restarts_and_loses_lines_costs_nothing_that_was_confirmed(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("CEC_DURABLE", "1")
    with own_database(tmp_path) as server, mail_server() as mailbox:
        rows = [make.registration() for _number in range(4)]
        who_hasnt_paid(NOTICES)
        mailbox.seconds = 0.2
        with (
            workers(tmp_path, **sends_to(mailbox)) as group,
            site(tmp_path) as web,
            participants(web, *rows) as people,
        ):
            wait_until(lambda: len(mailbox.mails) > 5, seconds=120, group=group)
            recovered = {name: recover(web, fault, server) for name, fault in FAULTS.items()}
            mailbox.seconds = 0
        with workers(tmp_path, **sends_to(mailbox)) as group:
            wait_until(all_sent(NOTICES), seconds=120, group=group)

        confirmed = [title for each in people for title in each.confirmed]
        kept = Counter(Activity.objects.values_list("title", flat=True))
        halves = Activity.objects.annotate(worth=Count("credits")).exclude(worth=1).count()
        more = copies_more(mailbox, NOTICES, faults=len(FAULTS))

    statuses = Counter(answer.status for answer in web.answers)
    print(
        f"\n{dict(statuses)}; seconds to recover: {recovered}; {len(confirmed)} writes"
        f" confirmed, {NOTICES} mails, {more} copies more"
    )
    assert set(statuses) <= {200, 302, 500, 503}
    assert all(OUR_ERROR in each.body for each in web.answers if each.status >= 500)
    assert len(confirmed) > 50
    assert kept == Counter(confirmed)
    assert halves == 0
    assert max(recovered.values()) <= 5


def recover(web, fault, server):
    """Let the fault happen; return the seconds from its end to the last answer that failed."""
    fault(server)
    connection.close()  # the test's own line is as dead as all the others
    over = time.monotonic()
    time.sleep(BETWEEN)
    failed = [each.at + each.seconds for each in list(web.answers) if each.status >= 500]
    return round(max([*failed, over]) - over, 1)
