"""`make test`: a PostgreSQL of its own, every test, and the names of what this machine lacks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from types import FrameType
from typing import NoReturn

from liaison.embedded import ROOT, VAR, StartFailed, lock
from liaison.embedded.postgres import EmbeddedPostgres

OPTIONAL = {"chromium": "浏览器测试", "redis-server": "Redis 与 Celery 测试"}
WORKERS = "2"


def missing() -> list[str]:
    """Programs some tests need and this machine has not."""
    return [name for name in OPTIONAL if shutil.which(name) is None]


def run(arguments: list[str]) -> int:
    """Run pytest with what it needs; its own exit code."""
    lacking = missing()
    if lacking:
        strict = os.environ.get("REQUIRE_ALL") == "1"
        does = "会失败（REQUIRE_ALL=1）" if strict else "会跳过"
        for name in lacking:
            print(f"  ! 本机没有 {name}：{OPTIONAL[name]}{does}", flush=True)
    postgres = None
    environment = dict(os.environ)
    if not environment.get("DATABASE_URL"):
        (VAR / "log").mkdir(parents=True, exist_ok=True)
        postgres = EmbeddedPostgres(
            VAR / "test-pg", log=VAR / "log" / "test-postgres.log", durable=False
        )
        print("  正在启动测试数据库 …", flush=True)
        postgres.start()
        environment["DATABASE_URL"] = postgres.url("liaison")
    command = [
        sys.executable, "-m", "pytest", "-n", WORKERS, "--dist", "loadfile",
        "--no-loadscope-reorder", *arguments,
    ]  # fmt: skip
    try:
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    finally:
        if postgres:
            postgres.stop()


def _on_signal(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def main(arguments: list[str]) -> NoReturn:
    """Entry of `make test`."""
    VAR.mkdir(mode=0o700, exist_ok=True)
    signal.signal(signal.SIGTERM, _on_signal)
    try:
        held = lock.take(VAR / "test.lock", {})
    except lock.AlreadyRunning:
        print("  ✗ 这个目录里已有一个 make test 在运行。")
        sys.exit(1)
    try:
        code = run(arguments)
    except KeyboardInterrupt:
        code = 130
    except StartFailed as failure:
        print(f"  ✗ {failure}")
        code = 1
    held.close()
    sys.exit(code)
