"""A batch with real workers on a broker of its own, that are killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from cec.models import Attachment, OutgoingMail
from cec.services import Valkey
from certificates.goals import scratch
from certificates.models import Batch, Certificate, Document
from registrations.models import Event

ROOT = Path(__file__).resolve().parents[2]
# A worker with its beat, as in production but for the waiting: a try that was killed is taken up
# again after seconds and not minutes, and the sweep runs each second.
WORKER = """
import sys
from datetime import timedelta
import django
django.setup()
from cec import claims
from certificates.models import certificate
claims.LEASE = certificate.RETRY_AFTER = timedelta(seconds=8)
from cec.celery import app
for entry in app.conf.beat_schedule.values():
    entry["schedule"], entry["options"]["expires"] = 1.0, 3
app.worker_main(["worker", "--beat", "--concurrency=2", "--loglevel=WARNING", "--without-gossip",
                 "--without-mingle", "--without-heartbeat", f"--schedule={sys.argv[1]}/beat"])
"""


class Workers:
    """A worker and its pool in a group of its own, on the database of the test."""

    def __init__(self, broker: Valkey, folder: Path) -> None:
        self.broker, self.folder = broker, folder
        self.starts = 0
        self.log = (folder / "worker.log").open("ab")
        self.start()

    def start(self) -> None:
        self.starts += 1
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(self.folder)],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "cec.settings",
                "DATABASE_URL": scratch.address(),
                "REDIS_URL": self.broker.url,
                "REMAP_SIGTERM": "SIGQUIT",
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
        return (self.folder / "worker.log").read_text(errors="replace")[-4000:]


@contextmanager
def workers(folder: Path) -> Iterator[Workers]:
    """Workers for the time of a test; whatever happens, none is left over."""
    broker = Valkey(folder / "valkey")
    broker.attach()
    group = Workers(broker, folder)
    try:
        yield group
    finally:
        if group.process.poll() is None:
            group.kill()
        group.log.close()
        broker.stop()


def lose_all_messages(group: Workers) -> None:
    """Empty the broker."""
    path = group.broker.url.partition("://")[2].partition("?")[0]
    with redis.Redis(unix_socket_path=path) as client:
        client.flushall()


def wait_until(done: Callable[[], bool], *, seconds: float, group: Workers) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, group.said()
        time.sleep(0.2)


def made() -> int:
    return Document.objects.count()


def check_each_exactly_once(batch: Batch, count: int) -> None:
    """So many certificates, numbers, files, mails and lines of history: none lost or double."""
    numbers = sorted(Certificate.objects.values_list("sequence", flat=True))
    registrations = set(batch.items.values_list("registration", flat=True))
    mails = OutgoingMail.objects.filter(kind="certificate_issued")
    events = Event.objects.filter(kind="certify")
    assert numbers == list(range(1, count + 1))
    assert len(set(Certificate.objects.values_list("serial", flat=True))) == count
    assert set(Certificate.objects.values_list("registration", flat=True)) == registrations
    assert Document.objects.count() == count
    assert len(set(Document.objects.values_list("sha256", flat=True))) == count
    assert mails.count() == len(set(mails.values_list("to", flat=True))) == count
    assert Attachment.objects.filter(mail__in=mails).count() == count
    assert set(events.values_list("registration", flat=True)) == registrations
    assert events.count() == count
    assert set(batch.items.values_list("state", flat=True)) == {"issued"}
