"""One log line and one count for each request that reached Django.

Residents: method, path and duration; never a query string, never a whole address. Staff lines
carry who and from where (等保: kept at least six months).
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.http import client_ip
from liaison.audiences import OPERATOR, RESIDENT, audience_of
from liaison.metrics import REQUESTS, SECONDS

log = structlog.get_logger("liaison.request")
V4_KEPT, V6_KEPT = 16, 32  # bits of a resident's address that a log may keep


def coarse_address(address: str) -> str:
    """The address without the part that tells one household from another."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    bits = V4_KEPT if parsed.version == 4 else V6_KEPT
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)


class RequestLogMiddleware:
    """Measures, counts and logs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        audience = audience_of(request.path_info)
        status = f"{response.status_code // 100}xx"
        REQUESTS.labels(audience, _method(request), status).inc()
        SECONDS.labels(audience).observe(seconds)
        if audience != OPERATOR:
            self._write(request, response, audience, seconds)
        return response

    def _write(
        self, request: HttpRequest, response: HttpResponse, audience: str, seconds: float
    ) -> None:
        address = client_ip(request)
        fields = {
            "method": _method(request),
            "path": request.path_info[:200],
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "audience": audience,
        }
        if audience == RESIDENT:
            fields["from"] = coarse_address(address)
        else:
            fields |= {"from": address, "user_id": _user_id(request)}
        log.info("request", **fields)


def _method(request: HttpRequest) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return request.method if request.method in known else "other"


def _user_id(request: HttpRequest) -> int | None:
    """Only where the session was read anyway; a log line must not cost a query."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user = getattr(request, "_cached_user", None)
    return user.pk if user is not None else None
