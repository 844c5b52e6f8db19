"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PRAGMA = re.compile(r"  # (noqa|type: ignore|fmt: skip).*$")  # they cannot stand anywhere else
SKIPPED = {".venv", "var", "staticfiles", ".git", "node_modules"}


def python_files() -> list[Path]:
    found = (p for p in ROOT.rglob("*.py") if not SKIPPED & set(p.relative_to(ROOT).parts))
    return [path for path in found if "migrations" not in path.parts]


def test_no_line_is_longer_than_lint_allows():
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(PRAGMA.sub("", line)) > 100
    ]
    assert long == []


def test_vendored_files_are_as_locked():
    done = subprocess.run(
        [sys.executable, "-m", "tools.vendor", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_lock_files_name_no_package_index():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "--index-url" not in text
        assert "http" not in text.replace("https://github.com", "")
        assert "--hash=sha256:" in text
