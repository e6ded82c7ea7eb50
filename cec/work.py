"""Background work. What is to be done is a row; a message to a worker is only a hint (H2).

    work.hint_after_commit("certificates.make_document", certificate.pk)

    @work.sweeper(_("Make the certificates’ PDFs"), queue="certificates")
    def make_waiting_documents() -> int: ...

A sweeper does what no hint came for. Each belongs to a queue. Those of a queue run each minute, or
`every` so often, by the task `cec.sweep` in that queue or by `manage.py run_due`; they live in an
app's `tasks.py`. `cec.jobs` keeps when.
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, Error, connection, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from cec import logs, trace
from cec.celery import app
from cec.health import Heartbeat
from cec.jobs import Job, Sweeper

logger = logging.getLogger(__name__)

SWEEP = "cec.sweep"
MOST_HINTS = 1_000  # that wait for the broker; more are dropped, for the sweepers to make good
HINT_SECONDS = 600  # a hint older than this is of no use
HINT_PRIORITY = 6  # a sweep (0) goes before the hints that wait: they may be thousands
TURN_SECONDS = 20  # for what a sweeper does row by row: all of them share a task's 90 seconds
SWEEP_SECONDS = 40  # after which a sweep begins no other sweeper

# In the order in which one process does them all: what the others write as mail goes out last.
QUEUES: tuple[str, ...] = tuple(settings.CELERY_TASK_QUEUES)
GENERAL: str = settings.CELERY_TASK_DEFAULT_QUEUE

Item = TypeVar("Item")
Function = TypeVar("Function", bound=Callable[[], Any])


class Skipped(Enum):
    """Why a sweep left out a sweeper."""

    NOT_DUE = _("not due yet")
    ELSEWHERE = _("another process is at it")
    NO_TIME = _("no time was left; it comes first the next time")

    def __str__(self) -> str:
        return str(self.value)


class Hints:
    """Sends hints from a thread of its own, so that no request ever waits for the broker."""

    def __init__(self, celery: Celery) -> None:
        self.celery = celery
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._waiting: queue.Queue[tuple[str, tuple[int, ...], str]] = queue.Queue(MOST_HINTS)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def offer(self, task_name: str, ids: tuple[int, ...]) -> bool:
        """Leave a hint to be sent soon. Never waits; False when too many wait already."""
        try:
            self._waiting.put_nowait((task_name, ids, trace.current().request_id))
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
            task_name, ids, request_id = self._waiting.get()
            try:
                self.celery.send_task(
                    task_name,
                    args=ids,
                    retry=False,
                    expires=HINT_SECONDS,
                    priority=HINT_PRIORITY,
                    headers={logs.ASKED_BY: request_id},
                )
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


def sweeper(
    label: Any, *, every: timedelta | None = None, queue: str = GENERAL
) -> Callable[[Function], Function]:
    """Register what runs each minute, or every so often; `label` says what it does.

    It finds its rows itself and may run twice. One that failed is tried again with the next sweep.
    """

    if queue not in QUEUES:
        raise ValueError(f"{queue} is no queue of CELERY_TASK_QUEUES")

    def register(function: Function) -> Function:
        name = f"{function.__module__}.{function.__qualname__}"
        _sweepers[name] = Sweeper(function, label, every, queue)
        return function

    return register


def sweepers() -> dict[str, Sweeper]:
    """Return all sweepers by name, the last one first: the later apps' write what mail tells of.

    Apps follow each other as they are installed, whichever was loaded first.
    """
    autodiscover_modules("tasks")
    installed = [None, *apps.get_app_configs()]
    in_order = sorted(
        _sweepers, key=lambda name: installed.index(apps.get_containing_app_config(name))
    )
    return {name: _sweepers[name] for name in reversed(in_order)}


def sweep(*queues: str, seconds: float = SWEEP_SECONDS) -> dict[str, object]:
    """Run the sweepers of these queues, or of all; return what each answered or raised.

    One that fails doesn't stop the others. After so many seconds for a queue no other of it is
    begun; those that have waited longest come first, so that the next sweep goes on where this one
    ended. The heartbeat of each queue is noted at its end.
    """
    answers: dict[str, object] = {}
    for queue_name in queues or QUEUES:
        over = time.monotonic() + seconds
        names = [name for name, row in sweepers().items() if row.queue == queue_name]
        for name in Job.longest_waiting_first(names):
            answers[name] = run(name) if time.monotonic() < over else Skipped.NO_TIME
        Heartbeat.beat(Heartbeat.of(queue_name))
    return answers


def run(name: str) -> object:
    """Run a sweeper if it is due and runs nowhere else; return what it answered or raised."""
    sweeper = _sweepers[name]
    try:
        with alone(name) as free:
            if not free:
                return Skipped.ELSEWHERE
            if sweeper.every and not Job.is_due(name, every=sweeper.every, now=timezone.now()):
                return Skipped.NOT_DUE
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
    with _held("pg_try_advisory_lock", "pg_advisory_unlock", name) as free:
        yield free


@contextmanager
def alone_at_last(name: str) -> Iterator[None]:
    """Wait until nobody else does the thing of this name; hold the name meanwhile.

    Raises `OperationalError` if that takes longer than the database's lock_timeout.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
    try:
        yield
    finally:
        _let_go("pg_advisory_unlock", name)


@contextmanager
def unless_alone(name: str) -> Iterator[bool]:
    """Say whether nobody is `alone` at the thing of this name; keep it so meanwhile.

    Any number of processes may be in here at once.
    """
    with _held("pg_try_advisory_lock_shared", "pg_advisory_unlock_shared", name) as free:
        yield free


@contextmanager
def _held(take: str, let_go: str, name: str) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {take}(hashtextextended(%s, 0))", [name])
        (free,) = cursor.fetchone()
    try:
        yield free
    finally:
        if free:
            _let_go(let_go, name)


def _let_go(function: str, name: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])
    except Error:
        if connection.in_atomic_block:
            raise
        connection.close()  # the lock ends with it, and what was raised before isn't hidden


def one_at_a_time(name: str) -> None:
    """Wait until no other transaction does the thing of this name; hold it until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
