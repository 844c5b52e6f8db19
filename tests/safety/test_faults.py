"""Processes killed without warning and a broker that is away: nothing told twice, nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as house
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from jobs.models import DueWork
from notifications.models import Delivery, Notification
from notifications.services import notify
from tests.conftest import free_port, wait_for_port
from tests.voices.conftest import say
from tests.world import make_county
from voices.models import Message
from voices.services import by_receipt

pytestmark = pytest.mark.django_db(transaction=True)
DEAD_PORT = "redis://127.0.0.1:1/0"


def environment(**more: str) -> dict[str, str]:
    """Of another process on this test's database, with a broker that is away."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.safety.killed_settings",
        "TEST_REDIS_URL": DEAD_PORT, "TEST_SINK": "",
        "TEST_DATABASE": connection.settings_dict["NAME"], "ALLOWED_HOSTS": "127.0.0.1",
    } | more  # fmt: skip


def start(command: list[str], log: Path, **more: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, *command], cwd=house.BASE_DIR, env=environment(**more),
            stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the process and whatever it started."""
    os.killpg(process.pid, 9)
    process.wait(20)


def test_a_killed_job_loop_delivers_everything_once(tmp_path, settings):
    county = make_county()
    message, now = say(county).message, timezone.now()
    keepers = [county.users["station_keeper"].pk]
    for n in range(300):
        notify(user_ids=keepers, kind="voices.received", obj=message, text="有新留言",
               key=f"killed:{n}", now=now)  # fmt: skip
    sink = tmp_path / "sink"
    sink.mkdir()
    loop = start(["manage.py", "runjobs", "--loop", "--every", "0.1"], tmp_path / "log",
                 TEST_SINK=str(sink))  # fmt: skip
    deadline = time.monotonic() + 60
    try:
        while not any(sink.iterdir()):
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()[-2000:]
            assert loop.poll() is None, (tmp_path / "log").read_text()[-2000:]
            time.sleep(0.005)
    finally:
        kill(loop)
    settings.NOTIFY_SINK_DIR = str(sink)
    # leases run by the real clock: let those of the dead be over without waiting for it
    held = DueWork.objects.filter(done_at=None, claimed_until__isnull=False)
    held.update(claimed_until=now - timedelta(seconds=1))
    for _ in range(2):  # the second run finds nothing
        call_command("runjobs", "--once")
    left = DueWork.objects.filter(kind="notifications.deliver", done_at=None)
    assert list(left.values_list("key", "attempts", "losses", "last_error")[:5]) == []
    keys = Counter(json.loads(f.read_text())["key"] for f in sink.glob("*.json"))
    assert len(keys) == Notification.objects.count() == Delivery.objects.count() == 301
    assert set(keys.values()) == {1}


def post(port: int, path: str, number: int) -> str | None:
    """The receipt when the server acknowledged, None when it did not."""
    fields = {"kind": "problem", "text": f"第{number}件事"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=urllib.parse.urlencode(fields).encode(),
        headers={"Accept": "application/json", "Idempotency-Key": f"killed-{number:04}"},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return str(json.load(answer)["receipt"])
    except (urllib.error.URLError, OSError, ValueError):
        return None


def serve(port: int, log: Path) -> subprocess.Popen[bytes]:
    command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
               "--workers", "1", "liaison.wsgi:application"]  # fmt: skip
    return start(command, log)


def test_a_killed_web_worker_loses_no_acknowledged_message(tmp_path):
    """With the broker away the whole time: messages are taken, and their work is done later."""
    county = make_county()
    path, port = f"/q/{county.codes['deputy'].token}/message/", free_port()
    server = serve(port, tmp_path / "first")
    wait_for_port(port, 60)
    assert post(port, path, 0), (tmp_path / "first").read_text()[-3000:]
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(post, port, path, n) for n in range(1, 60)]
        while sum(a.done() for a in answers) < 10:
            time.sleep(0.01)
        kill(server)
        first = [a.result() for a in answers]
    told = [receipt for receipt in first if receipt]
    assert told
    assert all(by_receipt(receipt) for receipt in told)
    server = serve(port, tmp_path / "second")
    wait_for_port(port, 60)
    try:  # everybody whose answer was lost sends the same form again
        again = [post(port, path, n) for n, receipt in enumerate(first, 1) if not receipt]
    finally:
        kill(server)
    assert all(again)
    assert Message.objects.count() == 60
    assert len({*told, *again}) == 59
    assert Notification.objects.count() == 60
    waiting = DueWork.objects.filter(kind="notifications.deliver", done_at=None)
    assert waiting.count() == 60
    call_command("runjobs", "--once")
    assert waiting.count() == 0
