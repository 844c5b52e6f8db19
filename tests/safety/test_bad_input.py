"""Whatever is thrown at a door that takes input: 4xx, a Chinese sentence, nothing half-written."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Iterator
from struct import pack

import pytest
from django.conf import settings as django_settings
from django.test import Client
from PIL import Image

from handling.models import Order
from tests.safety.written import rows
from tests.voices.conftest import say
from tests.world import NOW, County, make_county, receipt_of
from voices.models import Message, Photo
from workflows.engine import apply
from workflows.registry import workflow_of

CHINESE = re.compile("[\u4e00-\u9fff]{4,}")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def county(db: None) -> County:
    return make_county()


@pytest.fixture
def doors(county: County) -> dict[str, tuple[Client, str, dict[str, str]]]:
    """Every kind of POST door: (client, address, a body that would be taken)."""
    done = say(county)
    other = say(county, text="另一件事，下水道堵了", key="o" * 20)
    apply(other.message, "accept", actor=county.users["deputy"], now=NOW)
    apply(other.message, "answer", actor=county.users["deputy"], now=NOW,
          data={"outcome": "explained", "text": "正在检修"})  # fmt: skip
    apply(other.message, "publish", actor=county.users["moderator"], now=NOW,
          data={"title": "下水道", "text": "下水道堵了", "answer": ""})  # fmt: skip
    people = {}
    for role in ("deputy", "station_keeper", "moderator", "congress_staff"):
        people[role] = Client(raise_request_exception=False)
        people[role].force_login(county.users[role])
    stranger = Client(raise_request_exception=False)
    token, code = county.codes["deputy"].token, done.message.code
    words = {"kind": "problem", "text": "路灯坏了"}
    by_receipt = {"receipt": done.receipt}
    return {
        "message": (stranger, f"/q/{token}/message/", words),
        "similar": (stranger, f"/q/{token}/similar/", {"text": "路灯坏了三天"}),
        "receipt": (stranger, "/receipt/", by_receipt),
        "append": (stranger, "/receipt/append/", by_receipt | {"text": "补充一句"}),
        "rate": (stranger, "/receipt/rate/", {"receipt": other.receipt, "score": "satisfied"}),
        "withdraw": (stranger, "/receipt/withdraw/", by_receipt | {"sure": "yes"}),
        "follow": (stranger, f"/results/{other.message.code}/follow/", {}),
        "login": (stranger, "/login/", {"username": "nobody", "password": "wrong-one"}),
        "patrol": (people["deputy"], "/desk/messages/patrol/", words),
        "accept": (people["deputy"], f"/desk/messages/{code}/accept/", {}),
        "pass_on": (people["deputy"], f"/desk/messages/{code}/pass_on/",
                    {"deputy": "", "station": "", "reason": "不归我"}),
        "enter": (people["station_keeper"], "/desk/messages/enter/", words | {"way": "oral"}),
        "reveal": (people["station_keeper"], f"/desk/messages/{code}/reveal/", {"reason": "核实地点"}),
        "moderate": (people["moderator"], f"/admin/moderation/{other.message.code}/",
                     {"decision": "hide", "reason": "不宜公开"}),
        "api_message": (stranger, "/api/v1/messages/", words | {"token": token}),
    }  # fmt: skip


DOORS = [
    "message", "similar", "receipt", "append", "rate", "withdraw", "follow", "login", "patrol",
    "accept", "pass_on", "enter", "reveal", "moderate", "api_message",
]  # fmt: skip


def refused(answer, path: str, statuses: range | set[int] = range(400, 500)) -> None:
    """The answer is a refusal in Chinese, of the form its reader understands."""
    assert answer.status_code in statuses, (path, answer.status_code)
    text = answer.content.decode()
    if path.startswith("/api/"):
        assert set(json.loads(text)) == {"code", "message", "fields"}
    assert CHINESE.search(text), path


def multipart(fields: dict[str, str], extra: bytes = b"", closed: bool = True) -> bytes:
    body = b"".join(
        b'--xx\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (name.encode(), value.encode())
        for name, value in fields.items()
    )
    return body + extra + (b"--xx--\r\n" if closed else b"")


# What is sent to every door: (content type, body made from the good fields).
def bodies(good: dict[str, str]) -> Iterator[tuple[str, str, bytes]]:
    first = next(iter(good), "text")
    flat = "&".join(f"{k}={v}" for k, v in good.items()).encode()
    yield "NUL", FORM, flat + f"&{first}=a%00b".encode()
    yield "surrogate", FORM, flat + f"&{first}=%ED%A0%80".encode()
    yield "no UTF-8", FORM, flat + f"&{first}=%ff%fe".encode()
    yield "NUL in a name", FORM, flat + b"&a%00b=1"
    yield "1 MB", FORM, flat + b"&text=" + b"x" * (1024 * 1024 + 10)
    yield "5000 fields", FORM, flat + b"".join(b"&f%d=1" % n for n in range(5000))
    yield "NUL in a part", "multipart/form-data; boundary=xx", multipart(good | {"text": "a\0b"})
    yield "no boundary", "multipart/form-data", multipart(good)
    yield "bad boundary", "multipart/form-data; boundary=" + "é" * 3, multipart(good)
    yield "unknown charset", FORM + "; charset=nonsense", flat + b"&text=%00"


@pytest.mark.parametrize("door", DOORS)
def test_broken_bodies_are_refused_in_chinese_and_write_nothing(doors, door: str):
    client, path, good = doors[door]
    before = rows()
    for name, content_type, body in bodies(good):
        answer = client.generic("POST", path, body, content_type=content_type)
        assert answer.status_code < 500, (door, name)
        refused(answer, path)
        assert rows() == before, (door, name)


@pytest.mark.parametrize("door", DOORS)
def test_wrong_content_types_are_never_our_fault(doors, door: str):
    client, path, _ = doors[door]
    for content_type in (
        "text/plain",
        "application/xml",
        "image/png",
        "x" * 200,
        "",
        "a/b; c=\x7f",
    ):
        answer = client.generic("POST", path, b"<a>&b;</a>", content_type=content_type)
        assert answer.status_code < 500, (door, content_type)
        if path.startswith("/api/"):
            refused(answer, path)


@pytest.mark.parametrize("door", DOORS)
def test_doubled_and_unknown_fields_do_no_harm(doors, door: str):
    client, path, good = doors[door]
    flat = "&".join(f"{k}={v}" for k, v in good.items())
    for extra in (
        "&kind=nonsense&kind=problem&kind=advice", "&text=&text=&place=a&place=b",
        "&state=closed&code=M1&id=1&region_code=11&receipt_hash=1&publication=published",
        "&__proto__=1&class=x&files=notafile&consent=maybe&idempotency_key=" + "k" * 5000,
    ):  # fmt: skip
        answer = client.generic("POST", path, (flat + extra).encode(), content_type=FORM)
        assert answer.status_code < 500, (door, extra[:20])
    assert not Message.objects.filter(state="closed").exists() or door == "rate"


HEADERS = [
    {"HTTP_HOST": "evil.example"}, {"HTTP_HOST": "a b"}, {"HTTP_HOST": "x" * 5000},
    {"HTTP_HOST": "evil.example:80@good"},
]  # fmt: skip


@pytest.mark.parametrize("headers", HEADERS)
def test_forged_hosts_are_refused_everywhere(doors, settings, headers: dict[str, str]):
    settings.ALLOWED_HOSTS = ["testserver"]
    before = rows()
    for client, path, good in doors.values():
        refused(client.post(path, good, **headers), path)
    refused(Client(raise_request_exception=False).get("/", **headers), "/")
    assert rows() == before


ODD_HEADERS = [
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1, ,,'; DROP TABLE x--"},
    {"HTTP_X_FORWARDED_FOR": ",".join(["1.2.3.4"] * 3000)},
    {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "ftp"},
    {"HTTP_ACCEPT": "*/*;q=a, text/html;q=9" * 500}, {"HTTP_ACCEPT": "\x7f\xff/x"},
    {"HTTP_ACCEPT_LANGUAGE": "zz-" * 900}, {"HTTP_COOKIE": "sessionid=" + "x" * 9000},
    {"HTTP_COOKIE": "elder=%00; csrftoken=\xff"}, {"HTTP_AUTHORIZATION": "Key \xff\x00"},
    {"HTTP_AUTHORIZATION": "Key " + "x" * 9000}, {"HTTP_IDEMPOTENCY_KEY": "\xff" * 300},
    {"HTTP_IDEMPOTENCY_KEY": "a\x00b"},
    {"HTTP_REFERER": "javascript:alert(1)"}, {"HTTP_USER_AGENT": "\x00\xff" * 2000},
    {"REMOTE_ADDR": "not an address"}, {"REMOTE_ADDR": ""}, {"CONTENT_LENGTH": "-1"},
    {"HTTP_RANGE": "bytes=-1-0"}, {"HTTP_IF_MODIFIED_SINCE": "\xff"},
]  # fmt: skip


@pytest.mark.parametrize("headers", ODD_HEADERS, ids=lambda h: next(iter(h)))
def test_odd_headers_never_break_a_door(doors, headers: dict[str, str]):
    for client, path, good in doors.values():
        assert client.post(path, good, **headers).status_code < 500, path
    for path in ("/", "/results/", "/api/v1/messages/", "/desk/", "/admin/"):
        answer = Client(raise_request_exception=False).get(path, **headers)
        assert answer.status_code < 500, path


def test_addresses_forged_by_the_caller_do_not_free_from_the_limit(county, settings):
    """Submissions are counted by the connection's address, whatever stands in the headers."""
    settings.MESSAGES_PER_ADDRESS = 3
    path, client = f"/q/{county.codes['deputy'].token}/message/", Client()
    answers = [
        client.post(path, {"kind": "problem", "text": f"第{n}件"}, REMOTE_ADDR="203.0.113.9",
                    HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code
        for n in range(6)
    ]  # fmt: skip
    assert answers == [201] * 3 + [429] * 3
    assert Message.objects.count() == 3


def test_neighbouring_ipv6_addresses_are_one_caller(county, settings):
    settings.MESSAGES_PER_ADDRESS = 3
    path, client = f"/q/{county.codes['deputy'].token}/message/", Client()
    answers = [
        client.post(path, {"kind": "problem", "text": f"第{n}件"}, REMOTE_ADDR=f"2001:db8::{n}")
        for n in range(1, 6)
    ]
    assert [a.status_code for a in answers] == [201] * 3 + [429] * 2


# --- texts -------------------------------------------------------------------------------------


def test_invisible_and_bidi_characters_are_taken_out(county):
    text = "路灯\u202e坏\u200b了\u2066\U000e0041\ufeff"
    answer = Client().post(
        f"/q/{county.codes['deputy'].token}/message/",
        {"kind": "problem", "text": text, "place": "东街\u202d口"},
    )
    assert answer.status_code == 201
    message = Message.objects.get()
    assert (message.text, message.place) == ("路灯坏了", "东街口")


@pytest.mark.parametrize("text", ["\u200b\u3164\u2800", " \n\t ", "\u202e"])
def test_text_that_only_looks_filled_is_empty(county, text: str):
    path = f"/q/{county.codes['deputy'].token}/message/"
    answer = Client().post(path, {"kind": "problem", "text": text})
    assert answer.status_code == 400
    assert "请写一写是什么事" in answer.content.decode()


def test_too_long_a_text_is_told_by_how_much_and_kept(county):
    path = f"/q/{county.codes['deputy'].token}/message/"
    text = "井盖" * 5000
    answer = Client().post(path, {"kind": "problem", "text": text, "place": "东街口"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "请删去8000个字" in page
    assert text in page
    assert "东街口" in page


def test_markup_is_shown_as_text(county):
    """What somebody writes is never markup, on whatever page it appears."""
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{7*7}}{% load x %}"
    path = f"/q/{county.codes['deputy'].token}/message/"
    done = Client().post(path, {"kind": "problem", "text": nasty, "place": nasty[:100]})
    assert done.status_code == 201
    message = Message.objects.get()
    deputy = Client()
    deputy.force_login(county.users["deputy"])
    staff = Client()
    staff.force_login(county.users["congress_staff"])
    receipt = {"receipt": receipt_of(done)}
    pages = [
        Client().post("/receipt/", receipt), deputy.get("/desk/messages/"),
        deputy.get(f"/desk/messages/{message.code}/"), staff.get("/admin/voices/message/"),
        staff.get(f"/admin/voices/message/{message.pk}/change/"), staff.get("/admin/"),
        Client().post(path, {"text": nasty}),
    ]  # fmt: skip
    for page in pages:
        assert page.status_code in (200, 400)
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert any("&lt;script&gt;alert" in page.content.decode() for page in pages)


# --- files -------------------------------------------------------------------------------------


def png_header(width: int, height: int, packed: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((300, 200), 50).convert("RGB").save(file, "JPEG")
    return file.getvalue()


FILES = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", {415}),
    "html": (b"<!DOCTYPE html><script>alert(1)</script>", {415}),
    "gif": (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;<script>", {415}),
    "pdf": (b"%PDF-1.7\n1 0 obj", {415}),
    "program": (b"MZ\x90\x00" + b"\x00" * 200, {415}),
    "empty": (b"", {400, 415}),
    "truncated": (jpeg()[:900], {415}),
    "header only": (b"\xff\xd8\xff\xe0", {415}),
    "12,000 pixels": (png_header(12_001, 12_001), {413}),
    "long side": (png_header(100_000, 2), {413}),
    "bomb": (png_header(6_000, 6_000, zlib.compress(b"\0" * 50_000_000, 9)), {413, 415}),
    "no pixels": (png_header(0, 0), {413, 415}),
    "zip": (b"PK\x03\x04" + b"\0" * 100, {415}),
}


@pytest.mark.parametrize("name", list(FILES))
def test_wrong_files_are_refused_with_the_words_kept(doors, county, name: str):
    data, statuses = FILES[name]
    before = rows()
    for door in ("message", "append", "patrol", "api_message"):
        client, path, good = doors[door]
        file = io.BytesIO(data)
        file.name = "picture.jpg"
        answer = client.post(path, good | {"files": file})
        refused(answer, path, statuses)
        if not path.startswith("/api/"):
            assert good["text"] in answer.content.decode(), door
        assert rows() == before, door


def test_a_polyglot_loses_what_hangs_behind_the_picture(county, media_root):
    file = io.BytesIO(jpeg() + b"<script>alert('x')</script>PK\x03\x04")
    file.name = "../../etc/passwd\u202egpj.html"
    path = f"/q/{county.codes['deputy'].token}/message/"
    answer = Client().post(path, {"kind": "problem", "text": "看图", "files": [file]})
    assert answer.status_code == 201
    photo = Photo.objects.get()
    stored = [f for f in media_root.rglob("*") if f.is_file()]
    assert len(stored) == 2
    assert all(f.suffix == ".jpg" and b"script" not in f.read_bytes() for f in stored)
    assert re.fullmatch(r"messages/[0-9a-f]{32}\.jpg", photo.image.name)


# --- the API's bodies --------------------------------------------------------------------------

ODD = [
    None, 5, -1, 1.5, 1e400, True, [], ["x"], [[]], {}, {"a": 1}, "", " ", "x" * 300_000, "\u202e",
    "'; DROP TABLE x;--", "9" * 40, "2026-13-45", "0001-01-01", "9999-12-31", [None], [{"a": []}],
]  # fmt: skip
RAW = [
    b"", b"null", b"[]", b'"text"', b"5", b"{", b'{"text": "\\ud800"}', b'{"text": "a\\u0000b"}',
    b'{"a": NaN}', b"[" * 100_000, b'{"a":' * 20_000, b"\xff\xfe{}", b'{"text": "\xed\xa0\x80"}',
    b'{"text": 1, "text": 2}', b"{}" * 3,
]  # fmt: skip


def api(county: County, role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(county.users[role])
    return client


@pytest.mark.parametrize("value", ODD, ids=lambda v: repr(v)[:20])
def test_odd_json_values_are_refused_field_by_field(county, value):
    path = "/api/v1/messages/"
    good = {"token": county.codes["deputy"].token, "kind": "problem", "text": "路灯坏了"}
    client = Client(raise_request_exception=False)
    for name in ("token", "kind", "text", "place", "name", "phone", "consent", "idempotency_key"):
        body = json.dumps(good | {name: value}).replace("Infinity", "1e400")
        answer = client.post(path, body, content_type="application/json")
        assert answer.status_code < 500, (name, answer.content[:200])
        if answer.status_code != 201:
            refused(answer, path)
    for message in Message.objects.all():
        assert "{" not in message.text
        assert "[" not in message.text


@pytest.mark.parametrize("body", RAW, ids=lambda b: repr(b[:20]))
def test_broken_json_is_refused(county, body: bytes):
    before = rows()
    for path in ("/api/v1/messages/", f"/q/{county.codes['deputy'].token}/message/"):
        answer = Client(raise_request_exception=False).generic(
            "POST", path, body, content_type="application/json"
        )
        refused(answer, path)
    assert rows() == before


@pytest.mark.parametrize("value", ODD, ids=lambda v: repr(v)[:20])
def test_odd_values_in_actions_are_refused(county, value):
    """Every field of every form of both workflows, by JSON."""
    message = say(county).message
    keeper, deputy = county.users["station_keeper"], county.users["deputy"]
    message = apply(message, "accept", actor=deputy, now=NOW)
    message = apply(message, "refer", actor=deputy, now=NOW, data={"opinion": ""})
    second = say(county, key="z" * 20).message
    apply(second, "accept", actor=deputy, now=NOW)
    apply(second, "refer", actor=deputy, now=NOW, data={"opinion": ""})
    data = {"units": [county.units[0].code], "title": "路灯", "text": "路灯坏了"}
    apply(second, "transfer", actor=keeper, now=NOW, data=data)
    order = apply(Order.objects.get(), "sign", actor=county.users["unit_head"], now=NOW)
    clients = {who: api(county, who) for who in ("station_keeper", "unit_head")}
    before = rows()
    for obj, resource, who in (
        (message, "messages", "station_keeper"), (order, "orders", "unit_head"),
    ):  # fmt: skip
        client = clients[who]
        for row in workflow_of(obj).transitions:
            form = row.form_class()
            names = list(form(obj=obj, actor=county.users[who]).fields) if form else ["x"]
            path = f"/api/v1/{resource}/{obj.code}/actions/{row.name}/"
            body = json.dumps(dict.fromkeys(names, value)).replace("Infinity", "1e400")
            answer = client.post(path, body, content_type="application/json")
            assert answer.status_code < 500, (path, answer.content[:300])
            if answer.status_code != 200:
                refused(answer, path)
        obj.refresh_from_db()
    if value in (None, "", " ", [], {}, [[]], {"a": 1}, [None], [{"a": []}]):
        assert rows() == before


# --- reading -----------------------------------------------------------------------------------

QUERIES = [
    "page=999999999999999999999", "page=-1", "page=0", "page=x", "page_size=999999", "page_size=-1",
    "page_size=x", "cursor=nonsense", "cursor=" + "A" * 5000, "cursor=%00", "state=nonsense",
    "state=received&state=nonsense", "kind=nonsense", "ordering=password", "ordering=-",
    "ordering=text,,", "region=" + "9" * 500, "due_before=yesterday", "due_before=9999-99-99",
    "id=-5", "unit=%E4%BD%A0", "outcome=1%27%20OR%201=1--", "page=1&page=2&page=x", "a[b]=c",
    "words=%ED%A0%80", "words=" + "x" * 9000, "tab=" + "x" * 500, "q=%00", "region=%00",
    "region=" + "%D9%A1" * 6, "words=%25_%5C", "elder=1&elder=2",
]  # fmt: skip
LISTS = [
    "/api/v1/messages/", "/api/v1/orders/", "/api/v1/promises/", "/api/v1/regions/",
    "/api/v1/congresses/", "/api/v1/units/", "/api/v1/deputies/", "/api/v1/grids/",
    "/api/v1/stations/", "/results/", "/deputies/", "/stations/", "/", "/desk/messages/",
    "/desk/orders/", "/admin/voices/message/", "/admin/handling/order/", "/admin/deputies/deputy/",
    "/receipt/",
]  # fmt: skip


@pytest.mark.parametrize("role", ["", "congress_staff"])
@pytest.mark.parametrize("path", LISTS)
def test_odd_questions_to_lists_are_answered_or_refused(county, path: str, role: str):
    client = api(county, role) if role else Client(raise_request_exception=False)
    say(county)
    for query in QUERIES:
        answer = client.get(f"{path}?{query}")
        assert answer.status_code < 500, f"{path}?{query[:60]}"
        if answer.status_code >= 400 and path.startswith("/api/"):
            refused(answer, path)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/messages/-1/", "/api/v1/messages/%00/", "/api/v1/orders/" + "9" * 400 + "/",
        "/results/-5/", "/results/M00000001/photo/99999999999999999999/", "/photo/x/",
        "/photo/" + "A" * 5000 + "/", "/deputies/%27/", "/stations/" + "x" * 900 + "/",
        "/desk/messages/%F0%9F%92%A9/", "/desk/messages/M00000001/nosuchaction/",
        "/desk/orders/-1/reply/", "/admin/voices/message/-1/change/",
        "/admin/voices/message/99999999999999999999999/change/",
        "/admin/voices/message/_0A/change/", "/admin/congress/rulebook/99999999999999999/all/",
        "/admin/autocomplete/?app_label=x&model_name=y&field_name=z", "/admin/r/9/9/",
        "/q/%00/", "/q/%ED%A0%80/message/", "/../../etc/passwd", "/static/../liaison/settings.py",
    ],
)  # fmt: skip
def test_odd_addresses_are_not_found(county, path: str):
    for role in ("", "congress_staff"):
        client = api(county, role) if role else Client(raise_request_exception=False)
        answer = client.get(path)
        assert 300 <= answer.status_code < 500, path
        posted = client.post(path, {"text": "x"})
        assert 300 <= posted.status_code < 500, path


def test_the_limits_the_tests_rely_on_are_set():
    assert django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS <= 1000
