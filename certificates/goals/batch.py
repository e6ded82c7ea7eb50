"""A batch on two workers against one, and what a worker keeps in memory over many certificates.

A worker here is a process that runs the workers' tasks on what waits, as those of Celery do, but
finds it by itself: with a broker its ways would be measured along.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from uuid import uuid4

from django.conf import settings

from cec.backups import postgres
from certificates import batches, making, proofs
from certificates.bench import FACTS
from certificates.goals import graduates
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared
from certificates.models import Batch, Certificate
from certificates.printing import pdf

FEWEST, MOST = 20, 1_000
SHARE = 33  # of the bench's participants, one has a certificate coming
MEGABYTE = 1_000_000
WORKER = (
    "import sys, django; django.setup();"
    "from certificates.goals import batch; batch.work(int(sys.argv[1]))"
)


def measure(filled: Filled) -> Iterator[Result]:
    count = min(MOST, max(FEWEST, filled.participants // SHARE))
    alone, (sizes,) = _issue(_batch(filled, count), workers=1)
    together, _sizes = _issue(_batch(filled, count), workers=2)
    name = f"{count} certificates, two workers"
    yield compared(name, together, most=0.625, than=alone, what="one worker")
    tenth = max(1, count // 10)
    warm = sizes[tenth:]  # what is read once is read by then
    growth = fmean(warm[-tenth:]) / fmean(warm[:tenth])
    yield at_most("Worker's memory", max(sizes) / MEGABYTE, most=200, unit="MB")
    yield at_most("Worker's memory, last tenth to first", growth, most=1.05, unit="x")


def _batch(filled: Filled, count: int) -> Batch:
    rows = graduates.add(filled.registration.program, count=count)
    return batches.confirm(proofs.sheet(rows, by=filled.office), by=filled.office, form_key=uuid4())


def _issue(batch: Batch, *, workers: int) -> tuple[float, list[list[int]]]:
    """The seconds that so many workers take for a batch, and each one's sizes after each PDF."""
    command = [sys.executable, "-c", WORKER, str(batch.pk)]
    # Hints to the broker go nowhere.
    environment = {
        **os.environ,
        "DATABASE_URL": postgres.address(),
        "REDIS_URL": "memory://localhost/",
        "DJANGO_SETTINGS_MODULE": "cec.settings",
    }
    running = [
        subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _worker in range(workers)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    start = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    sizes = [json.loads(process.communicate()[0]) for process in running]
    took = time.perf_counter() - start
    made = Certificate.objects.filter(batch_item__batch=batch, document__isnull=False).count()
    assert made == batch.items.count() == sum(map(len, sizes))
    return took, sizes


def work(batch_id: int) -> None:
    """What such a process does: warm up, then a share of the certificates and of the PDFs."""
    settings.DEBUG = False  # else the log of queries keeps each PDF that was stored
    pdf.render(FACTS)
    print("ready", flush=True)
    sys.stdin.readline()
    while batches.issue_some(batch_id):
        pass
    waiting = Certificate.objects.filter(batch_item__batch=batch_id).order_by("pk")
    sizes = [
        _size() for pk in list(waiting.values_list("pk", flat=True)) if making.make_document(pk)
    ]
    print(json.dumps(sizes))


def _size() -> int:
    """The bytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
