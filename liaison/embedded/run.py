"""`make run`: from a folder to a serving system, and back to nothing on Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from liaison.embedded import ROOT, VAR, StartFailed, lock, secretfile, welcome
from liaison.embedded.children import Child, revive, stop_all
from liaison.embedded.postgres import EmbeddedPostgres
from liaison.processes import end_with_parent

DATABASE = "liaison"
HEALTHY_SECONDS = 60
LOG_BYTES = 10_000_000
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  and where to reach it from here


class Stopping(BaseException):
    """Raised where we stand when somebody asks us to stop."""


def say(text: str) -> None:
    print(f"  {text}", flush=True)


@dataclass
class Place:
    """Where we serve and under which names; all of it can be set from outside."""

    host: str = field(default_factory=lambda: os.environ.get("HOST", "127.0.0.1"))
    port: int = field(default_factory=lambda: int(os.environ.get("PORT", "8000")))

    @property
    def base_url(self) -> str:
        given = os.environ.get("BASE_URL")
        if given:
            return given.rstrip("/")
        host = lan_address() if self.host in EVERYWHERE else self.host
        return f"http://{host}:{self.port}"

    @property
    def allowed_hosts(self) -> str:
        names = {"localhost", "127.0.0.1", "[::1]", self.host, socket.gethostname()}
        names |= {lan_address(), urlsplit(self.base_url).hostname or "localhost"}
        names -= set(EVERYWHERE)
        return os.environ.get("ALLOWED_HOSTS") or ",".join(sorted(names))

    def check_free(self) -> None:
        """Raises StartFailed when something else listens there."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise StartFailed(
                    f"{self.host}:{self.port} 用不了（{error.strerror}）。"
                    f"换一个端口：PORT={self.port + 1} make run"
                ) from error


