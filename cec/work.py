"""Background work. What is to be done is a row; a message to a worker is only a hint (H2).

    work.hint_after_commit("certificates.make_document", certificate.pk)

    @work.sweeper(_("Make the certificates’ PDFs"))
    def make_waiting_documents() -> int: ...

A sweeper does what no hint came for. All of them run each minute, or `every` so often, by the task
`cec.sweep` or by `manage.py run_due`; they live in an app's `tasks.py`. `cec.jobs` keeps when.
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from cec.celery import app
from cec.health import Heartbeat
from cec.jobs import Job, Sweeper

logger = logging.getLogger(__name__)

MOST_HINTS = 1_000  # that wait for the broker; more are dropped, for the sweepers to make good
HINT_SECONDS = 600  # a hint older than this is of no use
TURN_SECONDS = 20  # for what a sweeper does row by row: all of them share a task's 90 seconds

Item = TypeVar("Item")
Function = TypeVar("Function", bound=Callable[[], Any])


class Hints:
    """Sends hints from a thread of its own, so that no request ever waits for the broker."""

    def __init__(self, celery: Celery) -> None:
        self.celery = celery
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._waiting: queue.Queue[tuple[str, tuple[int, ...]]] = queue.Queue(MOST_HINTS)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def offer(self, task_name: str, ids: tuple[int, ...]) -> bool:
        """Leave a hint to be sent soon. Never waits; False when too many wait already."""
        try:
            self._waiting.put_nowait((task_name, ids))
        except queue.Full:
            return False
        if self._thread is None or not self._thread.is_alive():
            with self._starting:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._send, name="hints", daemon=True)
                    self._thread.start()
        return True

    def _send(self) -> None:
        broken = False
        while True:
            task_name, ids = self._waiting.get()
            try:
                self.celery.send_task(task_name, args=ids, retry=False, expires=HINT_SECONDS)
            except Exception as error:  # whatever is wrong with the broker, the sweepers do it
                if not broken:
                    logger.warning("No hint could be sent, the sweep will do it: %s", error)
                broken = True
            else:
                broken = False


_hints = Hints(app)


def hint_after_commit(task_name: str, *ids: int) -> None:
    """Tell a worker, once this transaction is committed, that a row waits for it.

    Returns at once whether the broker answers, refuses or hangs. A hint may be lost or come twice.
    """
    transaction.on_commit(partial(_offer, task_name, ids), robust=True)


def _offer(task_name: str, ids: tuple[int, ...]) -> None:
    _hints.offer(task_name, ids)


_sweepers: dict[str, Sweeper] = {}


def sweeper(label: Any, *, every: timedelta | None = None) -> Callable[[Function], Function]:
    """Register what runs each minute, or every so often; `label` says what it does.

    It finds its rows itself and may run twice. One that failed is tried again with the next sweep.
    """

    def register(function: Function) -> Function:
        name = f"{function.__module__}.{function.__qualname__}"
        _sweepers[name] = Sweeper(function, label, every)
        return function

    return register


def sweepers() -> dict[str, Sweeper]:
    """Return all sweepers by name; those of the last apps first, as they write mail."""
    autodiscover_modules("tasks")
    return dict(reversed(_sweepers.items()))


def sweep() -> dict[str, object]:
    """Run every sweeper that no other process is running; return what each answered or raised.

    One that fails doesn't stop the others. The sweep's heartbeat is noted at the end.
    """
    answers = {name: run(name) for name in sweepers()}
    Heartbeat.beat(Heartbeat.SWEEP)
    return answers


def run(name: str) -> object:
    """Run a sweeper if it is due and runs nowhere else; return what it answered or raised."""
    sweeper = _sweepers[name]
    try:
        with alone(name) as free:
            if not free:
                return "runs elsewhere"
            if sweeper.every and not Job.is_due(name, every=sweeper.every, now=timezone.now()):
                return "not due"
            Job.begin(name)
            answer: object = sweeper()
            Job.succeed(name, answer)
            return answer
    except SoftTimeLimitExceeded as error:
        Job.fail(name, error)
        raise
    except Exception as error:
        logger.exception("The sweeper %s failed", name)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()  # the next one may get a new one
        with suppress(DatabaseError):
            Job.fail(name, error)
        return error


def while_there_is_time(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, one at least, until a sweeper's time is over: the next sweep does the rest.

    A sweep that is cut off does nothing for the sweepers after it, mail among them.
    """
    over = time.monotonic() + TURN_SECONDS
    for item in items:
        yield item
        if time.monotonic() >= over:
            return


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Say whether nobody else does the thing of this name now; hold the name meanwhile.

    A lock of the database session: it ends with the connection, whatever happens to the process.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        (free,) = cursor.fetchone()
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def one_at_a_time(name: str) -> None:
    """Wait until no other transaction does the thing of this name; hold it until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
