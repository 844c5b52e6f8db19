"""Finished public pages from memory: who gets one, for how long, and that nobody is forgotten."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import brotli
import pytest

from liaison import pagecache
from liaison.pagecache import HitCounter, PageCache

BODY = ("<html>" + "码上联 " * 400 + "</html>").encode()


class Site:
    """A WSGI application that counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = "200 OK"
        self.headers = [("Content-Type", "text/html"), ("X-Public-Page", "1")]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        start_response(self.status, [*self.headers, ("Content-Length", str(len(BODY)))])
        return [BODY]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def hits() -> list[str]:
    return []


@pytest.fixture
def cache(site, hits):
    return PageCache(
        site,
        seconds=60,
        max_bytes=1_000_000,
        prefixes=("/q/", "/results/"),
        exact=("/",),
        on_hit=hits.append,
    )


def ask(application, path="/q/abc/", query="", method="GET", **headers):
    """Status, headers and body of one request."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "liaison.example.cn",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(),
    }
    answer: list[Any] = []
    body = b"".join(application(environ | headers, lambda *args: answer.extend(args)))
    return answer[0], dict(answer[1]), body


def test_the_second_visitor_gets_the_page_from_memory(cache, site, hits):
    first, second = ask(cache), ask(cache)
    assert site.asked == 1
    assert first == second
    assert first[2] == BODY
    assert first[1] == {
        "Content-Type": "text/html",
        "Vary": "Accept-Encoding",
        "Content-Length": str(len(BODY)),
    }
    assert hits == ["/q/abc/"]  # the first one was counted by the view


@pytest.mark.parametrize(
    "other",
    [
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_AUTHORIZATION": "Key x"},
        {"method": "POST"},
        {"path": "/receipt/"},
        {"path": "/desk/"},
        {"path": "/qq/"},
        {"query": "page=2"},
        {"query": "elder=1&x=1"},
    ],
)
def test_other_requests_go_through_every_time(cache, site, hits, other):
    ask(cache)
    for _ in range(2):
        assert "X-Public-Page" not in ask(cache, **other)[1]
    assert site.asked == 3
    assert hits == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": "404 Not Found"},
        {"status": "302 Found"},
        {"headers": [("Content-Type", "text/html")]},
        {"headers": [("X-Public-Page", "1"), ("Set-Cookie", "csrftoken=1")]},
        {"headers": [("X-Public-Page", "1"), ("Content-Encoding", "gzip")]},
    ],
)
def test_what_may_not_be_shared_is_not_kept(cache, site, change):
    for name, value in change.items():
        setattr(site, name, value)
    assert "X-Public-Page" not in ask(cache)[1]
    ask(cache)
    assert site.asked == 2


@pytest.mark.parametrize(
    "other",
    [
        {"query": "elder=1"},
        {"query": "theme=dark"},
        {"HTTP_HOST": "evil.example.com"},
        {"wsgi.url_scheme": "http"},
        {"HTTP_HX_REQUEST": "true"},
        {"path": "/q/abd/"},
    ],
)
def test_pages_that_differ_are_kept_apart(cache, site, other):
    ask(cache)
    ask(cache, **other)
    ask(cache, **other)
    assert site.asked == 2


def test_the_order_of_the_display_modes_does_not_matter(cache, site):
    ask(cache, query="elder=1&theme=dark")
    ask(cache, query="theme=dark&elder=1")
    assert site.asked == 1


def test_head_is_answered_from_memory_without_a_body_and_never_stored(cache, site):
    ask(cache, method="HEAD")
    ask(cache)
    status, headers, body = ask(cache, method="HEAD")
    assert (site.asked, status, body) == (2, "200 OK", b"")
    assert headers["Content-Length"] == str(len(BODY))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_the_body_is_compressed_as_the_browser_can(cache, accepted, encoding):
    for _ in range(2):
        _, headers, body = ask(cache, HTTP_ACCEPT_ENCODING=accepted)
        assert headers.get("Content-Encoding") == encoding
        assert int(headers["Content-Length"]) == len(body)
        open_body = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
        assert open_body(body) == BODY


def test_an_old_page_is_made_anew(site):
    cache = PageCache(site, seconds=0, max_bytes=10**6, prefixes=("/q/",))
    ask(cache)
    ask(cache)
    assert site.asked == 2


def test_an_unchanged_page_is_compressed_once_and_a_changed_one_anew(site, monkeypatch):
    made = []
    monkeypatch.setattr(pagecache, "_compress", lambda body, encoding: made.append(body) or body)
    cache = PageCache(site, seconds=0, max_bytes=1_000_000, prefixes=("/q/",))
    for _ in range(3):
        ask(cache, HTTP_ACCEPT_ENCODING="br")
    assert (site.asked, len(made)) == (3, 1)
    site.headers.append(("X-Other", "1"))
    assert ask(cache, HTTP_ACCEPT_ENCODING="br")[1]["X-Other"] == "1"
    assert (site.asked, len(made)) == (4, 2)


def test_while_one_request_renews_the_others_get_the_old_page(site):
    cache = PageCache(site, seconds=0, max_bytes=10**6, prefixes=("/q/",))
    ask(cache)
    inner: list[Any] = []

    def renewing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        inner.append(ask(cache))  # somebody else comes while this one is being made
        return site(environ, start_response)

    cache.application = renewing
    ask(cache)
    assert inner[0][2] == BODY
    assert site.asked == 2


def test_memory_is_bounded(site):
    cache = PageCache(site, seconds=60, max_bytes=len(BODY) * 3, prefixes=("/q/",))
    for number in range(10):
        ask(cache, path=f"/q/{number}/")
    assert len(cache._pages) <= 3
    ask(cache, path="/q/9/")
    assert site.asked == 10


def test_hits_are_handed_on_in_batches():
    counter = HitCounter(every=3600)
    seen: list[dict[str, int]] = []
    counter.listeners.append(seen.append)
    for path in ("/q/a/", "/q/b/", "/q/a/"):
        counter(path)
    counter.flush()
    counter.flush()
    assert seen == [{"/q/a/": 2, "/q/b/": 1}]


def test_the_real_site_marks_and_shares_its_public_pages(db, settings):
    """Django's own answer to `/` is shared, its answer to a forged host is not."""
    from django.core.handlers.wsgi import WSGIHandler

    application = PageCache(
        WSGIHandler(), seconds=60, max_bytes=10**6, prefixes=("/results/",), exact=("/",)
    )
    status, _, _ = ask(application, "/", HTTP_HOST="evil.example.com")
    assert status.startswith("400")
    assert application._pages == {}
