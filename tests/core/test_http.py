"""Error pages, error JSON, callers' addresses."""

import json

import pytest
from django.test import Client, RequestFactory

from core.http import client_ip, client_network, typed_fields, wants_json


@pytest.fixture(autouse=True)
def urls(settings):
    settings.ROOT_URLCONF = "tests.core.http_views"


@pytest.fixture
def page():
    return Client(raise_request_exception=False)


EXPECTED = {
    "input": 400, "data": 400, "forbidden": 403, "denied": 403, "absent": 404, "invisible": 404,
    "moved": 409, "large": 413, "media": 415, "many": 429, "bug": 500, "away": 503, "closed": 503,
}  # fmt: skip


@pytest.mark.parametrize(("name", "status"), EXPECTED.items())
def test_each_error_has_its_chinese_page(page, name, status):
    response = page.get(f"/fail/{name}/")
    text = response.content.decode()
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert '<html lang="zh-CN">' in text
    assert "<h1>" in text
    assert "CANARY" not in text
    assert not response.cookies


@pytest.mark.parametrize(("name", "status"), EXPECTED.items())
def test_each_error_has_its_json(page, name, status):
    response = page.get(f"/api/v1/fail/{name}/")
    body = json.loads(response.content)
    assert response.status_code == status
    assert set(body) == {"code", "message", "fields"}
    assert "CANARY" not in response.content.decode()
    assert body["message"].endswith("。")


def test_input_error_names_its_fields(page):
    assert page.get("/api/v1/fail/input/").json() == {
        "code": "wrong",
        "message": "请填写内容。",
        "fields": {"text": "请写下发生了什么。"},
    }
    assert "请写下发生了什么。" in page.get("/fail/input/").content.decode()


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
def test_absent_and_out_of_scope_are_told_alike(page, prefix):
    absent = page.get(f"{prefix}/fail/absent/")
    invisible = page.get(f"{prefix}/fail/invisible/")
    unrouted = page.get(f"{prefix}/no/such/route/")
    assert absent.content == invisible.content == unrouted.content
    assert absent.headers == invisible.headers == unrouted.headers


@pytest.mark.parametrize(("name", "seconds"), [("away", "10"), ("many", "60")])
def test_errors_that_pass_say_when_to_come_back(page, name, seconds):
    assert page.get(f"/fail/{name}/")["Retry-After"] == seconds


WORDS = {
    "text": "路灯<b>坏</b>了三天\n夜里看不见",
    "kind": "problem",
    "phone": "13812341234",
    "idempotency_key": "0b5f-key-of-the-form",
    "csrfmiddlewaretoken": "CANARY-CSRF",
}


def test_database_away_keeps_what_was_typed_and_offers_to_send_it_again(page):
    text = page.post("/fail/away/?from=scan", WORDS).content.decode()
    assert "路灯&lt;b&gt;坏&lt;/b&gt;了三天\n夜里看不见</textarea>" in text
    assert ">0b5f-key-of-the-form</textarea>" not in text
    assert '<form method="post" action="/fail/away/?from=scan"' in text
    assert '<input type="hidden" name="idempotency_key" value="0b5f-key-of-the-form">' in text
    assert '<input type="hidden" name="kind" value="problem">' in text
    assert "CANARY-CSRF" not in text


@pytest.mark.parametrize(("name", "resends"), [("moved", False), ("input", False), ("many", True)])
def test_typed_words_are_kept_and_sent_again_only_where_that_helps(page, name, resends):
    text = page.post(f"/fail/{name}/", WORDS).content.decode()
    assert "了三天" in text
    assert ("再交一次" in text) is resends


def test_passwords_are_never_shown_again(page):
    text = page.post("/fail/away/", {"username": "王五王五", "password": "CANARY"}).content.decode()
    assert "CANARY" not in text
    assert "王五王五" not in text


def test_not_found_keeps_nothing(page):
    assert "了三天" not in page.post("/fail/absent/", WORDS).content.decode()


def test_the_address_of_the_form_cannot_lead_away(page):
    text = page.post("/fail/away/", WORDS, PATH_INFO="//evil.example/fail/away/").content.decode()
    assert 'action="//evil' not in text


def test_csrf_failure_keeps_the_words_and_a_fresh_token():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/echo/", WORDS)
    text = response.content.decode()
    assert response.status_code == 403
    assert "请再确认一次" in text
    token = response.cookies["csrftoken"].value
    again = {**WORDS, "csrfmiddlewaretoken": text.split('csrfmiddlewaretoken" value="')[1][:64]}
    assert token
    assert client.post("/echo/", again).status_code == 200


def test_error_page_survives_a_broken_template(page, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    response = page.get("/fail/moved/")
    assert response.status_code == 409
    assert "刚刚由王五受理了" in response.content.decode()


@pytest.mark.parametrize(("path", "home"), [("/fail/bug/", "/"), ("/desk/fail/bug/", "/desk/")])
def test_error_page_leads_back_to_its_own_surface(page, path, home):
    assert f'<a class="btn" href="{home}">' in page.get(path).content.decode()


@pytest.mark.parametrize("name", ["away", "closed"])
def test_database_away_is_an_answer_and_no_crash_report(name):
    """The client raises whatever Django would report as an unhandled exception."""
    assert Client().get(f"/fail/{name}/").status_code == 503


def test_error_pages_ask_no_database(page):
    """No `db` fixture here: a query would raise."""
    assert page.get("/fail/denied/").status_code == 403
    assert page.post("/fail/away/", WORDS).status_code == 503


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/", {}, False),
        ("/", {"accept": "*/*"}, False),
        ("/", {"accept": "application/json"}, True),
        ("/", {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, False),
        ("/", {"accept": "text/html;q=0.5,application/json"}, True),
        ("/api/v1/messages/", {"accept": "text/html"}, True),
        ("/open311/v2/requests", {}, True),
    ],
)
def test_wants_json(path, headers, expected):
    assert wants_json(RequestFactory().get(path, headers=headers)) is expected


def test_wants_json_by_what_is_sent():
    assert wants_json(RequestFactory().post("/", "{}", content_type="application/json"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # a stranger's header counts for nothing
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # forged in front
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:51234", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_client_ip_believes_only_trusted_proxies(settings, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert client_ip(RequestFactory(REMOTE_ADDR=peer).get("/", headers=headers)) == expected


@pytest.mark.parametrize(
    ("peer", "expected"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"), ("", "")],
)
def test_client_network_takes_one_ipv6_caller_as_one(peer, expected):
    assert client_network(RequestFactory(REMOTE_ADDR=peer).get("/")) == expected


def test_typed_fields_gives_up_on_an_unreadable_form():
    request = RequestFactory().post("/", b"junk", content_type="multipart/form-data; boundary=x")
    assert typed_fields(request) == []
    many = RequestFactory().post("/", {f"f{n}": "字" for n in range(100)})
    assert typed_fields(many) == []
