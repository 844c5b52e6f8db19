"""What the machine allows: a bare WSGI callable, and Django doing one query or one insert.

Served by the same web server with the same workers, as references in the same run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from environ import Env

BODY = b"x" * int(os.environ.get("BENCH_BODY", "4000"))
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))]
TABLE = """
CREATE TABLE IF NOT EXISTS bench_bare (
  id bigserial PRIMARY KEY, text text NOT NULL, place text NOT NULL, at timestamptz DEFAULT now())
"""


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Nothing but an answer of the page's size."""
    if environ["PATH_INFO"].startswith("/django/"):
        answer: Iterable[bytes] = _django(environ, start_response)
        return answer
    start_response("200 OK", HEADERS)
    return [BODY]


def insert(request: HttpRequest) -> HttpResponse:
    """The least a site can do with what somebody sends."""
    rows = globals()["Row"].objects
    rows.create(text=request.POST["text"], place=request.POST["place"])
    return HttpResponse("ok", status=201)


urlpatterns = [path("django/insert", insert)]


def _setup() -> Any:
    database = Env.db_url_config(os.environ["DATABASE_URL"])
    database |= {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None}
    settings.configure(
        SECRET_KEY="b" * 50, ALLOWED_HOSTS=["*"], ROOT_URLCONF="bench.bare", USE_TZ=True,
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"], DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )  # fmt: skip
    django.setup()
    from django.db import models

    class Row(models.Model):  # noqa: DJ008  nobody reads it
        text = models.TextField()
        place = models.TextField()

        class Meta:
            app_label = "bench_bare"
            db_table = "bench_bare"

    globals()["Row"] = Row
    return get_wsgi_application()


if os.environ.get("BENCH_BARE"):
    _django = _setup()
