"""Finished public pages from memory, before Django is asked.

A page takes part when its view says so with the response header ``X-Public-Page: 1`` (taken off
here). Served from memory are anonymous GET and HEAD requests only: no cookie, no authorization, a
listed path, no query but the display mode, and a Host that Django itself has answered before.
Entries live for seconds, so nobody has to invalidate anything; while one request renews an entry
the others still get the old one. Memory is bounded.

Whoever counts visits must hear of the pages Django never saw: `HitCounter` adds them up in memory
and hands them on in batches.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import brotli

MARK = "x-public-page"
RENEW_SECONDS = 2.0  # how long the others get the old page while one request makes the new one
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
SMALLEST_COMPRESSED = 500
Headers = list[tuple[str, str]]
WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _modes() -> dict[str, tuple[str, str]]:
    """Every query string that only chooses the display, with what it chooses."""
    modes = {"": ("", "")}
    for elder in ("", "1"):
        for theme in ("", "light", "dark"):
            parts = [f"elder={elder}"] * bool(elder) + [f"theme={theme}"] * bool(theme)
            for query in ("&".join(parts), "&".join(reversed(parts))):
                modes[query] = (elder, theme)
    return modes


MODES = _modes()


class Page:
    """One stored answer; each encoding is made the first time somebody asks for it."""

    def __init__(self, headers: Headers, body: bytes, expires: float) -> None:
        self.expires = expires
        self.size = len(body)
        self._plain = _without_length(headers)
        self._body = body
        self._encoded: dict[str, tuple[Headers, bytes]] = {}

    def same(self, headers: Headers, body: bytes) -> bool:
        """Whether an answer made anew says what this one says."""
        return body == self._body and self._plain == _without_length(headers)

    def encoded(self, encoding: str) -> tuple[Headers, bytes]:
        found = self._encoded.get(encoding)
        if found is None:
            body = _compress(self._body, encoding)
            headers = [*_vary(self._plain), ("Content-Length", str(len(body)))]
            if body is not self._body:
                headers.append(("Content-Encoding", encoding))
            found = self._encoded[encoding] = (headers, body)
            self.size += len(body)
        return found


class PageCache:
    """WSGI wrapper. `on_hit` is called with the path of every page that Django did not see."""

    def __init__(
        self,
        application: WSGI,
        *,
        seconds: float,
        max_bytes: int,
        prefixes: Iterable[str],
        exact: Iterable[str] = (),
        on_hit: Callable[[str], None] | None = None,
    ) -> None:
        self.application = application
        self.seconds = seconds
        self.max_bytes = max_bytes
        self.prefixes = tuple(prefixes)
        self.exact = frozenset(exact)
        self.on_hit = on_hit
        self._pages: dict[tuple[Any, ...], Page] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self.application(environ, _unmarked(start_response))
        page = self._pages.get(key)
        if page is not None:
            now = time.monotonic()
            if now < page.expires:
                return self._serve(page, environ, start_response, key[1])
            page.expires = now + RENEW_SECONDS  # this request makes the new one
        return self._make(key, environ, start_response)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages.clear()

    def _key(self, environ: dict[str, Any]) -> tuple[Any, ...] | None:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        if "HTTP_COOKIE" in environ or "HTTP_AUTHORIZATION" in environ:
            return None
        mode = MODES.get(environ.get("QUERY_STRING", ""))
        path = environ["PATH_INFO"]
        if mode is None or not (path in self.exact or path.startswith(self.prefixes)):
            return None
        scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ.get("wsgi.url_scheme")
        return environ.get("HTTP_HOST"), path, mode, scheme, "HTTP_HX_REQUEST" in environ

    def _serve(
        self, page: Page, environ: dict[str, Any], start_response: Any, path: str | None
    ) -> Iterable[bytes]:
        headers, body = page.encoded(_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))
        if path is not None and self.on_hit is not None:
            self.on_hit(path)
        start_response("200 OK", list(headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _make(
        self, key: tuple[Any, ...], environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        answer: list[Any] = []

        def remember(status: str, headers: Headers, exc_info: Any = None) -> None:
            answer[:] = [status, headers]

        result = self.application(environ, remember)
        status, headers = answer
        kept = [(name, value) for name, value in headers if name.lower() != MARK]
        if not _may_keep(environ, status, headers):
            start_response(status, kept)
            return result
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        expires = time.monotonic() + self.seconds
        page = self._pages.get(key)
        if page is not None and page.same(kept, body):
            page.expires = expires  # nobody changed it: its compressed forms still hold
            return self._serve(page, environ, start_response, None)
        page = Page(kept, body, expires)
        answered = self._serve(page, environ, start_response, None)
        self._store(key, page)
        return answered

    def _store(self, key: tuple[Any, ...], page: Page) -> None:
        with self._lock:
            self._pages.pop(key, None)
            self._pages[key] = page
            used = sum(kept.size for kept in self._pages.values())
            while used > self.max_bytes and self._pages:
                oldest = next(iter(self._pages))  # dicts keep the order of renewal
                used -= self._pages.pop(oldest).size


class HitCounter:
    """Adds up hits by path; `flush` hands them to every listener as ``{path: count}``."""

    def __init__(self, *, every: float = 5.0) -> None:
        self.every = every
        self.listeners: list[Callable[[dict[str, int]], None]] = []
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, path: str) -> None:
        with self._lock:
            self._counts[path] = self._counts.get(path, 0) + 1
        if self._thread is None:
            self._start()

    def flush(self) -> None:
        """Hand on what was counted; a listener that fails loses this batch only."""
        with self._lock:
            counts, self._counts = self._counts, {}
        if counts:
            for listener in self.listeners:
                listener(counts)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="page-hits", daemon=True)
                self._thread.start()

    def _loop(self) -> None:
        while True:
            time.sleep(self.every)
            self.flush()


def _may_keep(environ: dict[str, Any], status: str, headers: Headers) -> bool:
    names = {name.lower(): value for name, value in headers}
    return (
        environ["REQUEST_METHOD"] == "GET"
        and status.startswith("200")
        and names.get(MARK) == "1"
        and "set-cookie" not in names
        and "content-encoding" not in names
    )


def _unmarked(start_response: Any) -> Any:
    """start_response without our mark, for requests that take no part."""

    def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
        return start_response(status, [pair for pair in headers if pair[0].lower() != MARK])

    return start


def _encoding(accepted: str) -> str:
    """br, gzip or plain; a weight of zero is a refusal."""
    if "q=0" in accepted.replace(" ", ""):
        refused = [part.split(";")[0].strip() for part in accepted.split(",") if "q=0" in part]
        accepted = ",".join(
            p for p in accepted.split(",") if p.split(";")[0].strip() not in refused
        )
    if "br" in accepted:
        return "br"
    return "gzip" if "gzip" in accepted else ""


def _compress(body: bytes, encoding: str) -> bytes:
    if not encoding or len(body) < SMALLEST_COMPRESSED:
        return body
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    return gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0)


def _without_length(headers: Headers) -> Headers:
    return [pair for pair in headers if pair[0].lower() != "content-length"]


def _vary(headers: Headers) -> Headers:
    others = [pair for pair in headers if pair[0].lower() != "vary"]
    named = [value for name, value in headers if name.lower() == "vary"]
    return [*others, ("Vary", ", ".join([*named, "Accept-Encoding"]))]
