"""Hints to workers and sweeps (reliability H1 to H3, I2, I5)."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.mail import send_mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from cec import work
from cec.celery import app
from cec.health import Heartbeat
from cec.jobs import Job, Sweeper
from cec.outbox import OutgoingMail
from cec.services import Valkey
from tests.mailserver import mail_server
from tests.races import at_once

work.sweepers()  # all are registered before a test puts others in their place


@pytest.fixture(scope="module")
def valkey(tmp_path_factory):
    """A Valkey of these tests alone."""
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.attach()
    yield server
    server.stop()


def celery_at(url):
    """Celery with the product's settings and another broker."""
    celery = Celery("test")
    celery.config_from_object("django.conf:settings", namespace="CELERY")
    celery.conf.broker_url = url
    return celery


def replace_sweepers(monkeypatch, *, every=None, **functions):
    """Let nothing run by itself but these."""
    found = {name: Sweeper(run, f"Do {name}", every) for name, run in functions.items()}
    monkeypatch.setattr(work, "_sweepers", found)


def received(celery, *, seconds=10):
    """Take one message from the queue: the task's name and its arguments."""
    with celery.connection_for_read() as broker:
        message = broker.SimpleQueue("celery").get(timeout=seconds)
        message.ack()
        return message.headers["task"], message.payload[0]


@pytest.fixture
def hanging_url(hanging_port):
    """A broker that takes connections and never says a word."""
    return f"redis://127.0.0.1:{hanging_port}/0"


@pytest.fixture
def refused_url():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hint_comes_through_after_the_commit_and_not_before(valkey, monkeypatch):
    celery = celery_at(valkey.url)
    monkeypatch.setattr(work, "_hints", work.Hints(celery))

    with transaction.atomic():
        work.hint_after_commit("test.rolled_back", 1)
        transaction.set_rollback(True)
    with transaction.atomic():
        work.hint_after_commit("test.task", 7, 8)

    assert received(celery) == ("test.task", [7, 8])


@pytest.mark.usefixtures("outbox")
@pytest.mark.parametrize("broker", ["hanging_url", "refused_url"])
@pytest.mark.django_db(transaction=True)
def test_no_request_waits_for_a_broker_that_hangs_or_refuses(broker, request, monkeypatch, client):
    celery = celery_at(request.getfixturevalue(broker))
    hints = work.Hints(celery)
    monkeypatch.setattr(work, "_hints", hints)
    hints.offer("test.task", (0,))
    started = time.monotonic()

    for number in range(30):
        send_mail(f"Subject {number}", "Text", None, ["reader@example.org"])
    page = client.get("/en/account/sign-in/")

    assert time.monotonic() - started < 0.5
    assert page.status_code == 200
    assert OutgoingMail.objects.count() == 30


def test_hints_that_nobody_takes_are_dropped_and_cost_nothing(hanging_url):
    hints = work.Hints(celery_at(hanging_url))
    started = time.monotonic()

    taken = sum(hints.offer("test.task", (number,)) for number in range(work.MOST_HINTS * 3))

    assert time.monotonic() - started < 0.5
    assert work.MOST_HINTS <= taken <= work.MOST_HINTS + 1


def test_hints_come_through_again_once_the_broker_is_back(valkey, refused_url):
    celery = celery_at(refused_url)
    hints = work.Hints(celery)
    hints.offer("test.lost", (1,))
    time.sleep(0.2)
    back = celery_at(valkey.url)

    hints.celery = back
    hints.offer("test.found", (2,))

    assert received(back) == ("test.found", [2])


def test_a_process_that_was_forked_sends_its_own_hints(valkey):
    celery = celery_at(valkey.url)
    hints = work.Hints(celery)
    hints.offer("test.parent", (1,))
    assert received(celery) == ("test.parent", [1])

    hints._reset()  # what the child does first

    hints.offer("test.child", (2,))
    assert received(celery) == ("test.child", [2])


