"""Putting due work into the queue and looking after it."""

import json
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from django.db import connection, transaction

from audit.actors import Actor
from audit.services import record
from core.errors import Forbidden
from core.postgres import Prepared
from jobs import registry
from jobs.models import DueWork

log = structlog.get_logger(__name__)
_nudges: list[Callable[[], None]] = []
KEPT = timedelta(days=400)

# One statement for any number of rows; the unique (kind, key) decides which are new.
_INSERT = """
INSERT INTO jobs_duework (kind, key, payload, run_at, attempts, losses, last_error, created_at)
SELECT kind, key, payload, run_at, 0, 0, '', now() FROM jsonb_to_recordset(%s::jsonb)
    AS r(kind text, key text, payload jsonb, run_at timestamptz)
ON CONFLICT (kind, key) DO NOTHING
"""


def on_nudge(function: Callable[[], None]) -> None:
    """Register what wakes the drainers early (Celery, when there is a broker).

    It is called soon after a commit, in a thread of its own: a broker that is away takes seconds
    to say so, and no request may wait for it.
    """
    _nudges.append(function)


class _Nudger:
    """Calls the nudges in a daemon thread that starts with the first one (after any fork)."""

    def __init__(self) -> None:
        self._wanted, self._lock = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        if not _nudges:
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            for function in _nudges:
                try:
                    function()
                except Exception as error:
                    log.warning("nudge_failed", error=type(error).__name__)


_nudge = _Nudger()


def schedule(
    *, kind: str, key: str, run_at: datetime, payload: dict[str, Any] | None = None
) -> bool:
    """Put one piece of work in the queue; False when `(kind, key)` is there already.

    `payload` holds ids, codes and dates only. Written in the caller's transaction.
    """
    row = DueWork(kind=kind, key=key, run_at=run_at, payload=payload or {})
    return schedule_many([row]) == 1


def schedule_many(rows: Iterable[DueWork], *, beside: tuple[str, list[Any]] | None = None) -> int:
    """Insert many at once, skipping those whose `(kind, key)` exists. Returns how many are new.

    `beside` is an insert of the caller's (SQL and values) that goes out in the same statement.
    """
    rows = list(rows)
    for kind in {row.kind for row in rows}:
        if registry.job(kind) is None:
            raise ValueError(f"unknown kind of due work: {kind}")
    if not rows:
        return 0
    content = [
        {"kind": r.kind, "key": r.key, "payload": r.payload, "run_at": r.run_at.isoformat()}
        for r in rows
    ]
    sql, values = beside or ("", [])
    with connection.cursor() as cursor:
        cursor.execute(_insert_beside(sql), [*values, json.dumps(content)])
        count = int(cursor.rowcount)
    if count:
        nudge_after_commit()
    return count


def nudge_after_commit() -> None:
    """Wake the drainers once the work that was just put in the queue is there for them."""
    transaction.on_commit(_nudge, robust=True)


@cache
def _insert_beside(sql: str) -> Prepared:
    return Prepared(f"WITH beside AS ({sql}){_INSERT}" if sql else _INSERT)


def cancel(*, kind: str, key: str, now: datetime) -> bool:
    """Mark work that is not needed any more as done. False when it was done or never there."""
    found = DueWork.objects.filter(kind=kind, key=key, done_at__isnull=True)
    return found.update(done_at=now) == 1


def revive(*, pk: int, actor: Actor, now: datetime) -> bool:
    """Put a dead row back in the queue with all its attempts. False when it is not dead."""
    if not actor.has_perm("jobs.revive_duework"):
        raise Forbidden()
    with transaction.atomic():
        dead = DueWork.objects.select_for_update().filter(pk=pk, dead_at__isnull=False).first()
        if dead is None:
            return False
        DueWork.objects.filter(pk=pk).update(
            dead_at=None, run_at=now, attempts=0, losses=0, claimed_until=None, claim=None
        )
        record(actor=actor, action="jobs.revived", obj=dead, now=now, data={"kind": dead.kind})
        nudge_after_commit()
    return True


def oldest_overdue(*, now: datetime) -> timedelta:
    """How long the oldest open work has been due; zero when nothing waits. For `/readyz`."""
    first = (
        DueWork.objects.filter(done_at__isnull=True, dead_at__isnull=True, run_at__lte=now)
        .order_by("run_at")
        .values_list("run_at", flat=True)
        .first()
    )
    return now - first if first else timedelta(0)


def purge(*, now: datetime) -> int:
    """Forget work done more than 400 days ago; keys of reminders never come back that late."""
    return int(DueWork.objects.filter(done_at__lt=now - KEPT).delete()[0])
