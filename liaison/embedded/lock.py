"""One `make run` per folder. The kernel frees the lock whatever way the process ends."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another process holds the lock; `holder` is what it wrote about itself."""

    def __init__(self, holder: dict[str, str]) -> None:
        super().__init__(holder)
        self.holder = holder


def take(path: Path, about: dict[str, str]) -> IO[str]:
    """Hold the lock until the returned file is closed. Raises AlreadyRunning."""
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        text = file.read()
        file.close()
        raise AlreadyRunning(json.loads(text) if text.strip() else {}) from None
    file.seek(0)
    file.truncate()
    json.dump(about | {"pid": str(os.getpid())}, file)
    file.flush()
    return file
