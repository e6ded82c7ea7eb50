"""The page of what runs by itself: what waits, runs and failed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cec import backlog, broker, claims, overview, work
from cec.health import Heartbeat
from cec.jobs import Job
from cec.models import OutgoingMail
from tests import factories as make
from tests.registrations.work_page import PAGE, owed, said, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker_answers")]


@pytest.mark.usefixtures("office")
class TestAlive:
    def test_says_that_all_of_it_runs(self, client):
        make.swept()

        page = said(client.get(PAGE))

        assert "Yes, all of it." in page
        assert "run_due" not in page

    def test_names_the_queue_that_is_quiet_for_how_long_and_what_to_do(self, client):
        make.swept()
        ago = timezone.now() - timedelta(minutes=12, seconds=5)
        Heartbeat.objects.filter(name=Heartbeat.of("mail")).update(at=ago)

        page = said(client.get(PAGE))

        assert "Mail: nothing has run for 12 minutes." in page
        assert "Certificates: nothing has" not in page
        assert "manage.py run_due" in page

    def test_says_when_nothing_ever_ran_and_when_the_broker_is_away(self, client, monkeypatch):
        monkeypatch.setattr(broker, "answers", lambda: False)

        page = said(client.get(PAGE))

        assert page.count("nothing has ever run") == len(work.QUEUES)
        assert "The part that passes work on (Valkey) doesn’t answer." in page

    def test_looks_again_by_itself_while_there_is_nothing_to_press(self, client):
        assert 'hx-trigger="every 15s"' in client.get(PAGE).text
        make.failed_mail()
        assert 'hx-trigger="every 15s"' not in client.get(PAGE).text


@pytest.mark.usefixtures("office")
class TestJobs:
    def test_each_job_stands_there_with_how_often_and_its_last_run(self, client):
        work.sweep()

        page = said(client.get(PAGE))

        for row in work.sweepers().values():
            assert str(row.label) in page
        assert "each minute" in page
        assert "each hour" in page

    def test_one_that_fails_says_since_when_and_the_technical_text(self, client):
        name = "cec.tasks.deliver_due_mail"
        for _try in range(3):
            Job.begin(name)
            Job.fail(name, ZeroDivisionError("<b>broken</b>"))

        page = client.get(PAGE)

        assert "3 times since" in said(page)
        assert "ZeroDivisionError: &lt;b&gt;broken&lt;/b&gt;" in page.text

    def test_one_that_should_have_run_long_ago_isnt_well(self, client):
        work.sweep()
        ago = timezone.now() - timedelta(minutes=30)
        Job.objects.update(started_at=ago, finished_at=ago, succeeded_at=ago)

        lines = overview.jobs()

        late = {line.name for line in lines if line.state == "late"}
        each_minute = {name for name, row in work.sweepers().items() if row.every is None}
        assert late == each_minute
        assert "Overdue" in said(client.get(PAGE))

    def test_one_that_never_came_to_an_end_is_no_running_one(self):
        Job.begin("cec.tasks.deliver_due_mail")
        Job.objects.update(started_at=timezone.now() - claims.LEASE * 2)

        states = {line.name: line.state for line in overview.jobs()}

        assert states["cec.tasks.deliver_due_mail"] == "failing"

    def test_a_task_that_failed_is_shown_for_a_week(self, client):
        Job.fail_task("cec.deliver_mail", ZeroDivisionError("broken"))

        assert "cec.deliver_mail: ZeroDivisionError: broken" in said(client.get(PAGE))
        Job.objects.update(finished_at=timezone.now() - timedelta(days=8))
        assert "ZeroDivisionError" not in said(client.get(PAGE))


class TestTheDesk:
    def test_says_how_much_is_wrong(self, office):
        make.swept()
        make.failed_mail()
        make.failed_mail()
        work.run(overview.COUNT)
        Heartbeat.objects.filter(name=Heartbeat.of("mail")).delete()

        assert overview.troubles(signed_in(office)) == 3

    def test_says_nothing_when_all_is_well(self, office):
        make.swept()
        work.run(overview.COUNT)

        assert overview.troubles(signed_in(office)) == 0

    def test_takes_no_query_of_its_own(self, office, django_assert_num_queries):
        person = signed_in(office)

        with django_assert_num_queries(0):
            overview.troubles(person)


@pytest.mark.usefixtures("office")
def test_the_page_takes_the_same_queries_for_one_and_for_three(client):
    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(PAGE)
        return len(found)

    owed()
    make.failed_mail()
    client.get(PAGE)
    once = queries()
    for _more in range(2):
        owed()
        make.failed_mail()

    assert queries() == once
    assert once <= 30


def test_every_kind_says_what_it_is_in_both_languages():
    names = [kind.name for kind in backlog.kinds().values()]

    assert set(names) == {
        *("mail", "notices", "rosters", "rechecks", "seals"),
        *("imports", "moves", "rules", "documents", "batches"),
        *("copies", "erasures"),
    }


def test_old_failures_and_codes_of_yesterday_are_nobodys_business_any_more():
    old = make.failed_mail()
    code = make.failed_mail(kind="sign_in_code")
    long_ago, lately = timezone.now() - timedelta(days=31), timezone.now() - timedelta(hours=2)
    OutgoingMail.objects.filter(pk=old.pk).update(created_at=long_ago)
    OutgoingMail.objects.filter(pk=code.pk).update(created_at=lately)

    assert backlog.failed_count() == 0


def test_a_warning_that_did_not_reach_its_owner_stays_though_it_was_urgent():
    warning = make.failed_mail(kind="factor_reset", urgent=True)
    lately = timezone.now() - timedelta(hours=2)
    OutgoingMail.objects.filter(pk=warning.pk).update(created_at=lately)

    assert backlog.failed_count() == 1
