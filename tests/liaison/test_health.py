"""Alive, ready and counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from congress.models import CalendarYear
from jobs.models import DueWork


@pytest.fixture
def calendar(db):
    year, _ = CalendarYear.objects.update_or_create(
        year=timezone.localdate().year, defaults={"published": True, "source": "国办通知"}
    )
    return year


def due(minutes: int, **more):
    at = timezone.now() - timedelta(minutes=minutes)
    return DueWork.objects.create(kind="audit.seal", key=f"k{minutes}", run_at=at, **more)


def ready(client):
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_alive_asks_nothing(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_ready_when_everything_holds(client, calendar):
    assert ready(client) == (
        200,
        {
            "ready": True,
            "checks": {
                "database": {"ok": True},
                "migrations": {"ok": True, "missing": []},
                "due_work": {"ok": True, "oldest_seconds": 0, "limit_seconds": 900},
                "calendar": {"ok": True, "year": timezone.localdate().year},
            },
        },
    )


def test_not_ready_without_the_calendar_of_this_year(client, calendar):
    calendar.delete()
    status, body = ready(client)
    assert (status, body["ready"], body["checks"]["calendar"]["ok"]) == (503, False, False)
    assert body["checks"]["database"] == {"ok": True}


def test_not_ready_when_the_calendar_is_provisional(client, calendar):
    CalendarYear.objects.update(published=False)
    assert ready(client)[0] == 503


def test_not_ready_when_due_work_waits_too_long(client, calendar):
    due(20)
    status, body = ready(client)
    assert status == 503
    assert body["checks"]["due_work"]["ok"] is False
    assert 1200 <= body["checks"]["due_work"]["oldest_seconds"] < 1300


def test_ready_when_old_work_is_done_or_dead(client, calendar):
    due(20, done_at=timezone.now())
    due(30, dead_at=timezone.now())
    due(5)
    assert ready(client)[0] == 200


def test_not_ready_when_a_migration_is_missing(client, calendar):
    MigrationRecorder(connection).record_unapplied("jobs", "0001_initial")
    status, body = ready(client)
    assert status == 503
    assert "jobs.0001_initial" in body["checks"]["migrations"]["missing"]


def test_not_ready_without_a_database(client, calendar, monkeypatch):
    from django.db import OperationalError

    def away(*args, **kwargs):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", away)
        status, body = ready(client)
    assert status == 503
    assert {name: finding["ok"] for name, finding in body["checks"].items()} == dict.fromkeys(
        ["database", "migrations", "due_work", "calendar"], False
    )


def test_metrics_are_counted(client, db):
    client.get("/healthz")
    due(1)
    text = client.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    assert 'liaison_due_work{state="due"} 1.0' in text
    assert 'liaison_requests_total{audience="operator",method="GET",status="2xx"}' in text


@pytest.mark.parametrize(
    "where",
    [
        {"REMOTE_ADDR": "203.0.113.77"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_metrics_do_not_exist_for_others(client, db, where):
    assert client.get("/metrics", **where).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_pages_are_only_read(client, path):
    assert client.post(path).status_code == 405
