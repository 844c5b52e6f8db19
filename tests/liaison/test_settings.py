"""What differs between places comes from the environment, and a careless one does not start."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
GOOD = {
    "DEBUG": "0",
    "EMBEDDED": "0",
    "SECRET_KEY": "k8Zr0c3vQ1xT7mWb5nLs9dFh2jKp4gYu6aEi",
    "FIELD_KEYS": "k1:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    "ALLOWED_HOSTS": "liaison.example.cn",
}
# Read by the runner or the test run only; nobody sets them in `.env`.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "MAKELEVEL", "REQUIRE_ALL", "PIP_INDEX_URL"}
PARTS = [
    "liaison", "core", "audit", "jobs", "workflows", "congress", "accounts", "notifications",
    "codes", "deputies", "grids", "stations", "handling", "voices",
]  # fmt: skip


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """A production process that gets as far as `manage.py check`."""
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment | GOOD | changes,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_real_secrets():
    done = start()
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-0a9b8c7d6e5f4g3h2i1j0k9l8m7n"}, "SECRET_KEY"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"FIELD_KEYS": "k1:change-me"}, "FIELD_KEYS"),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "liaison.example.cn,*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
    ],
)
def test_production_refuses_a_placeholder(changes, named):
    done = start(**changes)
    assert done.returncode != 0
    assert "拒绝启动" in done.stderr
    assert named in done.stderr


def test_every_value_of_the_example_is_refused_as_a_secret():
    example = dict(re.findall(r"(?m)^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text()))
    done = start(SECRET_KEY=example["SECRET_KEY"], FIELD_KEYS=example["FIELD_KEYS"])
    assert "SECRET_KEY" in done.stderr
    assert "FIELD_KEYS" in done.stderr


def test_env_example_lists_exactly_what_is_read():
    listed = set(re.findall(r"(?m)^([A-Z_]+)=", (ROOT / ".env.example").read_text()))
    compose = (ROOT / "docker-compose.yml").read_text()
    read = set(re.findall(r"\$\{([A-Z_]+)", compose)) - NOT_SETTINGS
    for part in PARTS:
        for path in (ROOT / part).rglob("*.py"):
            if path.name != "test_settings.py":
                read |= names_read(ast.parse(path.read_text(encoding="utf-8")))
    assert listed == read - NOT_SETTINGS


def names_read(tree: ast.AST) -> set[str]:
    """First arguments of `env(...)`, `env.list(...)`, `os.environ.get(...)`, `os.environ[...]`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            owner = ast.unparse(node.func)
            if re.fullmatch(r"env(\.\w+)?|os\.environ\.get|os\.getenv", owner):
                names.add(getattr(node.args[0], "value", ""))
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            names.add(getattr(node.slice, "value", ""))
    return {name for name in names if isinstance(name, str) and name.isupper()}


def test_compose_describes_the_six_services_with_variables_of_the_example():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert {"postgres", "redis", "web", "worker", "beat", "caddy"} <= set(compose["services"])
    environment = compose["services"]["web"]["environment"]
    listed = set(re.findall(r"(?m)^([A-Z_]+)=", (ROOT / ".env.example").read_text()))
    assert set(environment) <= listed


def test_content_security_policy_is_strict(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'self'",
        "img-src": "'self' data: blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def test_a_browser_in_english_is_answered_in_chinese(client, db):
    page = client.get("/login/", headers={"Accept-Language": "en-US"}).content.decode()
    assert 'lang="zh' in page
    assert "Password" not in page


def test_sign_in_is_hardened():
    script = (
        "import liaison.settings as s;"
        "print(s.PASSWORD_HASHERS[0].rpartition('.')[2], s.SESSION_IDLE_SECONDS,"
        " s.AXES_FAILURE_LIMIT, s.AXES_COOLOFF_TIME, s.SESSION_COOKIE_HTTPONLY,"
        " s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    )
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "liaison.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment | GOOD | {"BASE_URL": "https://liaison.example.cn"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "Argon2PasswordHasher 1800 5 0:15:00 True True True"
