"""Whether the broker answers, without anybody waiting long for it (I2)."""

import time

import pytest

from cec import broker
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
