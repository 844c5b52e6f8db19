"""Bring a database and the assets to the state this code needs; the middle part of `make run`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import transaction

from liaison.embedded.secretfile import write_private


class Command(BaseCommand):
    help = "迁移数据库；空库时装入演示数据；收集静态文件。可重复执行。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--no-demo", action="store_true", help="空库也不装演示数据")
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--assets", action="store_true", help="只收集静态文件")
        only.add_argument("--database", action="store_true", help="只准备数据库")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["assets"]:
            self._prepare_database(with_demo=not options["no_demo"])
        if not options["database"] and self._stale_assets():
            with self._step("静态文件"):
                self._collect()

    def _prepare_database(self, *, with_demo: bool) -> None:
        with self._step("数据库结构"):
            call_command("migrate", interactive=False, verbosity=0)
        if with_demo and self._is_empty():
            with self._step("演示数据"):
                self._seed()

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """One line when it is done: assets and database are prepared at the same time."""
        started = time.monotonic()
        yield
        self.stdout.write(f"  ✓ {name}（{time.monotonic() - started:.1f} 秒）")
        self.stdout.flush()

    def _is_empty(self) -> bool:
        return "seed_demo" in get_commands() and not get_user_model().objects.exists()

    def _seed(self) -> None:
        """All or nothing: a start that is cut off begins again with an empty database."""
        out = StringIO()
        with transaction.atomic():
            call_command("seed_demo", scale="small", json=True, stdout=out)
        var = settings.BASE_DIR / "var"
        var.mkdir(mode=0o700, exist_ok=True)
        write_private(var / "demo.json", json.dumps(json.loads(out.getvalue()), ensure_ascii=False))

    # --- assets: collected and compressed only when a file changed ---------------------------

    def _stamp(self) -> Path:
        return Path(settings.STATIC_ROOT) / ".stamp"

    def _fingerprint(self) -> str:
        digest = sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
        for finder in get_finders():
            for path, storage in finder.list([]):
                found = Path(storage.path(path)).stat()
                digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def _stale_assets(self) -> bool:
        try:
            return self._stamp().read_text() != self._fingerprint()
        except FileNotFoundError:
            return True

    def _collect(self) -> None:
        self._stamp().unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        self._stamp().write_text(self._fingerprint())
