"""Sixty days of reminders about suggestions, under everything that can go wrong with a night.

Days are walked by moving the clock and running the real command. Some nights run twice, some by
two processes at once, one process is killed with -9 in mid-scan, five nights nothing runs, and
once the clock is set back three days. What was told is compared, whole, with what the rulebook's
stages give for the dates.
"""

import io
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from audit.actors import SYSTEM
from congress.models import CalendarYear
from congress.services import load_year
from core.dates import local_date
from jobs.models import DueWork
from notifications.models import Clock, Notification, Reminder
from notifications.reminders import KIND
from tests.proposals.place import make_place
from tests.proposals.sixty_days import (
    DAYS,
    SILENT,
    START,
    Season,
    expected,
    special_days,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
REMIND = "notifications.remind"
TWICE = {day for day in DAYS if day.day % 6 == 0}
TOGETHER = {date(2026, 12, 8), date(2026, 12, 22), date(2027, 1, 5)}
KILLED = date(2026, 12, 23)
SET_BACK = date(2027, 1, 12)
# A process that drains with its clock set to whatever it is told, and says when it is done. The
# slow one commits its scan clock by clock, so that a kill finds it in the middle.
WORKER = """
import sys, time, django
django.setup()
import time_machine
from django.core.management import call_command
from notifications import reminders
if sys.argv[1] == "slow":
    reminders.CHUNK = 1
    plain, doze = reminders._remind, time.sleep
    def slow(*arguments):
        told = plain(*arguments)
        doze(0.4)
        return told
    reminders._remind = slow
print("up", flush=True)
for line in sys.stdin:
    with time_machine.travel(line.strip()):
        call_command("runjobs", "--once")
"""


def night(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 0, 20, tzinfo=SHANGHAI)


def run(day: date) -> None:
    with time_machine.travel(night(day)):
        call_command("runjobs", "--once", stdout=io.StringIO())


class Worker:
    """A process of its own on this test's database."""

    def __init__(self, pace: str, sink: str) -> None:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
            "TEST_DATABASE": connection.settings_dict["NAME"],
            "TEST_SINK": sink,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, pace], cwd=settings.BASE_DIR, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ready(self) -> None:
        assert self.process.stdout.readline() == "up\n"

    def begin(self, day: date) -> None:
        self.process.stdin.write(night(day).isoformat() + "\n")
        self.process.stdin.flush()

    def finish(self) -> None:
        assert self.process.stdout.readline().startswith("完成")

    def end(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def workers(tmp_path):
    """Two processes side by side and one to be killed."""
    running = [Worker(pace, str(tmp_path / "sink")) for pace in ("plain", "plain", "slow")]
    for worker in running:
        worker.ready()
    yield running
    for worker in running:
        worker.end()


def killed_in_mid_scan(worker: Worker, day: date) -> None:
    """Begin a night and kill -9 when part of it is told; the rest waits for the lease to end."""
    before = Reminder.objects.count()
    worker.begin(day)
    deadline = time.monotonic() + 20
    while Reminder.objects.count() == before:
        assert time.monotonic() < deadline, "nothing was told"
        time.sleep(0.02)
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait(20)
    part = Reminder.objects.count() - before
    reached = Clock.objects.filter(stopped_at=None, next_on__lte=day).count()
    assert part > 0
    assert reached > 0, "the kill came too late"
    left = DueWork.objects.get(kind=REMIND, done_at=None)
    run(day)  # somebody else's turn: what the dead one held is still its own
    assert Reminder.objects.count() == before + part
    assert left.claimed_until > datetime.now(UTC)
    ended = datetime.now(UTC) - timedelta(seconds=1)
    DueWork.objects.filter(pk=left.pk).update(claimed_until=ended)
    run(day)
    assert Reminder.objects.count() == before + part + reached


def what_was_told(names: dict[str, str]) -> list[tuple[str, str, str, int, date]]:
    """(person, rule, item, stage, day) of every reminder, out of the inboxes."""
    rules = dict(Clock.objects.values_list("id", "name"))
    people = dict(User.objects.values_list("id", "username"))
    found = []
    for row in Notification.objects.filter(kind=KIND):
        _, clock, _, stage, _ = row.key.split(":")
        day = local_date(row.created_at)
        item = names[row.object_code]
        found.append((people[row.user_id], rules[int(clock)], item, int(stage), day))
    return found


@pytest.mark.django_db(transaction=True)
def test_sixty_days_of_every_clock_give_exactly_the_expected_set(workers):
    CalendarYear.objects.filter(year=2027).delete()
    load_year(year=2027, days=special_days(), source="试", actor=SYSTEM, now=night(START))
    season = Season(make_place())
    season.before_the_window()
    first, second, victim = workers
    for day in DAYS:
        if day in SILENT:
            pass
        elif day == KILLED:
            killed_in_mid_scan(victim, day)
        elif day in TOGETHER:
            first.begin(day)
            second.begin(day)
            first.finish()
            second.finish()
        else:
            run(day)
        if day in TWICE - SILENT:
            run(day)
        if day == SET_BACK:
            for back in (3, 2, 1, 0):
                run(day - timedelta(days=back))
        season.happen_on(day)

    found = what_was_told(season.names)
    wanted = expected(season.runs(), season.office, [day for day in DAYS if day not in SILENT])
    assert (set(found) - wanted, wanted - set(found)) == (set(), set())
    assert len(found) == len(wanted) > 100
    assert not DueWork.objects.filter(dead_at__isnull=False).exists()
    assert not Notification.objects.filter(kind=KIND, deliveries=None).exists()
