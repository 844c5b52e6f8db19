"""`make run` and `make test`: everything on one machine, from the wheels, under ``var/``."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"


class StartFailed(Exception):
    """Something a person can mend; the message says what to do."""
