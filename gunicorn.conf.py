"""The web server of production: `gunicorn` reads this file in the folder that it is started in."""

import os
import shutil
import tempfile
from typing import Any

wsgi_app = "cec.wsgi"
bind = "0.0.0.0:8000"  # before it stands a proxy that speaks HTTPS (docs/operations.md)

# Threads, so that somebody on a slow line doesn't keep a process from the others, whether the proxy
# takes in whole requests first, as nginx does, or passes them on as they come.
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
preload_app = True  # the processes share what they have loaded

timeout = 60  # seconds without a sign of life, after which a process is replaced
graceful_timeout = 25  # for what is being answered when the server is told to end
keepalive = 75  # longer than proxies keep a line that nobody uses: they end it, not we
max_requests = 5_000
max_requests_jitter = 500  # so that not all begin anew at once
worker_tmp_dir = "/dev/shm"  # noqa: S108 - a sign of life never waits for a disk
control_socket_disable = True  # nobody commands it but by signals

# Which proxies may be believed is TRUSTED_PROXY_COUNT's matter, and Django's.
forwarded_allow_ips = ""

logger_class = "cec.access_log.Log"
accesslog = "-"

# What the processes count lies in files, one for each place that a process can have: a process that
# begins anew goes on in the place of the one before it. Who asks for the counts is cec/metrics.py.
_place = 0
if os.environ.get("METRICS_TOKEN"):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="cec-metrics-")
    from prometheus_client import values

    values.ValueClass = values.MultiProcessValue(lambda: _place)


def pre_fork(server: Any, worker: Any) -> None:
    """Give the process the first place that no other has."""
    taken = {getattr(other, "place", 0) for other in server.WORKERS.values()}
    worker.place = next(place for place in range(1, len(taken) + 2) if place not in taken)


def post_fork(server: Any, worker: Any) -> None:
    """Let the process know its place."""
    global _place
    _place = worker.place


def on_exit(server: Any) -> None:
    """Remove the counts."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