def test_celery_speaks_json_alone_and_keeps_no_results():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result is True
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    limits = app.conf.task_soft_time_limit, app.conf.task_time_limit
    assert limits == (90, 120)
    assert limits[1] < app.conf.broker_transport_options["visibility_timeout"]


def test_certificates_wait_in_a_queue_of_their_own_and_a_worker_takes_from_both():
    def queue_of(task):
        return app.amqp.router.route({}, task)["queue"].name

    assert set(app.amqp.queues) == {"celery", "certificates"}
    assert queue_of("certificates.issue_batch") == queue_of("certificates.make_document")
    assert queue_of("certificates.issue_batch") == "certificates"
    assert queue_of("cec.deliver_mail") == "celery"


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
    assert Heartbeat.objects.get().name == Heartbeat.SWEEP


@pytest.mark.django_db
def test_a_sweep_that_takes_too_long_ends(monkeypatch):
    def too_long():
        raise SoftTimeLimitExceeded

    replace_sweepers(monkeypatch, a=too_long)

    with pytest.raises(SoftTimeLimitExceeded):
        work.sweep()

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

    assert answers == [None, "not due"]
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
    assert [answer["slow"] for answer in answers].count("runs elsewhere") == 4 - len(most)
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


@pytest.mark.django_db
def test_run_due_does_by_hand_what_the_worker_would(capsys, settings):
    settings.MAIL_SERVER, settings.DEBUG = None, True
    OutgoingMail.objects.create(
        kind="test", to="reader@example.org", subject="Subject", text="Text", message_id="<1>"
    )

    call_command("run_due")

    assert "cec.tasks.deliver_due_mail: 1" in capsys.readouterr().out
    assert OutgoingMail.objects.get().state == OutgoingMail.State.SENT


@pytest.mark.django_db
def test_run_due_says_what_failed(monkeypatch):
    def fails():
        raise ZeroDivisionError

    replace_sweepers(monkeypatch, **{"the.sweeper": fails})

    with pytest.raises(CommandError, match=r"the\.sweeper"):
        call_command("run_due")


@pytest.mark.django_db
def test_what_expired_is_forgotten_and_nothing_else():
    old, new = SessionStore(), SessionStore()
    old.save()
    new.save()
    Session.objects.filter(pk=old.session_key).update(expire_date=timezone.now())
    cache.set("old", 1, timeout=0)
    cache.set("new", 2, timeout=60)

    work.sweepers()["cec.tasks.forget_what_expired"]()

    assert list(Session.objects.values_list("pk", flat=True)) == [new.session_key]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cec_cache")
        assert cursor.fetchall() == [(":1:new",)]


@pytest.mark.slow
@pytest.mark.usefixtures("outbox")
@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_a_mail_as_soon_as_it_is_committed(valkey, monkeypatch):
    monkeypatch.setattr(work, "_hints", work.Hints(celery_at(valkey.url)))
    with mail_server() as mailbox, running_worker(valkey.url, mailbox.port):
        send_mail("Subject", "Text", None, ["reader@example.org"])
        mailbox.wait_for(1, seconds=30)

    assert mailbox.subjects() == ["Subject"]


@contextmanager
def running_worker(broker_url, smtp_port):
    """A real worker on this test's database; told to end, it is gone within seconds (H9)."""
    database = connection.settings_dict
    host = database["HOST"].replace("/", "%2F")
    words = "-A cec worker --pool solo --without-gossip --without-mingle -l WARNING"
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", *words.split()],
        cwd=django_settings.BASE_DIR,
        env={
            **os.environ,
            "DEBUG": "1",
            "DATABASE_URL": f"postgresql://{database['USER']}@{host}/{database['NAME']}",
            "REDIS_URL": broker_url,
            "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}?tls=none",
        },
        start_new_session=True,
    )
    try:
        yield
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=30)
