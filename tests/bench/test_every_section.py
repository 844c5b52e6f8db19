"""Every benchmark runs, on next to nothing, and prints the figures it is there for.

Nothing is said about the numbers: a shared machine has none to give. What needs a browser may be
absent, and so may the second figure of a list that has no search.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bench.__main__ import SECTIONS
from bench.lists import LISTS
from liaison.embedded import ROOT

SECONDS = 2400  # for all of them; a quiet machine takes a tenth
FIGURES = {
    "seed": {"small_seconds"},
    "submit": {"cpu_per_message", "bare_insert", "cpu_to_bare_insert", "queries"},
    "together": {"refused", "errors_5xx", "lost", "p99"},
    "page": {"cached_to_bare", "uncached_cpu", "uncached_queries"},
    "wire": {"bytes", "requests"},
    "imports": {"deputies_seconds", "deputies_memory", "grids_seconds", "grids_memory"},
    "posters": {"6_seconds", "decoded"},
    "jobs": {"reminder_scan", "reminders_again", "deliveries_per_second"},
    "rates": {
        "all_today", "all_month_ago", "all_year_ago", "snapshot", "reading_kept",
        "dashboard_cached", "dashboard_cold", "dashboard_queries",
    },
    "sheets": {"import_seconds", "export_seconds", "export_memory"},
    "lists": {f"{one.name}_db" for one in LISTS},
    "topics": {
        "burst_cpu", "burst_5xx", "burst_lost", "page_ratio", "group_60_seconds",
        "group_60_memory", "group_90_seconds", "group_90_memory", "export_xlsx_seconds",
        "export_docx_seconds", "search_worst",
    },
    "start": {"first_page_seconds"},
}  # fmt: skip
MAY_BE_ABSENT = {"wire": {"lcp_slow_phone"}, "lists": {f"{one.name}_queries" for one in LISTS}}


def test_every_section_runs_and_prints_its_figures(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--tiny", "--out", str(tmp_path)],
        cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-4000:]
    printed = {line.split()[0] for line in run.stdout.splitlines() if line}
    for section in SECTIONS:
        names = {name.partition(".")[2] for name in printed if name.startswith(f"{section}.")}
        assert names - MAY_BE_ABSENT.get(section, set()) == FIGURES[section]
        kept = json.loads((tmp_path / f"{section}.json").read_text())["figures"]
        assert {figure["name"] for figure in kept} == {f"{section}.{name}" for name in names}


def environment(folder: Path) -> dict[str, str]:
    """The tests' own database server; a database, a folder and a port that nobody else has."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"every_section_{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    return kept | {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")), "BENCH_PORT": str(port),
        "BENCH_FOLDER": str(folder / "bench"),
    }  # fmt: skip
