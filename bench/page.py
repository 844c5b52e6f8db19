"""PERFORMANCE §1: the page behind a printed code, and what a first visit carries."""

from __future__ import annotations

import re
import shutil
import statistics
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urljoin

from bench.figures import Report
from bench.load import pages
from bench.place import PORT, World
from bench.server import BARE, OURS, Server, serving
from bench.sizes import Sizes

ASSET = re.compile(r"""(?:src|href)="([^"#?]+\.(?:css|js|svg|png|jpg|webp|woff2?|ico))""")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Slow 4G as lighthouse means it: 1.6 Mbit/s, 150 ms there and back, a processor four times slower.
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1638.4 * 1024 / 8,
           "uploadThroughput": 675 * 1024 / 8}  # fmt: skip
LCP = """() => new Promise(done => {
  let last = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) last = e.startTime; })
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(last), 500);
})"""


def page(world: World, sizes: Sizes, report: Report) -> None:
    """Cached: requests per CPU second against a bare callable. Not cached: CPU and queries."""
    paths = [f"/q/{token}/" for token in world.tokens(sizes.hot_codes)]
    with serving(OURS, PORT, world.env) as site:
        body = len(_get(site.port, paths[0])[1])
        env = {**world.env, "BENCH_BODY": str(body)}
        with serving(BARE, PORT + 1, env) as bare:
            _compare(site, bare, paths, sizes, report)
    env = {**world.env, "PAGE_CACHE_SECONDS": "0"}
    with serving(OURS, PORT, env) as site:
        _uncached(world, site, paths, sizes, report)
    warm, cold = _queries(world, paths[0])
    report.add("uncached_queries", warm, "queries", target=3, beside=f"first time ever {cold}")


def _compare(site: Server, bare: Server, paths: list[str], sizes: Sizes, report: Report) -> None:
    # every process has made every page once, and some have already been renewed
    pages(site.port, paths, seconds=sizes.warm)
    ours, theirs, rates = [], [], []
    for _ in range(sizes.turns):
        cost, count = _turn(site, paths, sizes.seconds)
        other, other_count = _turn(bare, paths, sizes.seconds)
        ours.append(cost)
        theirs.append(other)
        rates.append(count / other_count)
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    report.add(
        "cached_to_bare", ratio, "×", target=0.8, at_least=True,
        beside=f"requests per CPU second; {statistics.median(ours):.3f} against "
        f"{statistics.median(theirs):.3f} ms; by the clock {statistics.median(rates):.2f}",
    )  # fmt: skip


def _turn(server: Server, paths: list[str], seconds: float) -> tuple[float, int]:
    before = server.cpu_ms()
    count = pages(server.port, paths, seconds=seconds)
    return (server.cpu_ms() - before) / count, count


def _uncached(world: World, site: Server, paths: list[str], sizes: Sizes, report: Report) -> None:
    pages(site.port, paths, seconds=sizes.warm)
    web, db = [], []
    for _ in range(sizes.turns):
        before = world.backend_ms()
        cost, count = _turn(site, paths, sizes.seconds)
        web.append(cost)
        db.append((world.backend_ms() - before) / count)
    both = statistics.median(a + b for a, b in zip(web, db, strict=True))
    report.add("uncached_cpu", both, "ms", target=1.5,
               beside=f"page cache off; database {statistics.median(db):.2f}")  # fmt: skip


def _queries(world: World, path: str) -> tuple[int, int]:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    cold = world.count_queries(lambda: client.get(path))
    return world.count_queries(lambda: client.get(path)), cold


def wire(world: World, sizes: Sizes, report: Report) -> None:
    """A first visit: bytes and requests with brotli; the largest paint on a slow phone."""
    path = f"/q/{world.tokens(1)[0]}/"
    with serving(OURS, PORT, world.env) as site:
        sizes_by_path = first_visit(site.port, path)
        report.add("bytes", sum(sizes_by_path.values()) / 1024, "KB", target=40,
                   beside="bodies and headers, brotli: " + " ".join(
                       f"{name.rsplit('/', 1)[-1] or 'page'} {size}"
                       for name, size in sizes_by_path.items()))  # fmt: skip
        report.add("requests", len(sizes_by_path), "requests", target=4)
        if shutil.which("chromium"):
            _in_browser(f"http://127.0.0.1:{site.port}{path}", sizes, report)


def first_visit(port: int, path: str) -> dict[str, int]:
    """Bytes of the page and of everything it names, each fetched once."""
    length, _, text = _fetch(port, path)
    found = {path: length}
    for name in dict.fromkeys(ASSET.findall(text)):
        where = urljoin(path, name)
        if where.startswith("/") and "noscript" not in where and where not in found:
            found[where] = _fetch(port, where)[0]
    return found


def _get(port: int, path: str) -> tuple[int, bytes, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": "br"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 17
    connection.close()
    return head + len(body), body, answer.getheader("Content-Encoding") or ""


def _fetch(port: int, path: str) -> tuple[int, bytes, str]:
    """Bytes on the wire, the body as sent, and its text."""
    import brotli

    length, body, encoding = _get(port, path)
    plain = brotli.decompress(body) if encoding == "br" else body
    return length, body, plain.decode(errors="replace")


def _in_browser(url: str, sizes: Sizes, report: Report) -> None:
    """Not lighthouse (which needs Node): the same throttling, the paint as the browser tells it."""
    from playwright.sync_api import sync_playwright

    paints, requests = [], 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for _ in range(min(3, sizes.turns)):
            paint, requests = _visit(browser, url)
            paints.append(paint)
        browser.close()
    report.add("lcp_slow_phone", statistics.median(paints) / 1000, "s", target=1.5,
               beside="chromium, slow 4G and CPU 4× by its own throttling, not lighthouse; "
               f"{requests} requests by the browser")  # fmt: skip


def _visit(browser: Any, url: str) -> tuple[float, int]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2)
    tab = context.new_page()
    seen: list[str] = []
    tab.on("request", lambda request: seen.append(request.url))
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    tab.goto(url, wait_until="load", timeout=60_000)
    paint = float(tab.evaluate(LCP))
    context.close()
    return paint, len([one for one in seen if not one.startswith("data:")])
