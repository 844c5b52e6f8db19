"""From nothing to the first page, and how long a county takes to seed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench import clock
from bench.figures import Report
from bench.place import PORT, World
from bench.sizes import Sizes
from liaison.embedded import ROOT

SECONDS = 300
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "var", "staticfiles", "__pycache__", ".*_cache", "node_modules"
)


def seed(world: World, sizes: Sizes, report: Report) -> None:
    """How long `seed_demo` took when this run's database was made."""
    if world.seeding is None:
        return
    report.add(f"{sizes.scale}_seconds", world.seeding.wall, "s", target=60,
               beside=f"CPU of Python {world.seeding.cpu:.1f} s, of the database "
               f"{world.seeding.database:.1f} s, {world.seeding.memory:.0f} MB")  # fmt: skip


def start(world: World, sizes: Sizes, report: Report) -> None:
    """`make run` in a fresh copy, packages installed: database, demo, assets, first page."""
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
        env = kept | {"PORT": str(PORT), "HOST": "127.0.0.1"}
        started = time.monotonic()
        with (Path(folder) / "out.txt").open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "liaison.embedded", "run"],
                cwd=copy, env=env, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
            try:
                _first_page(process, Path(folder) / "out.txt")
                seconds, cpu = time.monotonic() - started, clock.tree_ms(process.pid) / 1000
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)
    report.add("first_page_seconds", seconds, "s", target=20,
               beside=f"empty folder, packages there; at least {cpu:.1f} s of CPU")  # fmt: skip


def _first_page(process: subprocess.Popen[bytes], out: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", PORT, timeout=10)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError(f"no page came: {out.read_text(errors='replace')[-800:]}")
