"""What every test may ask for.

A test that needs a program asks for its fixture (`chromium`, `browser`, `redis_url`) or calls
`require("name", path)`: where the machine lacks it the test is skipped by that name, and under
REQUIRE_ALL=1 it fails instead.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from hypothesis import settings as hypothesis_settings

from accounts.services.factors import set_factor
from congress.memory import forget_all

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
# Playwright's driver runs a loop in this thread; the ORM is nevertheless used from one thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# The same examples every time and no stop-watch: a shared machine is slow at times.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("house")


def require(what: str, present: object) -> None:
    """Skip by name what this machine lacks; fail instead under REQUIRE_ALL=1."""
    if present:
        return
    message = f"this machine has no {what}"
    if REQUIRE_ALL:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def pytest_configure(config: pytest.Config) -> None:
    """The run that hands the tests out names a failure when it happens, not at the end."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Herald(config))


#: What takes longest is handed out first, so that the workers end together.
FIRST = (
    "tests/bench/test_every_section.py", "tests/browser/", "tests/topics/test_five_questions.py",
    "tests/proposals/test_sixty_days.py", "tests/proposals/test_demo.py",
    "tests/liaison/test_demo_world.py", "tests/safety/",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, the others in their order."""
    rank = {name: place for place, name in enumerate(FIRST)}

    def place(item: pytest.Item) -> int:
        found = (rank[name] for name in FIRST if item.nodeid.startswith(name))
        return next(found, len(FIRST))

    items.sort(key=place)


class Herald:
    """Says at once which test failed, and which took long: a run may be stopped before its end."""

    LONG_SECONDS = 60
    LINES = 6

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Lines among the dots."""
        clock = time.strftime("%H:%M:%S")
        if report.failed:
            why = [line for line in report.longreprtext.splitlines() if line.startswith("E ")]
            self._say(f"{clock} FAILED {report.nodeid} ({report.when}, {report.duration:.0f} s)",
                      *why[: self.LINES])  # fmt: skip
        elif report.duration > self.LONG_SECONDS:
            self._say(f"{clock} long: {report.nodeid} ({report.when}, {report.duration:.0f} s)")

    def _say(self, *lines: str) -> None:
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()
            for line in lines:
                reporter.write_line(line)


@pytest.fixture(autouse=True)
def media_root(settings: Any, tmp_path: Path) -> Path:
    """A media folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """Nothing one test cached or looked up is seen by the next."""
    cache.clear()
    forget_all()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database. Tests that really commit may empty the append-only log after them.

    Its trigger allows TRUNCATE (never UPDATE or DELETE) where this setting stands, as for a
    restore.
    """
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE \"{name}\" SET liaison.maintenance = 'on'")
        connection.close()


@pytest.fixture(autouse=True)
def force_login_with_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """`client.force_login(user)` gives the second factor as well, for the roles that need one."""
    plain = Client.force_login

    def force_login(self: Client, user: Any, backend: str | None = None) -> None:
        plain(self, user, backend)
        if user.needs_second_factor:
            now = timezone.now()
            factor = set_factor(user=user, secret=b"a factor for testing", now=now)
            session = self.session
            session[DEVICE_ID_SESSION_KEY] = factor.persistent_id
            session.save()

    monkeypatch.setattr(Client, "force_login", force_login)


# --- browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the machine's chromium."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    require("chromium", path)
    return str(path)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """A running headless browser; ask `new_page` for pages."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def live_url(live_server: Any, settings: Any) -> str:
    """Address of a really serving site on this test's database, which is also its BASE_URL."""
    settings.BASE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """`new_page(width=390, height=844, javascript=True, dark=False)` in a context of its own.

    Every message of the console and every refused resource is kept in `page.complaints`; the
    test asserts on it (`assert page.complaints == []`).
    """
    contexts = []

    def make(
        width: int = 390, height: int = 844, *, javascript: bool = True, dark: bool = False
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda m: _complain(page, m.type, m.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()


def _complain(page: Any, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        page.complaints.append(text)


# --- redis ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A redis-server of this test run's own."""
    program = shutil.which("redis-server")
    require("redis-server", program)
    port = free_port()
    folder = tmp_path_factory.mktemp("redis")
    command = [
        str(program), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
        "--save", "", "--appendonly", "no",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    wait_for_port(port)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(10)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Return when something accepts connections on the port; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nothing listens on port {port}")