def lan_address() -> str:
    """The address other machines reach us at; no packet is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


class Runner:
    """Everything one `make run` started."""

    def __init__(self) -> None:
        self.place = Place()
        self.postgres: EmbeddedPostgres | None = None
        self.children: list[Child] = []
        self.environment: dict[str, str] = {}
        self.stopping = False

    def run(self) -> int:
        """Serve until asked to stop (0) or until something cannot be kept alive (1)."""
        started = time.monotonic()
        self._listen_to_signals()
        try:
            self.place.check_free()
            self._begin()
            self._start_database()
            self._prepare()
            self._start_children()
            self._wait_until_healthy()
            welcome.show(self.place.base_url, VAR / "demo.json")
            say(f"启动用时 {time.monotonic() - started:.1f} 秒，日志在 {VAR / 'log'}")
            return self._watch()
        except Stopping:
            return 0
        except StartFailed as failure:
            say(f"✗ {failure}")
            return 1
        finally:
            self.stopping = True
            self._stop()

    # --- steps --------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Secrets, and the assets, which need no database: they are made meanwhile."""
        secretfile.ensure_secrets(VAR)
        (VAR / "log").mkdir(exist_ok=True)
        metrics = VAR / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir()
        self.environment = os.environ | {
            "EMBEDDED": "1",
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            "PYTHONUNBUFFERED": "1",
        }
        self._start(self._preparing("静态文件", "--assets"))

    def _start_database(self) -> None:
        url = os.environ.get("DATABASE_URL")
        if not url:
            first = not (VAR / "pg" / "PG_VERSION").exists()
            say("正在建立并启动数据库 …" if first else "正在启动数据库 …")
            self.postgres = EmbeddedPostgres(VAR / "pg", log=VAR / "log" / "postgres.log")
            self.postgres.start()
            self.postgres.ensure_database(DATABASE)
            url = self.postgres.url(DATABASE)
        kept = {
            "DATABASE_URL": url,
            "BASE_URL": self.place.base_url,
            "ALLOWED_HOSTS": self.place.allowed_hosts,
        }
        secretfile.write_env(VAR / "run.env", kept)
        self.environment |= kept

    def _prepare(self) -> None:
        self._start(self._preparing("数据库", "--database"))
        for child in reversed(self.children):
            assert child.process is not None
            code = child.process.wait()
            if code != 0:
                last = _tail(child.log, 300).strip().rpartition("\n")[2]
                raise StartFailed(f"准备{child.name}时出错：{last}\n    全文见 {child.log}")
        self.children = []

    def _start_children(self) -> None:
        jobs = self._manage("runjobs", "--loop")
        self._start(Child("网站", self._granian(), self.environment, self._log("web")))
        self._start(Child("后台任务", jobs, self.environment, self._log("jobs")))
        if os.environ.get("REDIS_URL"):
            celery = [sys.executable, "-m", "celery", "-A", "liaison.celery"]
            worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
            beat = [*celery, "beat", "--schedule", str(VAR / "beat"), "--loglevel", "WARNING"]
            self._start(Child("Celery worker", worker, self.environment, self._log("worker")))
            self._start(Child("Celery beat", beat, self.environment, self._log("beat")))

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + HEALTHY_SECONDS
        while time.monotonic() < deadline:
            if self._answers():
                return
            if self.children[0].has_ended:
                break
            time.sleep(0.1)
        raise StartFailed(f"网站没有启动，日志末尾：\n{_tail(self._log('web'))}")

    def _watch(self) -> int:
        while True:
            time.sleep(0.5)
            if self.postgres and self.postgres.process and self.postgres.process.poll() is not None:
                say("! 数据库退出，正在重新启动 …")
                self.postgres.start()
            for child in self.children:
                if child.has_ended and not revive(child, ROOT, say):
                    return 1

    def _stop(self) -> None:
        if self.children or (self.postgres and self.postgres.process):
            say("正在停止 …")
        stop_all(self.children)
        if self.postgres:
            self.postgres.stop()

    def _start(self, child: Child) -> None:
        self.children.append(child)
        child.start(ROOT)

    # --- helpers ------------------------------------------------------------------------------

    def _preparing(self, name: str, part: str) -> Child:
        command = self._manage("prepare", part)
        return Child(name, command, self.environment, self._log("prepare"), speaks=True)

    def _manage(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def _granian(self) -> list[str]:
        return [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--http", "1",
            "--host", self.place.host, "--port", str(self.place.port),
            "--workers", os.environ.get("WEB_WORKERS", "2"),
            "--blocking-threads", os.environ.get("WEB_THREADS", "4"),
            "--respawn-failed-workers", "--respawn-interval", "0.5",
            "--workers-kill-timeout", "10", "--log-level", "warning",
            "liaison.wsgi:application",
        ]  # fmt: skip

    def _log(self, name: str) -> Path:
        path = VAR / "log" / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
        return path

    def _answers(self) -> bool:
        host = EVERYWHERE.get(self.place.host, self.place.host)
        connection = HTTPConnection(host, self.place.port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _listen_to_signals(self) -> None:
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(signal.SIGHUP, self._on_signal)
        if os.environ.get("MAKELEVEL"):  # make was killed: nobody is left who could stop us
            end_with_parent(signal.SIGTERM)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise Stopping
        for child in self.children:  # asked a second time: no more waiting
            child.signal_group(signal.SIGKILL)


def _tail(path: Path, size: int = 1500) -> str:
    try:
        return path.read_text(errors="replace")[-size:]
    except OSError:
        return "（没有日志）"


def main() -> NoReturn:
    """Entry of `make run`."""
    VAR.mkdir(mode=0o700, exist_ok=True)
    runner = Runner()
    try:
        held = lock.take(VAR / "run.lock", {"url": runner.place.base_url})
    except lock.AlreadyRunning as running:
        url, pid = running.holder.get("url", "?"), running.holder.get("pid", "?")
        say(f"✗ 已经在运行：{url}/ （进程 {pid}）。要重新启动，先在那边按 Ctrl-C。")
        sys.exit(1)
    code = runner.run()
    held.close()
    sys.exit(code)
