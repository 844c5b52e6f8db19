"""CPU time of processes, from /proc."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """A process and all below it."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int(_stat(int(folder.name))[1])
            except (OSError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(folder.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += parents.get(pid, [])
    return found


def tree_ms(root: int) -> float:
    """User and system time of a process tree so far, in milliseconds."""
    return sum(one_ms(pid) for pid in tree(root))


def one_ms(pid: int) -> float:
    """User and system time of one process with all its threads; 0 when it is gone."""
    try:
        fields = _stat(pid)
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * 1000 / TICK


def peak_mb(pid: int) -> float:
    """The most memory a process held so far."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def process_ms(pid: int) -> float:
    """Time on a processor of a process with one thread, to the nanosecond; 0 when not readable."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except (OSError, ValueError):
        return 0.0


def backend_ms(cursor: Any) -> float:
    """CPU of every PostgreSQL process serving this database but the asking one.

    0 when the server is on another machine.
    """
    return sum(backends(cursor).values())


def backends(cursor: Any) -> dict[int, float]:
    """The same by process."""
    cursor.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    return {pid: process_ms(pid) for (pid,) in cursor.fetchall()}


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may hold spaces: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
