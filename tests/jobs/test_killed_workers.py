"""Workers killed with -9 in mid-run: nothing lost, nothing doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from jobs.models import DueWork
from notifications.models import Delivery, Notification
from notifications.services import DELIVER, notify

NOTICES, KILLS = 1500, 6
# Slow the batches down, so that a kill finds a worker in the middle of one.
WORKER = """
import time, django
django.setup()
from django.utils import timezone
from jobs.services import draining
from jobs.services import drain
from notifications import delivery
draining.BATCH = 25
plain = delivery.write_sink
def slow(*arguments):
    time.sleep(0.004)
    plain(*arguments)
delivery.write_sink = slow
print("up", flush=True)
while True:
    drain(now=timezone.now(), limit=500)
    time.sleep(0.05)
"""


@pytest.fixture
def worker(tmp_path):
    """Starts worker processes on this test's database; kills what is left of them at the end."""
    running = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
        "TEST_DATABASE": connection.settings_dict["NAME"],
        "TEST_SINK": str(tmp_path / "sink"),
    }

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER], cwd=settings.BASE_DIR, env=environment,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        running.append(process)
        assert process.stdout.readline() == b"up\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.wait(20)
        process.stdout.close()


@pytest.mark.django_db(transaction=True)
def test_kill_9_loses_nothing_and_doubles_nothing(worker, tmp_path):
    people = [User.objects.create(username=f"p{n}", name="某").pk for n in range(3)]
    obj = User.objects.get(pk=people[0])
    for n in range(NOTICES // 3):
        notify(
            user_ids=people, kind="tests.kind", obj=obj, text="x", key=f"k{n}",
            now=timezone.now(),
        )  # fmt: skip
    chance, interrupted = random.Random(3), 0
    for _ in range(KILLS):
        process = worker()
        time.sleep(chance.uniform(0.02, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        interrupted += claimed().exists()
    assert interrupted > KILLS // 2, "no kill found a worker in mid-run"

    killed_at = time.monotonic()
    worker()
    deadline = killed_at + 60
    while DueWork.objects.filter(kind=DELIVER, done_at=None).exists():
        assert time.monotonic() < deadline, "work stays undone"
        time.sleep(0.1)

    assert Notification.objects.count() == NOTICES
    assert Delivery.objects.count() == NOTICES
    assert not DueWork.objects.filter(dead_at__isnull=False).exists()
    keys = [json.loads(p.read_text())["key"] for p in (tmp_path / "sink").glob("*.json")]
    assert sorted(keys) == sorted(Delivery.objects.values_list("key", flat=True))


def claimed():
    """Rows a dead worker left behind under its lease."""
    return DueWork.objects.filter(kind=DELIVER, done_at=None, claimed_until__gt=timezone.now())
