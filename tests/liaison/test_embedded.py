"""`make run` in a folder of its own: serves, says so, stops, and comes back after `kill -9`."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import zxingcpp
from django.conf import settings
from PIL import Image

from liaison.embedded import lock, secretfile
from liaison.embedded.postgres import EmbeddedPostgres
from liaison.embedded.run import Place
from liaison.embedded.welcome import one_time_code, print_code, show
from tests.conftest import free_port

ROOT = Path(settings.BASE_DIR)
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "staticfiles", "__pycache__", ".*_cache", "tests", "bench"
)
SECONDS = 90


class House:
    """A copy of the code in a folder with a space in its name, run as `make run` would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.output = folder / "output.txt"

    def start(self) -> None:
        self.process = self.launch(self.output)
        deadline = time.monotonic() + SECONDS
        while "按 Ctrl-C 停止" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def launch(self, output: Path) -> subprocess.Popen[bytes]:
        kept = {"PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV"}
        environment = {name: value for name, value in os.environ.items() if name in kept}
        environment |= {"PORT": str(self.port), "WEB_WORKERS": "1", "PYTHONUTF8": "1"}
        with output.open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "liaison.embedded", "run"],
                cwd=self.folder,
                env=environment,
                stdout=out,
                stderr=out,
            )

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as a:
                return a.status, a.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def processes(self) -> list[int]:
        """Everything on this machine that runs out of the folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes()
                running = (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
                here = os.readlink(entry / "cwd") == str(self.folder)
            except OSError:
                continue
            if running and (here or os.fsencode(self.folder) in command):
                found.append(int(entry.name))
        return [pid for pid in found if pid != os.getpid()]

    def wait_until_gone(self) -> None:
        deadline = time.monotonic() + 30
        while self.processes():
            assert time.monotonic() < deadline, self.processes()
            time.sleep(0.1)


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("a house") / "码上联"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT, symlinks=True)
    for parent in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
        parent.chmod(0o755)
    house = House(folder)
    yield house
    for pid in house.processes():
        os.kill(pid, signal.SIGKILL)


def test_the_house_from_first_start_to_kill_and_back(house):
    house.start()
    text = house.output.read_text()
    assert f"码上联已启动   http://127.0.0.1:{house.port}/" in text
    assert house.get("/healthz")[0] == 200
    checks = json.loads(house.get("/readyz")[1])["checks"]
    assert (checks["database"]["ok"], checks["migrations"]["ok"]) == (True, True)
    for name in ("secrets.env", "run.env"):
        assert (house.folder / "var" / name).stat().st_mode & 0o777 == 0o600
    secrets = (house.folder / "var" / "secrets.env").read_text()

    # a second one says where the first is
    second = house.folder / "second.txt"
    assert house.launch(second).wait(30) == 1
    assert f"已经在运行：http://127.0.0.1:{house.port}/" in second.read_text()

    # a second terminal reaches the same system without any variable
    manage = subprocess.run(
        [sys.executable, "manage.py", "list_endpoints", "--json"],
        cwd=house.folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(manage.stdout)

    # kill -9 takes everything along, and the next start works with the same secrets
    house.process.kill()
    house.process.wait()
    house.wait_until_gone()
    house.start()
    assert house.get("/healthz")[0] == 200
    assert (house.folder / "var" / "secrets.env").read_text() == secrets

    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(30) == 0
    house.wait_until_gone()


def test_a_port_that_is_taken_is_named(house):
    import socket

    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", house.port))
        other.listen()
        assert house.launch(house.output).wait(30) == 1
    text = house.output.read_text()
    assert str(house.port) in text
    assert f"PORT={house.port + 1} make run" in text


@pytest.fixture
def postgres(tmp_path) -> Iterator[EmbeddedPostgres]:
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    server = EmbeddedPostgres(tmp_path / "数 据" / "pg", log=tmp_path / "log", durable=False)
    yield server
    server.stop()


def test_postgres_starts_again_over_the_remains_of_a_killed_one(postgres):
    postgres.start()
    postgres.ensure_database("one")
    postgres.ensure_database("one")
    assert postgres.process is not None
    postgres.process.kill()
    postgres.process.wait()
    # the number in the lock file now belongs to somebody else
    lock_file = postgres.data / "postmaster.pid"
    lines = lock_file.read_text().splitlines()
    lock_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    postgres.start()
    link = psycopg2.connect(postgres.url("one"))
    with link, link.cursor() as cursor:
        cursor.execute("CREATE EXTENSION pg_trgm; SELECT similarity('路灯不亮了', '路灯不亮')")
        assert cursor.fetchone()[0] > 0.5
    link.close()


def test_only_the_owner_reaches_the_socket(postgres):
    postgres.start()
    assert postgres.sockets.stat().st_mode & 0o077 == 0


def test_the_lock_names_its_holder_and_is_freed_with_it(tmp_path):
    path = tmp_path / "run.lock"
    held = lock.take(path, {"url": "http://here"})
    with pytest.raises(lock.AlreadyRunning) as refused:
        lock.take(path, {"url": "http://there"})
    assert refused.value.holder == {"url": "http://here", "pid": str(os.getpid())}
    held.close()
    lock.take(path, {}).close()


def test_secrets_are_made_once_and_private(tmp_path):
    secretfile.ensure_secrets(tmp_path)
    first = (tmp_path / "secrets.env").read_text()
    (tmp_path / "secrets.env").chmod(0o644)
    secretfile.ensure_secrets(tmp_path)
    assert (tmp_path / "secrets.env").read_text() == first
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_serving_all_interfaces_names_an_address_others_can_reach(monkeypatch):
    for name in ("BASE_URL", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    place = Place(host="0.0.0.0", port=8101)
    assert "0.0.0.0" not in place.base_url
    host = place.base_url.removeprefix("http://").removesuffix(":8101")
    assert host in place.allowed_hosts.split(",")
    assert "*" not in place.allowed_hosts
    monkeypatch.setenv("BASE_URL", "https://liaison.example.cn/")
    assert place.base_url == "https://liaison.example.cn"
    assert "liaison.example.cn" in place.allowed_hosts.split(",")


def test_the_printed_code_can_be_scanned(capsys):
    address = "http://192.168.1.20:8000/q/k7m2q9x4/"
    print_code(address)
    rows = [line[2:] for line in capsys.readouterr().out.splitlines()]
    width = max(map(len, rows))
    picture = Image.new("L", (width, len(rows) * 2), 0)  # a dark terminal
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0), "\xa0": (0, 0)}
    for y, row in enumerate(rows):
        for x, char in enumerate(row):
            for half in (0, 1):
                picture.putpixel((x, y * 2 + half), halves[char][half])
    big = picture.resize((width * 8, len(rows) * 16), Image.Resampling.NEAREST)
    assert [found.text for found in zxingcpp.read_barcodes(big)] == [address]


def test_one_time_codes_are_those_of_the_standard():
    secret = base64.b32encode(b"12345678901234567890").decode().rstrip("=")
    # RFC 6238, appendix B, the last six of its eight digits
    vectors = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {at: one_time_code(secret, at) for at in vectors} == vectors


def test_the_welcome_shows_one_account_of_each_role(tmp_path, capsys):
    manifest = {
        "users": [
            {"username": "song", "password": "p-1", "role": "deputy", "scope": "1", "totp": ""},
            {"username": "wang", "password": "p-2", "role": "deputy", "scope": "2", "totp": ""},
            {"username": "li", "password": "p-3", "role": "auditor", "scope": "3", "totp": "ABC"},
        ],
        "tokens": [
            {"token": "old", "kind": "deputy", "state": "revoked", "path": "/q/old/"},
            {"token": "new", "kind": "deputy", "state": "active", "path": "/q/new/"},
        ],
    }
    (tmp_path / "demo.json").write_text(json.dumps(manifest))
    show("http://127.0.0.1:8000", tmp_path / "demo.json")
    text = capsys.readouterr().out
    assert "song" in text
    assert "wang" not in text
    assert re.search(r"审计员 +li +p-3 \*", text)
    assert "make code" in text
    assert "http://127.0.0.1:8000/q/new/" in text
