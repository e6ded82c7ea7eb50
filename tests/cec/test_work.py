"""Hints to workers and sweeps (reliability H1 to H3, I2, I5)."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from celery import Celery
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import connection, transaction
from django.utils import timezone

from cec import work
from cec.outbox import OutgoingMail
from cec.services import Valkey
from tests.mailserver import mail_server


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


def received(celery, *, seconds=10):
    """Take one message from the queue: the task's name and its arguments."""
    with celery.connection_for_read() as broker:
        message = broker.SimpleQueue("general").get(timeout=seconds)
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


@pytest.mark.slow
def test_a_sweep_goes_before_the_hints_that_wait(valkey):
    celery = celery_at(valkey.url)
    hints = work.Hints(celery)
    for number in range(3):
        hints.offer("test.hint", (number,))
    deadline = time.monotonic() + 10
    while not hints._waiting.empty() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)  # the last one is on its way

    celery.send_task(work.SWEEP, args=["general"], queue="general")

    assert [received(celery)[0] for _message in range(4)] == [work.SWEEP, *["test.hint"] * 3]


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

    one_wait = django_settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"]
    assert time.monotonic() - started < one_wait
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
def test_the_worker_of_mail_sends_one_as_soon_as_it_is_committed(valkey, monkeypatch):
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
    words = "-A cec worker --queues mail --pool solo --without-gossip --without-mingle -l WARNING"
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
