"""Where settings come from: the process environment, then ``.env``, then what `make run` keeps.

`make run` writes its secrets and the address of its own PostgreSQL under ``var/``, so that
``manage.py`` in a second terminal speaks to the same system without any variable being set.
"""

from __future__ import annotations

from pathlib import Path

import environ

PLACEHOLDER_WORDS = ("placeholder", "change", "insecure", "example", "secret-key", "your-")
MIN_SECRET_LENGTH = 32
ENV_FILES = (".env", "var/run.env", "var/secrets.env")


def load_files(base_dir: Path, env: environ.Env) -> None:
    """Fill in what the environment leaves open; the first file that names a value wins."""
    for name in ENV_FILES:
        path = base_dir / name
        if path.is_file():
            env.read_env(path, overwrite=False)


def is_placeholder(secret: str) -> bool:
    """True for an empty, a short, a repeated or a copied-from-the-example secret."""
    lowered = secret.lower()
    return (
        len(secret) < MIN_SECRET_LENGTH
        or len(set(secret)) < 8
        or any(word in lowered for word in PLACEHOLDER_WORDS)
    )


def production_problems(
    *, secret_key: str, field_keys: list[str], allowed_hosts: list[str]
) -> list[str]:
    """Why a production start must be refused, as Chinese sentences; empty when it may start."""
    problems = []
    if is_placeholder(secret_key):
        problems.append("SECRET_KEY 没有设置或仍是占位值")
    materials = [key.partition(":")[2] for key in field_keys]
    if not materials or any(is_placeholder(material) for material in materials):
        problems.append("FIELD_KEYS 没有设置或仍是占位值")
    if "*" in allowed_hosts or not allowed_hosts:
        problems.append("ALLOWED_HOSTS 必须写明域名，不能是 * 或空")
    return problems
