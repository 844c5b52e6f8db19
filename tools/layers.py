"""The import contracts of pyproject.toml, by import-linter, without its banner."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from importlinter.cli import lint_imports  # noqa: E402

if __name__ == "__main__":
    sys.exit(lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None))
