"""Is it alive, may it take work, what does it count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from congress.models import CalendarYear
from jobs.services import oldest_overdue
from liaison.metrics import exposition

Finding = dict[str, Any]
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process lives; asks nothing else."""
    return JsonResponse({"status": "alive"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 only when every check holds, 503 otherwise; the body names each."""
    now = timezone.now()
    checks = {name: _safely(check, now) for name, check in CHECKS.items()}
    holds = all(finding["ok"] for finding in checks.values())
    return JsonResponse({"ready": holds, "checks": checks}, status=200 if holds else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for METRICS_ALLOW only; for everybody else the page does not exist.

    A request that came through a proxy is never local, whatever address the proxy has.
    """
    forwarded = any(header in request.META for header in FORWARDED)
    if forwarded or request.META.get("REMOTE_ADDR") not in settings.METRICS_ALLOW:
        raise Http404
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _safely(check: Callable[[datetime], Finding], now: datetime) -> Finding:
    """A check that cannot be made does not hold; the class of the error says why."""
    try:
        return check(now)
    except Exception as error:
        return {"ok": False, "error": type(error).__name__}


def _database(now: datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def _migrations(now: datetime) -> Finding:
    loader = MigrationLoader(connection)
    missing = sorted(set(loader.graph.nodes) - set(loader.applied_migrations))
    return {"ok": not missing, "missing": [f"{app}.{name}" for app, name in missing]}


def _due_work(now: datetime) -> Finding:
    seconds = int(oldest_overdue(now=now).total_seconds())
    limit = settings.READY_DUE_AGE_SECONDS
    return {"ok": seconds <= limit, "oldest_seconds": seconds, "limit_seconds": limit}


def _calendar(now: datetime) -> Finding:
    year = timezone.localdate(now).year
    return {"ok": CalendarYear.objects.filter(year=year, published=True).exists(), "year": year}


CHECKS: dict[str, Callable[[datetime], Finding]] = {
    "database": _database,
    "migrations": _migrations,
    "due_work": _due_work,
    "calendar": _calendar,
}
