"""Sweeps: what runs by itself each minute or every so often, and what is kept of it (H5)."""

import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from cec import work
from cec.health import Heartbeat
from cec.jobs import Job, said
from tests import factories as make
from tests.cec.sweeping import replace_sweepers
from tests.races import at_once


@pytest.mark.django_db
def test_every_sweeper_runs_although_another_fails(monkeypatch, caplog):
    ran = []

    def fails():
        raise ZeroDivisionError("broken")

    replace_sweepers(monkeypatch, a=lambda: ran.append("a"), b=fails, c=lambda: ran.append("c"))

    answers = work.sweep()

    assert sorted(ran) == ["a", "c"]
    assert isinstance(answers["b"], ZeroDivisionError)
    assert "The sweeper b failed" in caplog.text
    assert Heartbeat.objects.count() == len(work.QUEUES)


@pytest.mark.django_db
def test_a_sweep_that_takes_too_long_ends(monkeypatch):
    def too_long():
        raise SoftTimeLimitExceeded

    replace_sweepers(monkeypatch, a=too_long)

    with pytest.raises(SoftTimeLimitExceeded):
        work.sweep("general")

    assert not Heartbeat.objects.exists()


@pytest.mark.django_db
def test_what_runs_every_hour_is_tried_again_at_once_if_it_failed(monkeypatch):
    ran = []

    def fails_once():
        ran.append(1)
        if len(ran) == 1:
            raise ZeroDivisionError("broken")

    replace_sweepers(monkeypatch, every=timedelta(hours=1), hourly=fails_once)

    work.sweep()
    assert Job.objects.get().error == "ZeroDivisionError: broken"
    answers = [work.sweep()["hourly"] for _sweep in range(2)]

    assert answers == [None, work.Skipped.NOT_DUE]
    assert len(ran) == 2
    assert (Job.objects.get().error, Job.objects.get().failures) == ("", 0)


@pytest.mark.django_db
def test_a_clock_put_back_stops_no_job(monkeypatch):
    ran = []
    replace_sweepers(monkeypatch, every=timedelta(hours=1), hourly=lambda: ran.append(1))
    work.sweep()
    Job.objects.update(succeeded_at=timezone.now() + timedelta(days=30))

    work.sweep()
    work.sweep()

    assert len(ran) == 2


@pytest.mark.django_db(transaction=True)
def test_a_sweeper_runs_in_one_process_at_a_time(monkeypatch):
    together, most = [], []
    lock = threading.Lock()

    def slow():
        with lock:
            together.append(1)
            most.append(len(together))
        time.sleep(0.2)
        with lock:
            together.pop()

    replace_sweepers(monkeypatch, slow=slow)

    answers = at_once([work.sweep] * 4)

    assert max(most) == 1
    assert [answer["slow"] for answer in answers].count(work.Skipped.ELSEWHERE) == 4 - len(most)
    work.sweep()
    assert len(most) >= 2  # the name is free again


@pytest.mark.django_db(transaction=True)
def test_the_name_is_free_again_when_the_process_dies(monkeypatch):
    def hold():
        with work.alone("test"):
            connection.close()  # what the end of a process does

    at_once([hold])

    # PostgreSQL notices the end of a connection a moment later.
    deadline = time.monotonic() + 10
    free = False
    while not free and time.monotonic() < deadline:
        with work.alone("test") as free:
            time.sleep(0.01)
    assert free


@pytest.mark.django_db(transaction=True)
def test_the_time_limit_ends_a_sweep_that_lost_its_connection_too(monkeypatch):
    ran = []

    def slow():
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        raise SoftTimeLimitExceeded

    replace_sweepers(monkeypatch, other=lambda: ran.append(1), slow=slow)

    with pytest.raises(SoftTimeLimitExceeded):
        work.sweep("general")

    assert ran == []
    assert Job.objects.get(name="slow").error == "SoftTimeLimitExceeded: SoftTimeLimitExceeded()"


@pytest.mark.django_db
def test_a_sweep_without_time_goes_on_where_it_ended_the_next_time(monkeypatch):
    ran = []
    names = ("a", "b", "c")
    replace_sweepers(monkeypatch, **{name: lambda name=name: ran.append(name) for name in names})
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(work.time, "monotonic", lambda: next(clock))

    first = work.sweep("general", seconds=15)
    for _sweep in range(2):
        work.sweep("general", seconds=15)

    assert list(first.values()) == [None, work.Skipped.NO_TIME, work.Skipped.NO_TIME]
    assert sorted(ran) == ["a", "b", "c"]


@pytest.mark.django_db
def test_a_queue_is_swept_alone_and_beats_alone(monkeypatch):
    ran = []
    replace_sweepers(monkeypatch, queue="mail", letters=lambda: ran.append("letters"))

    work.sweep("certificates")
    assert ran == []
    work.sweep("mail")

    assert ran == ["letters"]
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {
        Heartbeat.of("certificates"),
        Heartbeat.of("mail"),
    }


@pytest.mark.django_db
def test_a_job_that_was_killed_counts_as_failed_when_it_begins_again(monkeypatch):
    seen = []
    replace_sweepers(monkeypatch, killed=lambda: seen.append(Job.objects.get().failures))
    Job.begin("killed")  # and nothing more: its process was killed

    work.sweep("general")

    assert seen == [1]
    assert (Job.objects.get().failures, Job.objects.get().error) == (0, "")


@pytest.mark.django_db
def test_a_job_knows_since_when_it_fails():
    Job.begin("broken")
    Job.fail("broken", ZeroDivisionError("one"))
    first = Job.objects.get().failing_since
    Job.begin("broken")
    Job.fail("broken", ZeroDivisionError("two"))

    job = Job.objects.get()

    assert (job.failures, job.failing_since, job.error) == (2, first, "ZeroDivisionError: two")
    Job.succeed("broken", 3)
    assert Job.objects.get().failing_since is None


@pytest.mark.django_db(transaction=True)
def test_two_beats_by_mistake_double_nothing(monkeypatch):
    ran = []
    replace_sweepers(
        monkeypatch,
        every=timedelta(hours=1),
        hourly=lambda: (ran.append(1), time.sleep(0.1)),
    )

    at_once([work.sweep] * 4)
    at_once([work.sweep] * 4)

    assert len(ran) == 1


@pytest.mark.django_db
def test_what_is_kept_of_an_error_names_nobody_whose_row_the_database_quotes():
    who = make.person(email="ruth@example.org")

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make.person("Somebody Else", email=who.email)

    kept = said(caught.value)
    assert kept.startswith("IntegrityError: duplicate key value violates unique constraint")
    assert "ruth" not in kept
