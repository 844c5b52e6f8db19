"""PERFORMANCE §6: the reminder scan, and how fast deliveries drain."""

from __future__ import annotations

import multiprocessing
import time
from datetime import timedelta
from typing import Any

from bench.figures import Report
from bench.place import World
from bench.sizes import Sizes

# Copies of one running clock of the demo, for objects that exist, so that people are found.
CLOCKS = """
INSERT INTO notifications_clock ({columns})
SELECT {values} FROM generate_series(1, %s) AS n,
  LATERAL (SELECT * FROM notifications_clock WHERE object_type = 'voices.message'
           ORDER BY id LIMIT 1) AS one
"""
NOTICES = """
INSERT INTO notifications_notification (key, kind, user_id, to_resident, object_type, object_code,
  region_code, text, created_at)
SELECT 'bench:' || n, 'voices.received', (SELECT min(id) FROM accounts_user), false,
  'voices.message', 'M00000001', '370782', '有新留言待受理', now() FROM generate_series(1, %s) AS n
"""
WORK = """
INSERT INTO jobs_duework (kind, key, payload, run_at, attempts, losses, last_error, created_at)
SELECT 'notifications.deliver', 'bench:' || n, '{}', now(), 0, 0, '', now()
FROM generate_series(1, %s) AS n
"""


def jobs(world: World, sizes: Sizes, report: Report) -> None:
    """Reminders of many clocks, then their deliveries by two workers."""
    _scan(world, sizes, report)
    _deliveries(world, sizes, report)


def _scan(world: World, sizes: Sizes, report: Report) -> None:
    from django.utils import timezone

    from core.dates import local_date
    from notifications.models import Clock
    from notifications.reminders import remind

    now = timezone.now()
    remind(now=now)  # what the demo itself has due
    _copy_clocks(world, sizes, local_date(now))
    cpu, started = time.process_time(), time.monotonic()
    before = _own_backend(world)
    told = remind(now=now)
    cpu, seconds = time.process_time() - cpu, time.monotonic() - started
    database = (_own_backend(world) - before) / 1000
    report.add("reminder_scan", cpu + database, "s", target=2,
               beside=f"CPU, database {database:.2f} of it; {sizes.clocks} clocks, "
               f"{sizes.due} due, {told} notices; by the clock {seconds:.1f} s")  # fmt: skip
    again = remind(now=now)
    report.add("reminders_again", again, "notices", target=0, beside="the same scan once more")
    Clock.objects.filter(name="bench").update(stopped_at=now, next_on=None)


def _copy_clocks(world: World, sizes: Sizes, today: Any) -> None:
    """Objects of their own for each clock: copies of one message under other numbers."""
    names = [row[0] for row in world.sql(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'notifications_clock' AND column_name <> 'id'"
    )]  # fmt: skip
    own = {
        "object_code": "'B' || lpad(n::text, 8, '0')", "name": "'bench'", "stopped_at": "NULL",
        "due_on": f"CASE WHEN n <= {sizes.due} THEN date '{today}'"
        f" ELSE date '{today + timedelta(days=40)}' END",
        "next_on": f"CASE WHEN n <= {sizes.due} THEN date '{today}'"
        f" ELSE date '{today + timedelta(days=30)}' END",
        "stages": """'[[-1, ["station"]], [0, ["owner"]], [1, ["owner", "station"]]]'""",
    }  # fmt: skip
    values = ", ".join(own.get(name, f'one."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    world.sql(CLOCKS.format(columns=columns, values=values), [sizes.clocks])
    _copy_messages(world, sizes.due)
    world.sql("ANALYZE notifications_clock")


def _copy_messages(world: World, count: int) -> None:
    own = {
        "code": "'B' || lpad(n::text, 8, '0')", "receipt_hash": "sha256(('b' || n)::bytea)",
        "outside_number": "''", "state": "'accepted'",
    }  # fmt: skip
    names = [row[0] for row in world.sql(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'voices_message' AND column_name <> 'id'"
    )]  # fmt: skip
    values = ", ".join(own.get(name, f'one."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    world.sql(
        f"INSERT INTO voices_message ({columns}) SELECT {values} FROM generate_series(1, %s) AS n,"
        " LATERAL (SELECT m.* FROM voices_message m WHERE deputy_code IS NOT NULL"
        " AND station_code IS NOT NULL ORDER BY id OFFSET n %% 50 LIMIT 1) AS one",
        [count],
    )


def _own_backend(world: World) -> float:
    from bench.clock import process_ms

    return process_ms(world.sql("SELECT pg_backend_pid()")[0][0])


def _deliveries(world: World, sizes: Sizes, report: Report) -> None:
    """Two processes drain the outbox to the inside channel (nothing leaves the house)."""
    world.sql("UPDATE jobs_duework SET done_at = now() WHERE done_at IS NULL AND dead_at IS NULL")
    world.sql(NOTICES, [sizes.deliveries])
    world.sql(WORK, [sizes.deliveries])
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("spawn")
    ready, go, cpu = context.Barrier(3), context.Event(), context.Array("d", 2)
    workers = [context.Process(target=_worker, args=(n, ready, go, cpu)) for n in range(2)]
    for worker in workers:
        worker.start()
    ready.wait(60)
    started = time.monotonic()
    go.set()
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - started
    done = world.sql("SELECT count(*) FROM jobs_duework WHERE key LIKE 'bench:%%'"
                     " AND done_at IS NOT NULL")[0][0]  # fmt: skip
    sent = world.sql("SELECT count(*), count(DISTINCT key) FROM notifications_delivery"
                     " WHERE key LIKE 'bench:%%'")[0]  # fmt: skip
    report.add("deliveries_per_second", done / seconds, "/s", target=500, at_least=True,
               beside=f"two workers, {done} of {sizes.deliveries}; "
               f"{sum(cpu) * 1000 / max(1, done):.2f} ms"
               f" of Python each; {sent[0]} delivery rows, {sent[0] - sent[1]} doubled")  # fmt: skip


def _worker(number: int, ready: Any, go: Any, cpu: Any) -> None:
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from jobs.services import drain

    connection.ensure_connection()
    ready.wait(60)
    go.wait()
    before = time.process_time()
    drain(now=timezone.now())
    cpu[number] = time.process_time() - before
