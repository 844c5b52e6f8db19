"""Load: `wrk` where it is installed, else and for forms a client of our own."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from bench.place import temporary

_PATHS = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", paths[n %% #paths + 1], {["Accept-Encoding"] = "br", Host = "127.0.0.1"})
end
"""


@dataclass
class Result:
    """What came back. Latencies in seconds; `bodies` only where they were asked for."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0
    bodies: list[bytes] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.statuses.values())

    @property
    def errors(self) -> int:
        """Answers of 5xx and connections that broke."""
        return self.broken + sum(n for status, n in self.statuses.items() if status >= 500)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


def pages(port: int, paths: list[str], *, seconds: float, connections: int = 16) -> int:
    """GET these paths over and over; how many answers came. Raises when any was not a success."""
    if shutil.which("wrk"):
        return _wrk(port, paths, seconds, connections)
    until = time.monotonic() + seconds

    def asks(number: int) -> Iterable[Ask]:
        n = number
        while time.monotonic() < until:
            n += 1
            yield Ask("GET", paths[n % len(paths)], headers=(("Accept-Encoding", "br"),))

    found = crowd(port, [asks(n) for n in range(8)])
    if set(found.statuses) != {200} or found.broken:
        raise RuntimeError(f"not only successes: {found.statuses}, broken {found.broken}")
    return found.count


def _wrk(port: int, paths: list[str], seconds: float, connections: int) -> int:
    listed, script = temporary("paths.txt"), temporary("paths.lua")
    listed.write_text("\n".join(paths) + "\n")
    script.write_text(_PATHS % listed)
    command = [
        "wrk",
        "-t1",
        "--timeout",
        "30s",
        f"-c{connections}",
        f"-d{max(1, round(seconds))}s",
        "-s",
        str(script),
    ]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
    )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"not only successes: {done.stdout}")
    found = re.search(r"(\d+) requests in", done.stdout)
    assert found is not None
    return int(found[1])


def crowd(
    port: int,
    people: list[Iterable[Ask]],
    *,
    until: float = float("inf"),
    keep: Callable[[bytes], bytes] | None = None,
) -> Result:
    """Everybody at once, each on a connection of their own, one request after the other."""
    result, lock = Result(), threading.Lock()

    def person(asks: Iterable[Ask]) -> None:
        mine = Result()
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for ask in asks:
            if time.monotonic() > until:
                break
            _ask(connection, ask, mine, keep)
        connection.close()
        with lock:
            _merge(result, mine)

    threads = [threading.Thread(target=person, args=(asks,)) for asks in people]
    threading.stack_size(256 * 1024)
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.monotonic() - started
    return result


def _ask(
    connection: HTTPConnection, ask: Ask, into: Result, keep: Callable[[bytes], bytes] | None
) -> None:
    started = time.monotonic()
    try:
        connection.request(ask.method, ask.path, ask.body, dict(ask.headers))
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException):
        connection.close()
        into.broken += 1
        return
    into.latencies.append(time.monotonic() - started)
    into.statuses[answer.status] = into.statuses.get(answer.status, 0) + 1
    if keep is not None and answer.status == 201:
        into.bodies.append(keep(body))


def _merge(into: Result, one: Result) -> None:
    into.latencies += one.latencies
    into.bodies += one.bodies
    into.broken += one.broken
    for status, count in one.statuses.items():
        into.statuses[status] = into.statuses.get(status, 0) + count
