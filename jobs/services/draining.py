"""Draining due work. Celery, the embedded loop and the command call the same `drain`."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from jobs import registry
from jobs.models import DueWork
from jobs.registry import Job, Later, Mode
from jobs.services.queue import schedule_many

log = structlog.get_logger(__name__)
BATCH = 100
# A look at the slow lane after so many batches of the fast one, so that neither starves.
TURNS = 5
# Work that killed its worker this often is dead: it would kill every worker there is.
LOSSES = 20
ATTEMPTS_OF_UNKNOWN = 8
_COLUMNS = "id, kind, key, payload, run_at, claim, attempts, losses, created_at"
_CLAIM = f"""
UPDATE jobs_duework SET claim = %(claim)s,
    losses = losses + (claimed_until IS NOT NULL)::int,
    claimed_until = clock_timestamp() + make_interval(secs =>
        coalesce((%(leases)s::jsonb ->> kind)::int, %(lease)s))
WHERE id IN (
    SELECT id FROM jobs_duework
    WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= %(now)s AND ({{lane}})
    ORDER BY run_at, id LIMIT %(size)s FOR UPDATE SKIP LOCKED)
RETURNING {_COLUMNS}
"""  # noqa: S608  no value of anybody's is in it
# Fast: fresh rows of quick kinds. Slow, one at a time: kinds that are slow or talk to the world,
# and rows whose worker died with them (one of those may be what killed it).
_FAST = _CLAIM.format(lane="claimed_until IS NULL AND kind <> ALL(%(slow)s)")
_SLOW = _CLAIM.format(
    lane="claimed_until < clock_timestamp() OR (claimed_until IS NULL AND kind = ANY(%(slow)s))"
)


@dataclass
class DrainResult:
    """How many rows ended which way."""

    done: int = 0
    failed: int = 0
    dead: int = 0
    lost: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    def count_done(self, rows: list[DueWork]) -> None:
        self.done += len(rows)
        for row in rows:
            self.kinds[row.kind] = self.kinds.get(row.kind, 0) + 1


def drain(*, now: datetime, limit: int | None = None) -> DrainResult:
    """Do everything that is due at `now`, in batches, until nothing is left or `limit` is reached.

    Safe to run in any number of processes at once: rows are claimed with SKIP LOCKED under a
    lease on the wall clock, and each handler commits together with its row's `done_at`. A worker
    that dies loses nothing: its rows are claimed again when the lease is over.
    """
    ensure_recurring(now=now)
    result = DrainResult()
    for batch in _batches(now, limit):
        for kind, rows in groupby(sorted(batch, key=lambda r: r.kind), key=lambda r: r.kind):
            _run(registry.job(kind), list(rows), now, result)
    return result


def ensure_recurring(*, now: datetime) -> None:
    """Queue the current slot of everything that recurs."""
    rows = []
    for kind, entry in registry.recurring().items():
        seconds = entry.every.total_seconds()
        slot = int(now.timestamp() // seconds)
        at = datetime.fromtimestamp(slot * seconds, tz=UTC)
        rows.append(DueWork(kind=kind, key=f"{kind}:{slot}", run_at=at, payload={}))
    schedule_many(rows)


def _batches(now: datetime, limit: int | None) -> Iterator[list[DueWork]]:
    """Claimed rows: batches of the fast lane, and now and then one row of the slow one."""
    taken = turn = 0
    while limit is None or taken < limit:
        turn += 1
        size = BATCH if limit is None else min(BATCH, limit - taken)
        batch = [] if turn % TURNS == 0 else _claim(_FAST, now, size)
        batch = batch or _claim(_SLOW, now, 1) or _claim(_FAST, now, size)
        if not batch:
            return
        taken += len(batch)
        yield batch


def _claim(sql: str, now: datetime, size: int) -> list[DueWork]:
    jobs = registry.jobs().values()
    values: dict[str, Any] = {
        "claim": uuid.uuid4(), "now": now, "size": size, "lease": 60,
        "leases": json.dumps({job.kind: job.lease for job in jobs}),
        "slow": [job.kind for job in jobs if job.is_slow],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        rows = [_row(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: (row.run_at, row.pk))


def _row(values: dict[str, Any]) -> DueWork:
    if isinstance(values["payload"], str):
        values["payload"] = json.loads(values["payload"])
    return DueWork(**values)


def _run(job: Job | None, rows: list[DueWork], now: datetime, result: DrainResult) -> None:
    """Do claimed rows of one kind; one bad row must not stop the queue."""
    if job is not None and job.mode is Mode.MANY and len(rows) > 1:
        try:
            _in_transaction(job.many, rows, now, result)
        except Exception as error:
            log.warning("due_work_batch_failed", kind=job.kind, error=type(error).__name__)
        else:
            return
    for row in rows:
        _run_one(job, row, now, result)


def _run_one(job: Job | None, row: DueWork, now: datetime, result: DrainResult) -> None:
    try:
        if job is None:
            raise LookupError(f"no handler for {row.kind}")
        if row.losses > LOSSES:
            raise _WorkerLost
        if job.mode is Mode.OUTSIDE:
            _outside(job, row, now, result)
        else:
            _in_transaction(job.many, [row], now, result)
    except Later as later:
        _mine(row).update(claimed_until=None, run_at=later.at)
    except Exception as error:
        _fail(row, error, now, result, job.attempts if job else ATTEMPTS_OF_UNKNOWN)


class _WorkerLost(Exception):
    """Workers died with this row in their hands, again and again."""


def _in_transaction(
    handler: Callable[[list[DueWork], datetime], object],
    rows: list[DueWork],
    now: datetime,
    result: DrainResult,
) -> None:
    """The handler's writes and the done marks commit together, or not at all."""
    with transaction.atomic():
        ours = DueWork.objects.select_for_update(skip_locked=True).filter(
            pk__in=[row.pk for row in rows], claim=rows[0].claim, done_at__isnull=True
        )
        held = set(ours.values_list("pk", flat=True))
        mine = [row for row in rows if row.pk in held]
        if mine:
            handler(mine, now)
            DueWork.objects.filter(pk__in=held).update(done_at=timezone.now(), last_error="")
    result.lost += len(rows) - len(mine)  # the lease ran out and somebody else took them
    result.count_done(mine)


def _outside(job: Job, row: DueWork, now: datetime, result: DrainResult) -> None:
    """The handler talks to the world between two transactions, under a renewed lease."""
    # by the database's clock, as in the claim: an app's clock that jumped protects nothing
    if _mine(row).update(claimed_until=Now() + timedelta(seconds=job.lease)) != 1:
        result.lost += 1
        return
    job.one(row, now)
    _mine(row).update(done_at=timezone.now(), last_error="")
    result.count_done([row])


def _mine(row: DueWork) -> Any:
    return DueWork.objects.filter(pk=row.pk, claim=row.claim, done_at__isnull=True)


def _fail(row: DueWork, error: Exception, now: datetime, result: DrainResult, most: int) -> None:
    """Back off 10 s, 20 s, 40 s … at most an hour; after the last attempt the row is dead."""
    tried = row.attempts + 1
    dead = tried >= most or isinstance(error, _WorkerLost)
    _mine(row).update(
        attempts=tried,
        claimed_until=None,
        run_at=now + timedelta(seconds=min(3600, 10 * 2 ** (tried - 1))),
        dead_at=now if dead else None,
        # the class only: a message may quote what a resident wrote
        last_error=type(error).__name__.strip("_")[:200],
    )
    result.dead += dead
    result.failed += not dead
    log.warning("due_work_failed", kind=row.kind, key=row.key, error=type(error).__name__)
