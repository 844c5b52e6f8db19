"""Celery, the fast path: it only ever drains due work, so losing it loses nothing.

The schedule stands in code; nobody can stop the deadline check from a web page.
"""

from __future__ import annotations

import os
import time
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

DRAIN = "jobs.tasks.drain_due_work"
DRAIN_SECONDS = 5.0
app.conf.beat_schedule = {
    # expires: a worker that was away must not find an hour of ticks waiting for it
    "drain-due-work": {
        "task": DRAIN,
        "schedule": DRAIN_SECONDS,
        "options": {"expires": DRAIN_SECONDS},
    },
}
log = structlog.get_logger(__name__)


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Celery must not replace the logging that Django has set up."""


class Nudge:
    """Wakes a worker after a commit. Cheap when often called, silent when the broker is away."""

    GAP_SECONDS = 0.2  # within it the worker woken last sees the new row as well, or beat does
    AWAY_SECONDS = 30.0

    def __init__(self) -> None:
        self._not_before = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if now < self._not_before:
            return
        self._not_before = now + self.GAP_SECONDS
        try:
            app.send_task(DRAIN, expires=60, retry=False)
        except Exception as error:  # whatever the broker says, the row is already committed
            self._not_before = now + self.AWAY_SECONDS
            log.warning("broker_away", error=type(error).__name__)


nudge = Nudge()
