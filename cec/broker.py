"""Whether the broker answers, found out without anybody waiting for it longer than a second."""

import threading
from contextlib import suppress
from typing import Any

from django.conf import settings

from cec.celery import app

SECONDS = 1.0


class _Look(threading.Thread):
    """One ping, in a thread of its own: a name that no server resolves can take long."""

    def __init__(self, url: str) -> None:
        super().__init__(name="broker", daemon=True)
        self.url, self.answered = url, False

    def run(self) -> None:
        limits = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}
        with suppress(Exception):
            broker: Any = app.connection_for_read(self.url, transport_options=limits)
            broker.default_channel.client.ping()
            self.answered = True
            broker.release()


_looking: _Look | None = None


def answers() -> bool:
    """Say whether the broker answers within a second. One look at a time, whoever asks."""
    global _looking
    look = _looking
    if look is None or not look.is_alive():
        _looking = look = _Look(settings.CELERY_BROKER_URL)
        look.start()
    look.join(SECONDS)
    return look.answered
