"""Due work: once each, whatever happens to the workers."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from audit.actors import SYSTEM
from core.errors import Forbidden
from jobs import registry
from jobs.models import DueWork
from jobs.registry import Later
from jobs.services import (
    cancel,
    drain,
    oldest_overdue,
    purge,
    queue,
    revive,
    schedule,
    schedule_many,
)
from jobs.services.draining import LOSSES
from tests.world import make_user

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
KIND = "tests.work"


@pytest.fixture(autouse=True)
def only_our_kinds(monkeypatch):
    """The house's recurring jobs would be counted as well."""
    monkeypatch.setattr(registry, "_recurring", {})
    monkeypatch.setattr(registry, "_jobs", {})


def works(keys, *, at=NOW, kind=KIND):
    return schedule_many(DueWork(kind=kind, key=str(k), run_at=at, payload={"n": 1}) for k in keys)


def states():
    rows = DueWork.objects.order_by("id")
    return [(r.key, bool(r.done_at), bool(r.dead_at), r.attempts) for r in rows]


@pytest.mark.django_db
class TestQueue:
    def test_same_key_is_queued_once(self):
        registry.register(KIND, lambda work, now: None)
        assert schedule(kind=KIND, key="a", run_at=NOW)
        assert not schedule(kind=KIND, key="a", run_at=NOW)
        assert works(["a", "b", "b"]) == 1

    def test_unknown_kind_is_refused_when_queued(self):
        with pytest.raises(ValueError, match="nobody"):
            schedule(kind="nobody", key="a", run_at=NOW)

    def test_work_is_done_in_order_when_due_and_only_then(self):
        done = []
        registry.register(KIND, lambda work, now: done.append((work.key, work.payload, now)))
        works(["late"], at=NOW + timedelta(seconds=1))
        works(["b"], at=NOW)
        works(["a"], at=NOW - timedelta(hours=1))

        result = drain(now=NOW)

        assert done == [("a", {"n": 1}, NOW), ("b", {"n": 1}, NOW)]
        assert (result.done, result.kinds) == (2, {KIND: 2})
        assert drain(now=NOW).done == 0
        assert oldest_overdue(now=NOW + timedelta(minutes=1)) == timedelta(seconds=59)

    def test_limit_is_kept(self):
        registry.register(KIND, lambda work, now: None)
        works(range(10))
        assert drain(now=NOW, limit=3).done == 3
        assert drain(now=NOW).done == 7

    def test_failing_work_backs_off_and_dies(self):
        def boom(work, now):
            raise ValueError("13812345678 words of a resident")

        registry.register(KIND, boom, attempts=3)
        works(["a"])
        seen, now = [], NOW
        for _ in range(4):
            result = drain(now=now)
            row = DueWork.objects.get()
            seen.append((result.failed, result.dead, (row.run_at - now).total_seconds()))
            now = row.run_at
        assert seen[:3] == [(1, 0, 10), (1, 0, 20), (0, 1, 40)]
        assert states() == [("a", False, True, 3)]
        assert DueWork.objects.get().last_error == "ValueError"
        assert oldest_overdue(now=now) == timedelta(0)

    def test_failing_work_writes_nothing_and_stops_nobody(self):
        def handler(work, now):
            DueWork.objects.create(kind=KIND, key=f"child of {work.key}", run_at=now)
            if work.key == "bad":
                raise ValueError

        registry.register(KIND, handler)
        works(["good", "bad", "best"], at=NOW)
        drain(now=NOW, limit=3)
        keys = set(DueWork.objects.values_list("key", flat=True))
        assert keys == {"good", "bad", "best", "child of good", "child of best"}

    def test_batch_falls_back_to_single_rows(self):
        seen = []

        def many(rows, now):
            seen.append([r.key for r in rows])
            if any(r.key == "bad" for r in rows):
                raise ValueError

        registry.register_many(KIND, many)
        works(["a", "bad", "c"])
        result = drain(now=NOW)
        assert seen == [["a", "bad", "c"], ["a"], ["bad"], ["c"]]
        assert (result.done, result.failed) == (2, 1)

    def test_later_is_no_attempt(self):
        def later(work, now):
            raise Later(NOW + timedelta(hours=2))

        registry.register(KIND, later, outside=True)
        works(["a"])
        drain(now=NOW)
        row = DueWork.objects.get()
        assert (row.attempts, row.run_at, row.claimed_until) == (0, NOW + timedelta(hours=2), None)

    def test_work_of_a_kind_nobody_knows_any_more_waits_and_then_shows_as_dead(self):
        DueWork.objects.create(kind="gone", key="a", run_at=NOW)
        now = NOW
        for _ in range(8):
            drain(now=now)
            now = DueWork.objects.get().run_at
        row = DueWork.objects.get()
        assert (bool(row.dead_at), row.last_error) == (True, "LookupError")

    def test_row_that_kills_its_workers_dies_alone(self):
        done = []
        registry.register(KIND, lambda work, now: done.append(work.key))
        works(["killer", "mate"])
        past = datetime.now(UTC) - timedelta(seconds=1)
        DueWork.objects.filter(key="killer").update(claimed_until=past, losses=LOSSES)
        result = drain(now=NOW)
        assert (done, result.dead) == (["mate"], 1)
        assert DueWork.objects.get(key="killer").last_error == "WorkerLost"

    @pytest.mark.parametrize("jump", [timedelta(days=-3), timedelta(days=3)])
    def test_a_lease_is_by_the_databases_clock_whatever_the_workers_says(self, jump):
        """A worker whose own clock jumped neither loses its claim at once nor keeps it for days."""
        held = []

        def handler(work, now):
            held.append(DueWork.objects.get(pk=work.pk).claimed_until)

        registry.register(KIND, handler, lease=60, outside=True)
        works(["a"])
        with time_machine.travel(datetime.now(UTC) + jump):
            drain(now=NOW)
        left = held[0] - datetime.now(UTC)
        assert timedelta(0) < left <= timedelta(seconds=60)

    def test_row_whose_worker_died_is_done_when_the_lease_is_over(self):
        done = []
        registry.register(KIND, lambda work, now: done.append(work.key))
        works(["a"])
        ahead = datetime.now(UTC) + timedelta(seconds=5)
        DueWork.objects.update(claimed_until=ahead)
        assert drain(now=NOW).done == 0
        DueWork.objects.update(claimed_until=datetime.now(UTC) - timedelta(seconds=1))
        assert drain(now=NOW).done == 1
        assert (done, DueWork.objects.get().losses) == (["a"], 1)

    def test_slow_kind_does_not_starve_nor_hold_up(self):
        order = []
        registry.register("quick", lambda work, now: order.append("q"))
        registry.register("slow", lambda work, now: order.append("S"), outside=True)
        works(range(1000), kind="quick")
        works(range(2), kind="slow", at=NOW - timedelta(hours=1))
        drain(now=NOW)
        assert order.count("q") == 1000
        assert order.index("S") == 400

    def test_recurring_runs_once_a_slot(self):
        ran = []
        registry.register_recurring(
            "tick", lambda w, now: ran.append(now), every=timedelta(hours=1)
        )
        for minutes in (0, 5, 29, 31, 200):
            drain(now=NOW + timedelta(minutes=minutes))
        assert [int((n - NOW).total_seconds() / 60) for n in ran] == [0, 31, 200]

    def test_cancelled_work_is_not_done(self):
        registry.register(KIND, lambda work, now: pytest.fail("done all the same"))
        works(["a"])
        assert cancel(kind=KIND, key="a", now=NOW)
        assert not cancel(kind=KIND, key="a", now=NOW)
        assert drain(now=NOW).done == 0

    def test_purge_keeps_what_may_still_matter(self):
        registry.register(KIND, lambda work, now: None)
        works(["old", "young", "open"])
        DueWork.objects.filter(key="old").update(done_at=NOW - timedelta(days=401))
        DueWork.objects.filter(key="young").update(done_at=NOW - timedelta(days=399))
        assert purge(now=NOW) == 1
        assert sorted(DueWork.objects.values_list("key", flat=True)) == ["open", "young"]

    def test_revive_needs_the_right_and_a_dead_row(self):
        staff = make_user("sys", "system_admin", "region", "370782", "370782")
        other = make_user("mod", "moderator", "region", "370782", "370782")
        row = DueWork.objects.create(kind=KIND, key="a", run_at=NOW, dead_at=NOW, attempts=8)
        for actor in (other, SYSTEM):
            with pytest.raises(Forbidden):
                revive(pk=row.pk, actor=actor, now=NOW)
        assert revive(pk=row.pk, actor=staff, now=NOW)
        assert not revive(pk=row.pk, actor=staff, now=NOW)
        row.refresh_from_db()
        assert (row.dead_at, row.attempts) == (None, 0)


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_nudge_comes_after_commit_and_hurts_nobody(self, monkeypatch):
        """A broker that is away takes its time and then raises; the request has long gone on."""
        registry.register(KIND, lambda work, now: None)
        called = []

        def dead_broker():
            called.append(DueWork.objects.count())
            connection.close()
            time.sleep(3)
            raise ConnectionError

        monkeypatch.setattr(queue, "_nudges", [dead_broker])
        begin = time.perf_counter()
        with transaction.atomic():
            works(["a"])
            time.sleep(0.3)
            assert called == []
        for key in "bcd":
            works([key])
        works(["a"])
        assert time.perf_counter() - begin < 2
        deadline = time.monotonic() + 10
        while not called and time.monotonic() < deadline:
            time.sleep(0.01)
        assert called
        assert called[0] >= 1

    def test_many_workers_at_once_do_each_row_once(self):
        done, lock = [], threading.Lock()

        def handler(work, now):
            with lock:
                done.append(work.key)

        registry.register(KIND, handler)
        works(range(500))

        def worker():
            try:
                drain(now=NOW)
            finally:
                connection.close()

        threads = [threading.Thread(target=worker) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(done, key=int) == [str(n) for n in range(500)]

    def test_work_outlasting_its_lease_is_not_taken_by_another(self):
        """The row lock protects a transaction that is slower than its lease."""
        done = []
        started = threading.Event()

        def slow(work, now):
            started.set()
            time.sleep(1.5)
            done.append(threading.get_ident())

        registry.register(KIND, slow, lease=0)
        works(["a"])

        def worker():
            try:
                drain(now=NOW)
            finally:
                connection.close()

        thread = threading.Thread(target=worker)
        thread.start()
        started.wait(10)
        drain(now=NOW)
        thread.join(30)
        assert len(done) == 1
