"""Files under ``var/`` that only their owner may read."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, whole or not at all."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.chmod(0o600)
    part.replace(path)


def ensure_secrets(var: Path) -> None:
    """Make SECRET_KEY and FIELD_KEYS once; they stay the same from then on."""
    path = var / "secrets.env"
    if path.exists():
        path.chmod(0o600)
        return
    field_key = base64.b64encode(secrets.token_bytes(32)).decode()
    write_private(path, f"SECRET_KEY={secrets.token_urlsafe(50)}\nFIELD_KEYS=k1:{field_key}\n")


def write_env(path: Path, values: dict[str, str]) -> None:
    """Keep what a second terminal needs to reach the same system."""
    write_private(path, "".join(f'{name}="{value}"\n' for name, value in values.items()))
