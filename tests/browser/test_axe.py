"""Every page in a real browser: no axe finding, no complaint of the console, no sideways scroll.

Each page is loaded plainly and in elder mode; each is looked at 360 and 1280 px wide in light,
and once more for the contrast of its dark colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page

from congress.memory import forget_all
from tests.browser.stops import PEOPLE, STOPS, Site, Stop

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = "options => axe.run(options).then(found => found.violations)"
#: Posts the way a page's own form does, without a script the policy would refuse.
SEND = """([url, fields]) => {
  const form = document.createElement('form');
  const token = document.querySelector('[name=csrfmiddlewaretoken]');
  form.method = 'post'; form.action = url;
  if (token) fields.csrfmiddlewaretoken = token.value;
  for (const name in fields) {
    const input = document.createElement('input');
    input.type = 'hidden'; input.name = name; input.value = fields[name]; form.append(input);
  }
  document.body.append(form); form.submit();
}"""


#: Resolves when what was changed stands on the screen.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def media_root(settings: Any, media: Path) -> Path:
    """The pictures of the demo stay for the whole module."""
    settings.MEDIA_ROOT = str(media)
    return media


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, media: Path) -> Iterator[Site]:
    """The demo, committed, so that the server's threads see it; emptied afterwards."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=str(media)):
        yield Site()
        call_command("flush", verbosity=0, interactive=False)
        forget_all()


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    server = LiveServerThread("localhost", StaticFilesHandler, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    url = f"http://localhost:{server.port}"
    with override_settings(BASE_URL=url, ALLOWED_HOSTS=["localhost"], CSRF_TRUSTED_ORIGINS=[url]):
        yield url
    server.terminate()


@pytest.fixture(scope="module")
def contexts(browser: Browser, site: Site, address: str) -> Iterator[dict[str, BrowserContext]]:
    """One browser window for each person, all signed in before the first test begins."""
    opened = {role: _window(browser, site, address, role) for role in ("", *PEOPLE)}
    yield opened
    for context in opened.values():
        context.close()


@pytest.fixture
def page(contexts: dict[str, BrowserContext], stop: Stop) -> Iterator[Page]:
    page = contexts[stop.role].new_page()
    page.set_default_timeout(20_000)
    yield page
    page.close()


def _window(browser: Browser, site: Site, address: str, role: str) -> BrowserContext:
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    cookies = site.client(role).cookies
    context.add_cookies(
        [{"name": n, "value": morsel.value, "url": address} for n, morsel in cookies.items()]
    )
    return context


@pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])
def test_page_is_for_everybody(page: Page, site: Site, address: str, stop: Stop) -> None:
    where = stop.where(site)
    if where is None:
        return  # the demo has no such thing now
    found: list[str] = []
    page.on("console", lambda m: _hear(found, m, stop.status))
    page.on("pageerror", lambda error: found.append(f"script: {error}"))
    # the staff pages have no elder mode
    for mode in ("",) if stop.admin else ("", "elder=1"):
        url = f"{address}{where}{'&' if '?' in where else '?'}{mode}" if mode else address + where
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size({"width": 360, "height": 640})
        assert _open(page, site, stop, url) == stop.status, url
        found += [f"{mode or 'plain'}: {words}" for words in _look(page)]
    assert not found, "\n".join(found)


def _hear(found: list[str], message: Any, status: int) -> None:
    refused = status >= 400 and "Failed to load resource" in message.text
    if message.type in ("error", "warning") and not refused:
        found.append(f"console: {message.text[:120]} {message.location.get('url')}")


def _open(page: Page, site: Site, stop: Stop, url: str) -> int:
    if stop.post is None:
        response = page.goto(url)
    else:
        # a resident posts from any page; who is signed in from the form's own, which has a token
        page.goto(url if stop.role else url.replace(stop.where(site) or "", "/receipt/"))
        with page.expect_navigation() as going:
            page.evaluate(SEND, [url, stop.post(site)])
        response = going.value
    assert response is not None
    return int(response.status)


def _look(page: Page) -> list[str]:
    found = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"scrolls sideways at {width}")
        found += [f"{width} {words}" for words in _axe(page, {"type": "tag", "values": RULES})]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.evaluate(PAINTED)
    only = {"type": "rule", "values": ["color-contrast"]}
    return found + [f"dark {words}" for words in _axe(page, only)]


def _axe(page: Page, rules: dict[str, Any]) -> list[str]:
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    if not page.evaluate("'axe' in window"):  # once for a page: it is half a megabyte
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(RUN, options)
    return [f"{v['id']}: {node['html'][:140]}" for v in violations for node in v["nodes"]]
