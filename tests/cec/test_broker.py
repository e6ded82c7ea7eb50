"""Whether the broker answers, without anybody waiting long for it (I2)."""

import time

import pytest

from cec import broker
from cec.celery import app
from cec.services import Valkey


@pytest.fixture(autouse=True)
def _anew(monkeypatch):
    monkeypatch.setattr(broker, "_looking", None)


@pytest.mark.slow
def test_a_broker_that_is_there_answers(tmp_path, settings):
    valkey = Valkey(tmp_path / "valkey")
    valkey.attach()
    settings.CELERY_BROKER_URL = valkey.url

    answers = broker.answers()
    valkey.stop()

    assert answers


def test_one_that_hangs_holds_nobody_up(hanging_port, settings):
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{hanging_port}/0"
    started = time.monotonic()

    assert not broker.answers()
    assert time.monotonic() - started < 1.5


def test_one_that_refuses_is_said_at_once(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    assert not broker.answers()


@pytest.mark.slow
def test_what_acts_on_a_connection_that_was_given_up_fails_as_the_worker_expects(tmp_path):
    """A worker goes on after errors of its connection, and any other error ends it."""
    valkey = Valkey(tmp_path / "valkey")
    valkey.attach()
    connection = app.connection_for_read(valkey.url)
    channel = connection.channel()
    valkey.stop()
    connection.release()

    with pytest.raises(connection.connection_errors):
        channel.queue_purge("general")
