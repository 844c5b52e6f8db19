"""The product's web server as `make run` starts it, and the references beside it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException

from bench import clock
from bench.place import FOLDER
from liaison.embedded import ROOT

START_SECONDS = 180  # a busy machine takes its time; a server that died is told at once
FREE_SECONDS = 20
OURS, BARE = "liaison.wsgi:application", "bench.bare:application"


class Server:
    """A running granian; `cpu_ms` is what all its processes used so far."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    def cpu_ms(self) -> float:
        return clock.tree_ms(self.process.pid)


@contextmanager
def serving(target: str, port: int, env: dict[str, str]) -> Iterator[Server]:
    """Two workers of four threads, as shipped."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--http", "1",
        "--host", "127.0.0.1", "--port", str(port), "--workers", os.environ.get("WEB_WORKERS", "2"),
        "--blocking-threads", os.environ.get("WEB_THREADS", "4"), "--backlog", "2048",
        "--workers-kill-timeout", "5", "--log-level", "warning", target,
    ]  # fmt: skip
    _until_free(port)
    with (FOLDER / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(port, process)
            yield Server(port, process)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):  # a worker that outlived its parent keeps the port
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until_free(port: int) -> None:
    """The server before may still be closing."""
    deadline = time.monotonic() + FREE_SECONDS
    while True:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    said = (FOLDER / f"server-{port}.log").read_text(errors="replace")[-800:]
    raise RuntimeError(f"the server on {port} did not start ({process.poll()}): {said}")
