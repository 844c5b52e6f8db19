"""What Prometheus may ask: requests by audience, and the state of the queue.

With several web processes each counts for itself; PROMETHEUS_MULTIPROC_DIR (set by `make run` and
the image) is where they put their numbers together.
"""

from __future__ import annotations

import os

from django.utils import timezone
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import REGISTRY, GaugeMetricFamily
from prometheus_client.registry import Collector

from jobs.models import DueWork
from jobs.services import oldest_overdue

REQUESTS = Counter(
    "liaison_requests", "Requests answered by Django", ["audience", "method", "status"]
)
SECONDS = Histogram(
    "liaison_request_seconds",
    "Time Django took",
    ["audience"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
PAGE_HITS = Counter("liaison_page_cache_hits", "Public pages served from memory")


class QueueCollector(Collector):
    """Asks the database when it is scraped."""

    def collect(self) -> list[GaugeMetricFamily]:
        now = timezone.now()
        open_work = DueWork.objects.filter(done_at__isnull=True, dead_at__isnull=True)
        rows = GaugeMetricFamily("liaison_due_work", "Rows of due work", labels=["state"])
        rows.add_metric(["waiting"], open_work.filter(run_at__gt=now).count())
        rows.add_metric(["due"], open_work.filter(run_at__lte=now).count())
        rows.add_metric(["dead"], DueWork.objects.filter(dead_at__isnull=False).count())
        age = GaugeMetricFamily("liaison_due_work_age_seconds", "Age of the oldest row that is due")
        age.add_metric([], oldest_overdue(now=now).total_seconds())
        return [rows, age]


def exposition() -> bytes:
    """The text Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(QueueCollector())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return bytes(generate_latest(registry))
    return bytes(generate_latest(registry) + generate_latest(REGISTRY))
