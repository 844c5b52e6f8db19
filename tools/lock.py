"""`make lock`: compile the pins with hashes, and without the address of any package index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = [sys.executable, "-m", "uv", "pip", "compile", "--generate-hashes", "--no-emit-index-url"]


def main() -> int:
    for name in ("requirements", "requirements-dev"):
        options = ["--python-version", "3.11", "--universal", "--quiet"]
        command = [*UV, *options, f"{name}.in", "-o", f"{name}.txt"]
        print(f"{name}.txt …", flush=True)
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
