"""`make lint`: every check, each with its name and time; all of them run even when one fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
ENVIRONMENT = os.environ | {
    "DJANGO_SETTINGS_MODULE": "liaison.test_settings",
    "PYTHONDONTWRITEBYTECODE": "1",
}
AT_ONCE = 2


def has_command(name: str) -> bool:
    """Whether the house has a management command of that name."""
    return any(ROOT.glob(f"*/management/commands/{name}.py"))


def steps() -> dict[str, list[str]]:
    """Name and command of every check this machine can make."""
    found = {
        "mypy": [PYTHON, "-m", "mypy"],
        "ruff check": [PYTHON, "-m", "ruff", "check", "."],
        "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
        "djlint": [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"],
        "import-linter": [PYTHON, "-m", "tools.layers"],
        "django check": [*MANAGE, "check", "--fail-level", "WARNING"],
        "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
        "vendor": [PYTHON, "-m", "tools.vendor", "--check"],
        "workflow docs": [*MANAGE, "workflow_docs", "--check"],
        "docker compose": ["docker", "compose", "-f", "docker-compose.yml", "config", "-q"],
    }
    if not has_command("workflow_docs"):
        found.pop("workflow docs")
    if not _has_compose():
        found.pop("docker compose")
    return found


def _has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    probe = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    return probe.returncode == 0


def run(name: str, command: list[str]) -> tuple[str, int, str, float]:
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    return name, done.returncode, done.stdout + done.stderr, time.monotonic() - started


def main() -> int:
    wanted = steps()
    chosen = sys.argv[1:]
    unknown = set(chosen) - {name.split()[0] for name in wanted}
    if unknown:
        print(f"no such step: {', '.join(sorted(unknown))}; there are: {', '.join(wanted)}")
        return 2
    if chosen:
        wanted = {name: command for name, command in wanted.items() if name.split()[0] in chosen}
    failed = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(run, name, command) for name, command in wanted.items()]
        for job in as_completed(jobs):
            name, code, output, seconds = job.result()
            print(f"{'✓' if code == 0 else '✗'} {name} ({seconds:.1f} s)", flush=True)
            if code != 0:
                failed.append(name)
                print("  " + output.strip().replace("\n", "\n  "), flush=True)
    print(f"lint: {len(wanted) - len(failed)} of {len(wanted)} hold", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
