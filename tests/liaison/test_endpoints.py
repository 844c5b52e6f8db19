"""`list_endpoints` names every route with audience, methods and permission."""

from __future__ import annotations

import json
from io import StringIO

from django.core.management import call_command
from django.urls import get_resolver, path
from django.views.decorators.http import require_POST, require_safe
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from liaison.endpoints import _methods, _permission, endpoints


def listed() -> list[dict]:
    out = StringIO()
    call_command("list_endpoints", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_prints_one_json_document():
    rows = listed()
    assert rows == endpoints()
    assert all(
        list(row) == ["pattern", "name", "audience", "methods", "permission"] for row in rows
    )


def test_every_named_route_of_the_resolver_is_listed():
    def count(patterns) -> int:
        return sum(
            count(entry.url_patterns) if hasattr(entry, "url_patterns") else 1 for entry in patterns
        )

    assert len(listed()) == count(get_resolver().url_patterns)


def test_routes_are_told_apart():
    rows = {row["pattern"]: row for row in listed()}
    assert rows["/healthz"] == {
        "pattern": "/healthz",
        "name": "healthz",
        "audience": "operator",
        "methods": ["GET"],
        "permission": "public",
    }
    assert rows["/metrics"]["permission"] == "operator"
    assert rows["/api/schema/"]["audience"] == "api"
    assert rows["/admin/login/"]["permission"] == "public"
    assert rows["/admin/"]["permission"] == "staff"
    assert rows["/admin/"]["audience"] == "admin"


def test_every_desk_and_admin_route_asks_for_something():
    open_doors = {
        "/admin/login/",
        "/admin/logout/",
        "/admin/jsi18n/",
        "/login/",
        "/login/factor/",
        "/logout/",
    }
    unguarded = {
        row["pattern"]
        for row in listed()
        if row["audience"] in ("desk", "admin") and row["permission"] == "public"
    }
    assert unguarded <= open_doors


def test_methods_and_permission_are_read_from_the_view():
    @require_POST
    def act(request):
        """A view."""

    act.required_permission = "voices.accept_message"

    class Open(APIView):
        permission_classes = [AllowAny]

        def get(self, request):
            """A view."""

    class Closed(APIView):
        def post(self, request):
            """A view."""

    entry, opened, closed = (
        path("a/", act),
        path("b/", Open.as_view()),
        path("c/", Closed.as_view()),
    )
    assert _methods(entry.callback) == ["POST"]
    assert _methods(require_safe(lambda request: None)) == ["GET"]
    assert _methods(opened.callback) == ["GET"]
    assert [_permission(e, "api") for e in (entry, opened, closed)] == [
        "voices.accept_message",
        "public",
        "signed-in",
    ]
