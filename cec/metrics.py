"""Figures for whoever watches the site by Prometheus: off unless METRICS_TOKEN is set.

What the web processes count (requests, answers and how long they took, by view) is
django_prometheus's; how the work stands is read from the database when somebody asks. No figure is
about a person.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cec import backlog, health
from cec.health import Heartbeat
from cec.jobs import Job

CONTENT_TYPE = CONTENT_TYPE_LATEST


def text() -> bytes:
    """Return all figures as Prometheus reads them: of all web processes, then of the work."""
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    standing = CollectorRegistry()
    standing.register(Standing())
    return generate_latest(counted) + generate_latest(standing)


class Standing(Collector):
    """How the work stands at this moment. Ages are in seconds."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """See prometheus_client's Collector. Without a database the checks alone are told."""
        yield _gauge("version", "The version that runs", ["version"], {(settings.VERSION,): 1})
        failing = health.failing()
        passes = {(name,): float(name not in failing) for name in ("database", *health.CHECKS)}
        yield _gauge("check", "1 if this check of /readyz passes", ["check"], passes)
        if "database" not in failing:
            yield from _work()
            yield from _jobs()


def _work() -> Iterator[GaugeMetricFamily]:
    standing = dict(backlog.standing())
    rows = {
        (name, state): counts[state]
        for name, counts in standing.items()
        for state in ("waiting", "running", "failed")
    }
    oldest = {(name,): _age(counts["oldest"]) for name, counts in standing.items()}
    yield _gauge("work_rows", "Rows of each kind of work", ["kind", "state"], rows)
    yield _gauge("work_oldest_seconds", "How long the oldest has waited", ["kind"], oldest)


def _jobs() -> Iterator[GaugeMetricFamily]:
    last = dict(Heartbeat.objects.values_list("name", "at"))
    swept = {
        (queue,): _age(last[Heartbeat.of(queue)])
        for queue in settings.CELERY_TASK_QUEUES
        if Heartbeat.of(queue) in last
    }
    jobs = list(Job.objects.all())
    succeeded = {(job.name,): _age(job.succeeded_at) for job in jobs if job.succeeded_at}
    failures = {(job.name,): job.failures for job in jobs}
    yield _gauge("sweep_age_seconds", "Since when a queue was swept", ["queue"], swept)
    yield _gauge("job_age_seconds", "Since when a job succeeded", ["job"], succeeded)
    yield _gauge("job_failures", "Failures of a job since it succeeded", ["job"], failures)


def _gauge(
    name: str, meaning: str, labels: Iterable[str], values: Mapping[Any, float]
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"cec_{name}", meaning, labels=list(labels))
    for label, value in values.items():
        gauge.add_metric(list(label), value)
    return gauge


def _age(since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (timezone.now() - since).total_seconds())
