"""Sessions that end by themselves: 30 minutes without a click, 12 hours in any case."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

STARTED = "session_started"
SEEN = "session_seen"
TOUCH_SECONDS = 60  # one session write a minute is enough to keep a 30-minute clock


class IdleTimeoutMiddleware:
    """Signs a person out after SESSION_IDLE_SECONDS of silence or SESSION_ABSOLUTE_SECONDS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asking request.user without a session cookie would cost nothing but also tell nothing.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        now = int(timezone.now().timestamp())
        started = request.session.setdefault(STARTED, now)
        seen = request.session.get(SEEN, now)
        idle = now - seen > settings.SESSION_IDLE_SECONDS
        if idle or now - started > settings.SESSION_ABSOLUTE_SECONDS:
            logout(request)
        elif now - seen >= TOUCH_SECONDS or SEEN not in request.session:
            request.session[SEEN] = now
