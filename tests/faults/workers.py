"""Real workers on a broker of their own and the test's database, that are killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import redis

from cec.backups import postgres
from cec.services import Valkey

ROOT = Path(__file__).resolve().parents[2]
# A worker as in production but for the waiting: what was killed is taken up again after seconds and
# not minutes, and the sweep runs each second. A turn of moving people is short, to be killed in.
PROGRAM = """
import sys
from datetime import timedelta
import django
django.setup()
from activities import moving
from cec import claims, outbox
from certificates.models import certificate
moving.AT_ONCE = 2
claims.LEASE = certificate.RETRY_AFTER = timedelta(seconds=8)
outbox.RETAKE_AFTER = timedelta(seconds=15)
from cec.celery import app
for entry in app.conf.beat_schedule.values():
    entry["schedule"], entry["options"]["expires"] = 1.0, 3
app.start(sys.argv[1:])
"""
WORKER = ("worker", "--concurrency=2", "--without-gossip", "--without-mingle")
POOL = 2


class Celery:
    """A worker and its pool, or beat, in a process group of its own."""

    def __init__(self, folder: Path, broker: Valkey, *words: str, **environment: str) -> None:
        self.words, self.broker = words, broker
        self.environment = environment
        self.log_path = folder / f"{words[0]}.log"
        self.log = self.log_path.open("ab")
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *self.words],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "cec.settings",
                "DATABASE_URL": postgres.address(),
                "REDIS_URL": self.broker.url,
                "REMAP_SIGTERM": "SIGQUIT",
                "LOG_LEVEL": "WARNING",
                **self.environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def kill(self) -> None:
        """End the whole group at once, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_one_of_the_pool(self) -> None:
        """End a single process of the pool, as the kernel does when memory is short."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        if found := children.split():
            os.kill(int(random.choice(found)), signal.SIGKILL)

    def end(self) -> float:
        """Ask it to end; return the seconds that it took."""
        asked = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=60)
        return time.monotonic() - asked

    def said(self) -> str:
        return self.log_path.read_text(errors="replace")[-4000:]


@contextmanager
def celery(folder: Path, broker: Valkey, *words: str, **environment: str) -> Iterator[Celery]:
    """A worker or beat for the time of a test; whatever happens, none is left over."""
    group = Celery(folder, broker, *words, **environment)
    try:
        yield group
    finally:
        if group.process.poll() is None:
            group.kill()
        group.log.close()


@contextmanager
def valkey(folder: Path) -> Iterator[Valkey]:
    """A broker of the test's own."""
    broker = Valkey(folder / "valkey")
    broker.attach()
    try:
        yield broker
    finally:
        broker.stop()
        broker.release()


@contextmanager
def workers(folder: Path, **environment: str) -> Iterator[Celery]:
    """A worker with its beat, and a broker."""
    words = (*WORKER, "--beat", f"--schedule={folder}/schedule")
    with valkey(folder) as broker, celery(folder, broker, *words, **environment) as group:
        yield group


def beat(
    folder: Path, broker: Valkey, name: str = "schedule", **environment: str
) -> AbstractContextManager[Celery]:
    """Beat alone; `name` is the file of its own that it keeps."""
    return celery(
        folder, broker, "beat", "--pidfile=", f"--schedule={folder}/{name}", **environment
    )


def kill_again(
    group: Celery, done: Callable[[], int], goal: int, *, number: int, times: int
) -> None:
    """Kill for the `number`th of so many times, a moment after so much is done: at its work.

    A third of the kills take one process of the pool; in the middle the broker loses all messages.
    """
    wait_until(lambda: done() >= goal, seconds=180, group=group)
    time.sleep(random.random() / 10)
    if number == times // 2:
        lose_all_messages(group.broker)
    if number % 3 == 2:
        group.kill_one_of_the_pool()
    else:
        group.kill()
        group.start()


def lose_all_messages(broker: Valkey) -> None:
    """Empty the broker."""
    path = broker.url.partition("://")[2].partition("?")[0]
    with redis.Redis(unix_socket_path=path) as client:
        client.flushall()


def wait_until(done: Callable[[], object], *, seconds: float, group: Celery | None = None) -> float:
    """Wait until it is so, and return the seconds that it took; what the group said explains."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < seconds, group.said() if group else "It never came so."
        time.sleep(0.1)
    return time.monotonic() - began
