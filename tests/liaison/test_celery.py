"""Celery only makes the queue fast: its schedule drains due work, its absence loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobs import registry
from jobs.models import DueWork
from liaison import celery as house
from liaison.celery import DRAIN, Nudge, app
from notifications import reminders
from notifications.models import Delivery, Notification
from tests.world import make_county
from voices.selectors import route_of
from voices.services import Words, submit


def test_every_schedule_entry_is_a_registered_task_and_drains_due_work():
    app.loader.import_default_modules()
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert tasks == {DRAIN}
    assert tasks <= set(app.tasks)


def test_every_recurring_job_has_a_handler():
    recurring = registry.recurring()
    assert recurring
    assert {name: registry.job(name) for name in recurring} == {
        name: entry.job for name, entry in recurring.items()
    }


def test_a_killed_worker_gives_its_task_back():
    conf = app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.task_ignore_result) == (
        True,
        True,
        True,
    )
    assert conf.result_backend is None
    assert conf.broker_transport_options["unacked_restore_throttle"] == 1


def test_a_nudge_is_sent_once_for_a_burst(monkeypatch):
    sent = []
    monkeypatch.setattr(house.app, "send_task", lambda name, **options: sent.append(name))
    nudge = Nudge()
    for _ in range(50):
        nudge()
    assert sent == [DRAIN]


def test_a_broker_that_is_away_costs_one_attempt_and_no_error(monkeypatch):
    attempts = []

    def refuse(name, **options):
        attempts.append(name)
        raise ConnectionRefusedError

    monkeypatch.setattr(house.app, "send_task", refuse)
    nudge = Nudge()
    nudge()
    time.sleep(Nudge.GAP_SECONDS + 0.05)
    nudge()
    assert attempts == [DRAIN]


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_drains_due_work(redis_url, tmp_path):
    """Work scheduled here is done by another process that a nudge through Redis woke up."""
    worker, log = start_worker(redis_url, tmp_path)
    try:
        now = timezone.now()
        DueWork.objects.create(kind="audit.seal", key="test", run_at=now - timedelta(seconds=1))
        house.app.conf.broker_url = redis_url
        deadline = time.monotonic() + 30
        while DueWork.objects.filter(key="test", done_at=None).exists():
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            assert worker.poll() is None, log.read_text()[-2000:]
            with app.connection_for_write(redis_url) as broker:
                app.send_task(DRAIN, connection=broker)
            time.sleep(0.5)
    finally:
        worker.terminate()
        worker.wait(20)
        house.app.conf.broker_url = settings.CELERY_BROKER_URL
    row = DueWork.objects.get(key="test")
    assert (row.dead_at, row.last_error) == (None, "")


def start_worker(redis_url, tmp_path):
    """A worker process on this test's database."""
    database = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.liaison.worker_settings",
        "TEST_REDIS_URL": redis_url,
        "TEST_DATABASE": database["NAME"],
    }
    log = tmp_path / "worker.log"
    command = [
        sys.executable, "-m", "celery", "-A", "liaison.celery", "worker", "--pool", "solo",
        "--loglevel", "INFO", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=out, stderr=out
        )
    return process, log


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_tells_of_an_overdue_message_once(redis_url, tmp_path):
    """From the resident's form to the reminder in the inbox, the work done by Celery alone."""
    county = make_county()
    code = county.codes["deputy"]
    message = submit(
        Words("problem", "路灯坏了"), code=code, route=route_of(code), idempotency_key="k",
        now=timezone.now() - timedelta(days=40),
    ).message  # fmt: skip
    told = Notification.objects.filter(object_code=message.code, kind=reminders.KIND)
    worker, log = start_worker(redis_url, tmp_path)
    try:
        deadline = time.monotonic() + 60
        waiting = DueWork.objects.filter(kind="notifications.deliver", done_at=None)
        while not told.exists() or waiting.exists():
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            assert worker.poll() is None, log.read_text()[-2000:]
            with app.connection_for_write(redis_url) as broker:
                app.send_task(DRAIN, connection=broker)
            time.sleep(0.5)
    finally:
        worker.terminate()
        worker.wait(20)
    assert county.users["deputy"].pk in told.values_list("user", flat=True)
    assert told.count() == told.values("key", "user").distinct().count()
    assert Delivery.objects.filter(notification__in=told).count() == told.count()
