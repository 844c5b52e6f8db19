"""Scheduling and draining due work."""

from jobs.services.bulk import BULK, do_part, forget_runs, prepare_run, start_run
from jobs.services.draining import DrainResult, drain, ensure_recurring
from jobs.services.queue import (
    cancel,
    nudge_after_commit,
    oldest_overdue,
    on_nudge,
    purge,
    revive,
    schedule,
    schedule_many,
)

__all__ = [
    "BULK",
    "DrainResult",
    "cancel",
    "do_part",
    "drain",
    "ensure_recurring",
    "forget_runs",
    "nudge_after_commit",
    "oldest_overdue",
    "on_nudge",
    "prepare_run",
    "purge",
    "revive",
    "schedule",
    "schedule_many",
    "start_run",
]
