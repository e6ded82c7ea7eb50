"""What fails in a worker is seen: tasks without a row of their own, and rows without tries (H4)."""

from datetime import timedelta

import pytest
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from django.db import DatabaseError
from django.utils import timezone

from cec import failures, stumbles
from cec.celery import app
from cec.jobs import Job
from cec.stumbles import Stumble, given_up, trying
from cec.tasks import sweep


@shared_task(name="test.breaks")
def breaks(kind):
    raise {"error": ZeroDivisionError("broken"), "limit": SoftTimeLimitExceeded()}[kind]


@pytest.mark.django_db
def test_a_task_that_fails_leaves_a_trace_with_its_count():
    for kind in ("error", "error", "limit"):
        app.tasks["test.breaks"].apply(args=[kind])

    job = Job.failed_tasks().get()

    assert (job.name, job.failures) == ("test.breaks", 3)
    assert job.error == "SoftTimeLimitExceeded: SoftTimeLimitExceeded()"


@pytest.mark.django_db
def test_a_task_that_was_ended_by_the_hard_limit_leaves_one_too():
    failures.note(sender=app.tasks["test.breaks"], exception=TimeLimitExceeded(120))

    assert Job.failed_tasks().get().error.startswith("TimeLimitExceeded")


@pytest.mark.django_db
def test_a_sweep_that_fails_is_noted_by_its_job_and_not_twice():
    failures.note(sender=sweep, exception=SoftTimeLimitExceeded())

    assert not Job.objects.exists()


@pytest.mark.django_db
def test_an_old_trace_counts_anew():
    app.tasks["test.breaks"].apply(args=["error"])
    Job.objects.update(finished_at=timezone.now() - timedelta(days=8))
    assert not Job.failed_tasks().exists()

    app.tasks["test.breaks"].apply(args=["error"])

    assert Job.failed_tasks().get().failures == 1


@pytest.mark.django_db
def test_without_a_database_the_trace_is_a_line_of_the_log(monkeypatch, caplog):
    def away(*_):
        raise DatabaseError("the server closed the connection")

    monkeypatch.setattr(Job, "fail_task", away)

    app.tasks["test.breaks"].apply(args=["error"])

    assert "That test.breaks failed could not be written down" in caplog.text


@pytest.mark.django_db
def test_a_row_is_given_up_after_five_tries_and_forgiven_by_hand():
    for _try in range(5):
        assert list(given_up("test")) == []
        with pytest.raises(ZeroDivisionError), trying("test", 7):
            raise ZeroDivisionError("broken")

    assert list(given_up("test")) == [7]
    assert Stumble.objects.get().last_error == "ZeroDivisionError: broken"
    assert stumbles.forgive("test", [7, 8]) == 1
    assert list(given_up("test")) == []


@pytest.mark.django_db
def test_what_works_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError), trying("test", 7):
        raise ZeroDivisionError

    with trying("test", 7):
        assert Stumble.objects.get().tries == 2

    assert not Stumble.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_try_that_was_killed_counts():
    context = trying("test", 7)
    context.__enter__()  # and no end

    assert Stumble.objects.get().tries == 1
