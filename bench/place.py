"""Where benchmarks run: a database of their own, the settings, and a seeded county."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from bench import clock
from liaison.embedded import ROOT, VAR
from liaison.embedded.postgres import EmbeddedPostgres

FOLDER = Path(os.environ.get("BENCH_FOLDER") or VAR / "bench")
MANAGE = [sys.executable, str(ROOT / "manage.py")]
PORT = int(os.environ.get("BENCH_PORT", "8112"))
KEPT = "BENCH_KEEP"  # set it to use the database of the run before


@contextmanager
def database() -> Iterator[str]:
    """The address of a fresh database: beside the one of DATABASE_URL, or in our own server."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    given = os.environ.get("DATABASE_URL", "")
    own = None
    if not given:
        own = EmbeddedPostgres(FOLDER / "pg", log=FOLDER / "postgres.log")
        own.start()
        given = own.url("liaison")
    parts = urlsplit(given)
    name = f"{parts.path.strip('/') or 'liaison'}_bench"
    try:
        _create(urlunsplit(parts._replace(path="/postgres")), name)
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        if not os.environ.get(KEPT):
            _drop(urlunsplit(parts._replace(path="/postgres")), name)
        if own:
            own.stop()


def _run(url: str, *statements: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def _drop(url: str, name: str) -> None:
    _run(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _create(url: str, name: str) -> None:
    if os.environ.get(KEPT):
        try:
            _run(url, f'CREATE DATABASE "{name}"')
        except psycopg2.errors.DuplicateDatabase:
            return
    else:
        _drop(url, name)
        _run(url, f'CREATE DATABASE "{name}"')


def environment(url: str) -> dict[str, str]:
    """The house as `make run` would set it up, behind a proxy that names the visitors' addresses.

    Loopback addresses are never limited; the limit has to be part of what is measured.
    """
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "liaison.settings",
        "DATABASE_URL": url,
        "EMBEDDED": "1",
        "SECRET_KEY": "bench-" + "k" * 50,
        "FIELD_KEYS": "bench:" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "TRUSTED_PROXIES": "127.0.0.1",
        "BASE_URL": f"http://127.0.0.1:{PORT}",
        "LOG_DIR": str(FOLDER / "log"),
        "MEDIA_ROOT": str(FOLDER / "media"),
        "STATIC_ROOT": str(FOLDER / "static"),
        "SECOND_FACTOR_REQUIRED": "0",
        "REDIS_URL": "",
    }


@dataclass
class Spent:
    """Wall-clock seconds, CPU seconds of Python and of the database, largest memory in MB."""

    wall: float = 0.0
    cpu: float = 0.0
    database: float = 0.0
    memory: float = 0.0


def manage(*arguments: str, env: dict[str, str]) -> tuple[str, Spent]:
    """Run a management command; what it printed and what it took. Raises when it fails."""
    started, out, errors = time.monotonic(), temporary("out.txt"), temporary("err.txt")
    with out.open("wb") as to_out, errors.open("wb") as to_errors:
        child = subprocess.Popen(
            [*MANAGE, *arguments], cwd=ROOT, env=env, stdout=to_out, stderr=to_errors
        )
        spent = _watched(child, env["DATABASE_URL"])
    spent.wall = time.monotonic() - started
    if child.returncode != 0:
        words = out.read_text()[-800:] + errors.read_text()[-1500:]
        raise RuntimeError(f"{' '.join(arguments)}: {words}")
    return out.read_text(), spent


def _watched(child: subprocess.Popen[bytes], url: str) -> Spent:
    """Look at a child every few hundredths of a second until it ends.

    The system's own largest-memory figure would count this process's pages before the exec.
    """
    spent, backends = Spent(), dict[int, float]()
    connection = psycopg2.connect(url)
    connection.autocommit = True  # in a transaction the list of connections would stand still
    with connection.cursor() as cursor:
        # what others' connections, our own above all, had used before is not the child's
        before = clock.backends(cursor)
        while child.poll() is None:
            spent.memory = max(spent.memory, clock.peak_mb(child.pid))
            spent.cpu = max(spent.cpu, clock.one_ms(child.pid) / 1000)
            backends |= {pid: ms for pid, ms in clock.backends(cursor).items() if ms}
            time.sleep(0.03)
    connection.close()
    spent.database = sum(ms - before.get(pid, 0.0) for pid, ms in backends.items()) / 1000
    return spent


class World:
    """The seeded database: its manifest, and Django set up on it in this process."""

    def __init__(self, url: str, *, scale: str) -> None:
        self.env = environment(url)
        self.scale = scale
        self.seeding: Spent | None = None
        self._manifest = FOLDER / f"manifest-{scale}.json"

    def prepare(self) -> None:
        """Tables and people, then Django in this process."""
        manage("migrate", "--verbosity", "0", env=self.env)
        manage("prepare", "--assets", env=self.env)  # as `make run` does before it serves
        if self._is_empty() or not self._manifest.exists():
            out, self.seeding = manage("seed_demo", "--scale", self.scale, "--json", env=self.env)
            self._manifest.write_text(out)
        os.environ.update(self.env, LOG_LEVEL="ERROR")  # in this process; the servers log as always
        import django  # the settings are only known now

        django.setup()
        self.sql("VACUUM ANALYZE")  # autovacuum does this on a living system within minutes

    def _is_empty(self) -> bool:
        with (
            psycopg2.connect(self.env["DATABASE_URL"]) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT count(*) FROM accounts_user")
            return bool(cursor.fetchone()[0] == 0)

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._manifest.read_text())
        return found

    def tokens(self, count: int, kind: str = "deputy") -> list[str]:
        """Printed codes in use."""
        rows = self.manifest["tokens"]
        return [t["token"] for t in rows if (t["kind"], t["state"]) == (kind, "active")][:count]

    def username(self, role: str) -> str:
        """Somebody of a role."""
        return next(str(u["username"]) for u in self.manifest["users"] if u["role"] == role)

    def sql(self, statement: str, values: Any = None) -> list[Any]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def count_queries(self, act: Callable[[], object]) -> int:
        """How many statements `act` sends, whatever Django does with its own list."""
        from django.db import connection

        count = 0

        def counting(execute: Any, *details: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*details)

        with connection.execute_wrapper(counting):
            act()
        return count

    def backend_ms(self) -> float:
        """CPU of the database for everybody else on it."""
        from django.db import connection

        with connection.cursor() as cursor:
            return clock.backend_ms(cursor)


def temporary(name: str) -> Path:
    """A file of this run."""
    folder = FOLDER / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
