"""Bad input and faults: a clear Chinese 4xx or 503, never a 500."""

import socket
import threading
from contextlib import suppress

import pytest
from django.contrib.sessions.models import Session
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory

MULTIPART = "multipart/form-data; boundary=x"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def urls(settings):
    settings.ROOT_URLCONF = "tests.core.http_views"


@pytest.fixture
def page():
    return Client(raise_request_exception=False)


def part(name, body, filename=None):
    more = f'; filename="{filename}"' if filename else ""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + body + b"\r\n--x--\r\n"


@pytest.mark.parametrize(
    "path",
    ["/echo/?q=%00", "/echo/?%00=1", "/echo/?q=%ff", "/echo/?q=%ed%a0%80", "/echo/a%00b/"],
)
def test_broken_characters_in_the_address_are_refused(page, path):
    response = page.get(path)
    assert response.status_code == 400
    assert "乱码" in response.content.decode()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"text=a%00b", FORM),
        (b"te%00xt=a", FORM),
        (b"text=%ff%fe", FORM),
        (b"text=%ed%a0%80", FORM),
        (part("text", b"a\0b"), MULTIPART),
        (part("text", b"\xc3\x28"), MULTIPART),
    ],
)
def test_broken_characters_in_a_form_are_refused(page, body, content_type):
    response = page.generic("POST", "/echo/", body, content_type=content_type)
    assert response.status_code == 400
    assert "乱码" in response.content.decode()


def test_broken_characters_in_a_cookie_are_refused(page):
    """A quoted cookie can spell NUL in octal; it would reach the session table."""
    response = page.get("/echo/", headers={"cookie": 'sessionid="\\000aaaaaaaaaa"'})
    assert response.status_code == 400


@pytest.mark.parametrize("text", ["路灯坏了", "👨\u200d👩", "\u202e倒着写"])
def test_other_characters_pass(page, text):
    assert page.post("/echo/?q=路灯", {"text": text}).status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"no boundary", "multipart/form-data"),
        (b"junk", MULTIPART),
        (part("text", b"a")[:40], MULTIPART),
        ("文".encode("gbk"), FORM + "; charset=gbk"),
        (b"a=1", FORM + "; charset=nonsense"),
    ],
)
def test_a_broken_form_is_never_a_server_error(page, body, content_type):
    response = page.generic("POST", "/echo/", body, content_type=content_type)
    assert response.status_code in (200, 400)
    assert "<h1>" in response.content.decode() or response.status_code == 200


def test_a_multipart_form_without_boundary_is_refused(page):
    response = page.generic("POST", "/echo/", b"x", content_type="multipart/form-data")
    assert response.status_code == 400


def test_five_thousand_fields_are_refused(page):
    response = page.post("/echo/", {f"f{n}": "1" for n in range(5_000)})
    assert response.status_code == 400
    assert "项目太多" in response.content.decode()


def test_too_many_files_are_refused(page):
    body = b"".join(part(f"f{n}", b"1", "a.jpg")[:-7] for n in range(150)) + b"--x--\r\n"
    response = page.generic("POST", "/echo/", body, content_type=MULTIPART)
    assert response.status_code == 400
    assert "项目太多" in response.content.decode()


def test_text_over_a_megabyte_is_too_large(page):
    assert page.post("/echo/", b"text=" + b"a" * 1024 * 1024, content_type=FORM).status_code == 413
    body = part("text", b"a" * 3 * 1024 * 1024)
    assert page.generic("POST", "/echo/", body, content_type=MULTIPART).status_code == 413


@pytest.mark.parametrize(
    ("length", "content_type", "status"),
    [
        (str(1024 * 1024 + 1), FORM, 413),
        (str(1024 * 1024 + 1), "application/json", 413),
        (str(100 * 1024 * 1024 + 1), MULTIPART, 413),
        ("9" * 5_000, FORM, 413),
        ("-1", FORM, 400),
        ("1e3", FORM, 400),
        ("१२", FORM, 400),
    ],
)
def test_declared_length_is_judged_before_reading(page, length, content_type, status):
    response = page.generic(
        "POST", "/echo/", b"a=1", content_type=content_type, CONTENT_LENGTH=length
    )
    assert response.status_code == status


def test_forged_host_is_refused(page):
    response = page.get("/echo/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


def test_headers_left_over_by_others_are_set(page):
    response = page.get("/echo/")
    assert "geolocation=()" in response["Permissions-Policy"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


class Proxy:
    """A door to the database that can be shut: new connections refused, old ones cut."""

    def __init__(self, host, port):
        self.target = (host, port)
        self.port = 0
        self.pairs = []

    def open(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def shut(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for end in self.pairs:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.pairs = []

    def _accept(self, listener):
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = self._database()
                self.pairs += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=[source, sink], daemon=True).start()

    def _database(self):
        host, port = self.target
        if not host.startswith("/"):
            return socket.create_connection(self.target)
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{host}/.s.PGSQL.{port}")
        return far

    def _pump(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)


@pytest.fixture
def door(django_db_setup, django_db_blocker):
    """The test database behind a Proxy; persistent connections as in production."""
    inner = connection.settings_dict
    # pytest-django makes the test database only if some chosen test asks for `db`.
    assert inner["NAME"].startswith("test_"), "run the whole file"
    before = {key: inner[key] for key in ("HOST", "PORT", "CONN_MAX_AGE", "CONN_HEALTH_CHECKS")}
    proxy = Proxy(inner["HOST"] or "127.0.0.1", int(inner["PORT"] or 5432))
    proxy.open()
    with django_db_blocker.unblock():
        connection.close()
        inner.update(HOST="127.0.0.1", PORT=proxy.port, CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True)
        yield proxy
        with suppress(OSError):
            proxy.shut()
        connection.close()
        inner.update(before)


def served(path, *, data=None, cookie=""):
    """Status, headers and text as a web server gets them.

    The test client keeps connections from being closed between requests, which is the point here.
    """
    factory = RequestFactory(HTTP_COOKIE=cookie)
    request = factory.get(path) if data is None else factory.post(path, data)
    answer = {}

    def start_response(status, headers):
        answer.update(status=int(status[:3]), **dict(headers))

    response = WSGIHandler()(request.environ, start_response)
    answer["text"] = b"".join(response).decode()
    response.close()
    return answer


def test_a_row_too_many_for_its_column_is_bad_input(db, settings):
    settings.ROOT_URLCONF = "tests.core.database_views"
    response = Client(raise_request_exception=False).get("/overflow/")
    assert response.status_code == 400
    assert "存不下" in response.content.decode()


def test_database_away_is_503_and_comes_back_without_restart(door, settings):
    """A really cut connection: met by a view, then by the session middleware; then all is well."""
    settings.ROOT_URLCONF = "tests.core.database_views"
    assert served("/count/")["status"] == 200
    door.shut()
    answer = served("/count/", data={"text": "路灯坏了三天，夜里看不见"})
    assert (answer["status"], answer["Retry-After"]) == (503, "10")
    assert "路灯坏了三天，夜里看不见</textarea>" in answer["text"]
    assert served("/session/", cookie="sessionid=abcdefghijklmnop")["status"] == 503
    door.open()
    assert served("/count/")["status"] == 200
    assert served("/session/", cookie="sessionid=abcdefghijklmnop")["status"] == 200
    Session.objects.all().delete()
