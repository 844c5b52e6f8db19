"""Counting scans by day without a hot row: in memory first, then one statement for many codes.

A counter row that every scan locks cuts everything behind it to a tenth, so each process adds
up for some seconds. Nothing about the visitor is kept. What a killed process had not handed on
(five seconds of counts) is lost; everything else is exact. docs/decisions/0201.
"""

import atexit
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date

import structlog
from django.db import connection
from django.utils import timezone

from core.dates import local_date

log = structlog.get_logger(__name__)
EVERY_SECONDS = 5.0
_PATH = re.compile(r"/q/([^/]+)/?")
_UPSERT = """
    INSERT INTO codes_dailyscan AS kept (code_id, "on", count)
    SELECT codes_code.id, seen.day, seen.count
      FROM unnest(%s::text[], %s::date[], %s::int[]) AS seen(token, day, count)
      JOIN codes_code USING (token)
     ORDER BY codes_code.id
    ON CONFLICT (code_id, "on") DO UPDATE SET count = kept.count + excluded.count
"""  # in the order of ids, so that two processes never wait for each other in a circle


class ScanCounter:
    """Adds up scans by token and day; `flush` writes them."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, date]] = Counter()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, token: str, count: int = 1) -> None:
        with self._lock:
            self._counts[token, local_date(timezone.now())] += count

    def take_paths(self, counts: Mapping[str, int]) -> None:
        """Add pages that were served from memory, by path; other pages than codes' are ignored."""
        for path, count in counts.items():
            found = _PATH.fullmatch(path)
            if found:
                self.add(found[1].lower(), count)

    def flush(self) -> int:
        """Write what was counted; returns how many rows. Kept for the next time if it fails."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return 0
        tokens, days = zip(*counts, strict=True)
        try:
            with connection.cursor() as cursor:
                cursor.execute(_UPSERT, [list(tokens), list(days), list(counts.values())])
                return int(cursor.rowcount)
        except Exception:
            with self._lock:
                self._counts.update(counts)
            raise

    def start(self) -> None:
        """Flush every few seconds from now on. Called by the web server's processes only."""
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._loop, name="scans", daemon=True)
            self._thread.start()
        atexit.register(self._flush_or_log)

    def _loop(self) -> None:
        while True:
            time.sleep(EVERY_SECONDS)
            self._flush_or_log()

    def _flush_or_log(self) -> None:
        try:
            self.flush()
        except Exception as error:  # the database is away: the counts wait
            log.warning("scans_wait", error=type(error).__name__)
        finally:
            connection.close()  # this thread keeps no connection between batches


counter = ScanCounter()
