"""Who hears of pages served from memory: the metrics, and whoever registers in `counter`."""

from __future__ import annotations

import atexit

import structlog
from django.db import connection

from liaison.metrics import PAGE_HITS
from liaison.pagecache import HitCounter

log = structlog.get_logger(__name__)
counter = HitCounter()


def _count(counts: dict[str, int]) -> None:
    PAGE_HITS.inc(sum(counts.values()))


def tell(function: object) -> None:
    """Register a listener that may use the database; its failure is logged, not raised."""

    def listener(counts: dict[str, int]) -> None:
        try:
            function(counts)  # type: ignore[operator]
        except Exception as error:
            log.warning("page_hits_lost", error=type(error).__name__, count=sum(counts.values()))
        finally:
            connection.close()  # the flushing thread keeps no connection between batches

    counter.listeners.append(listener)


counter.listeners.append(_count)
atexit.register(counter.flush)
