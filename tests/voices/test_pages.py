"""Residents' pages through the front door: the no-script path, bad input, receipts."""

import json
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from tests.voices.conftest import say
from tests.world import NOW, receipt_of
from voices.models import Message, MessageContact, Photo
from workflows.engine import apply


def path(county, kind="deputy"):
    return f"/q/{county.codes[kind].token}/message/"


def picture(size=(40, 30), kind="PNG") -> BytesIO:
    file = BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    file.seek(0)
    file.name = f"a.{kind.lower()}"
    return file


def test_form_then_receipt_then_thread(county):
    client = Client(enforce_csrf_checks=True)
    form = client.get(path(county))
    assert form.status_code == 200
    assert not form.cookies
    sent = client.post(
        path(county),
        {"kind": "problem", "text": "路灯坏了", "place": "东街", "files": [picture()],
         "idempotency_key": "abcdefghijklmnop"},
    )  # fmt: skip
    assert sent.status_code == 201
    assert not sent.cookies
    receipt = receipt_of(sent)
    assert Photo.objects.count() == 1
    page = client.post("/receipt/", {"receipt": receipt})
    assert page.status_code == 200
    assert "您的留言送到了" in page.content.decode()
    assert receipt not in Message.objects.get().receipt_hash.hex()


def test_json_answer_for_machines(county):
    sent = Client().post(
        path(county),
        {"kind": "advice", "text": "建议多设座椅"},
        headers={"accept": "application/json"},
    )
    assert sent.status_code == 201
    assert set(json.loads(sent.content)) == {"receipt", "code", "due_on"}


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"kind": "problem"}, 400, "请写一写是什么事"),
        ({"text": "有话说"}, 400, "请选一选"),
        ({"kind": "nonsense", "text": "x"}, 400, ""),
        ({"kind": "problem", "text": "字" * 2001}, 400, "请删去1个字"),
        ({"kind": "problem", "text": "好", "phone": "abc"}, 400, "电话号码好像不对"),
        ({"kind": "problem", "text": "好", "phone": "13812345678"}, 400, "请勾选同意"),
        ({"kind": "problem", "text": "坏\x00字"}, 400, ""),
    ],
)
def test_bad_input_says_why_and_keeps_the_words(county, fields, status, words):
    answer = Client().post(path(county), fields)
    assert answer.status_code == status
    page = answer.content.decode()
    assert words in page
    if fields.get("text") and "\x00" not in fields["text"]:
        assert fields["text"] in page
    assert not Message.objects.exists()


def test_wrong_files_are_refused_with_their_status(county):
    svg = BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    svg.name = "a.png"
    answer = Client().post(path(county), {"kind": "problem", "text": "看图", "files": [svg]})
    assert answer.status_code == 415
    assert "看图" in answer.content.decode()
    many = [picture() for _ in range(10)]
    answer = Client().post(path(county), {"kind": "problem", "text": "看图", "files": many})
    assert answer.status_code == 400
    assert "最多9张" in answer.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("token", ["nosuchtoken", "x", "a" * 300, "..%2f", "'--"])
def test_wrong_codes_take_nothing(county, token):
    answer = Client().post(f"/q/{token}/message/", {"kind": "problem", "text": "在吗"})
    assert answer.status_code == 404
    assert not Message.objects.exists()


def test_contact_needs_consent_and_is_never_shown(county):
    sent = Client().post(
        path(county),
        {
            "kind": "problem",
            "text": "好",
            "name": "吴某某",
            "phone": "13812345678",
            "consent": "on",
        },
    )
    assert sent.status_code == 201
    assert MessageContact.objects.count() == 1
    page = Client().post("/receipt/", {"receipt": receipt_of(sent)}).content.decode()
    assert "13812345678" not in page
    assert "吴某某" not in page
    assert "还没有人看过" in page


def test_rating_and_adding_by_receipt(county):
    done = say(county)
    deputy, message = county.users["deputy"], done.message
    message = apply(message, "accept", actor=deputy, now=NOW)
    data = {"outcome": "explained", "text": "这是检修停电"}
    apply(message, "answer", actor=deputy, now=NOW, data=data)
    post = Client().post
    assert post("/receipt/append/", {"receipt": done.receipt, "text": "又停了"}).status_code == 200
    refused = post("/receipt/rate/", {"receipt": done.receipt, "score": "unsatisfied"})
    assert refused.status_code == 400
    assert "请说说哪里不满意" in refused.content.decode()
    kept = post(
        "/receipt/rate/", {"receipt": done.receipt, "score": "unsatisfied", "reason": "没修"}
    )
    assert kept.status_code == 200
    message.refresh_from_db()
    assert (message.state, message.round) == ("under_review", 2)
    late = post("/receipt/rate/", {"receipt": done.receipt, "score": "satisfied"})
    assert late.status_code == 409


def test_withdraw_asks_once_more(county):
    done = say(county)
    asked = Client().post("/receipt/withdraw/", {"receipt": done.receipt})
    assert "确定撤回" in asked.content.decode()
    assert Message.objects.get().state == "received"
    Client().post("/receipt/withdraw/", {"receipt": done.receipt, "sure": "yes"})
    assert Message.objects.get().state == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_guessing_receipts_ends(transactional_db):
    answers = [Client().post("/receipt/", {"receipt": "0" * 13}).status_code for _ in range(62)]
    assert answers == [400] * 60 + [429] * 2


def test_results_show_reviewed_words_only(county):
    message = say(county, text="路灯坏了，找张三13812345678").message
    deputy = county.users["deputy"]
    message = apply(message, "accept", actor=deputy, now=NOW)
    data = {"outcome": "solved", "text": "修好了"}
    message = apply(message, "answer", actor=deputy, now=NOW, data=data)
    assert Client().get(f"/results/{message.code}/").status_code == 404
    apply(
        message, "publish", actor=county.users["moderator"], now=NOW,
        data={"title": "路灯", "text": "路灯坏了13812345678", "answer": "修好了"},
    )  # fmt: skip
    page = Client().get(f"/results/{message.code}/")
    assert page.status_code == 200
    assert not page.cookies
    text = page.content.decode()
    assert "138****5678" in text
    assert "张三" not in text
    assert message.code in Client().get("/results/").content.decode()
    assert Client().get("/").status_code == 200
    following = Client().post(f"/results/{message.code}/follow/")
    assert following.status_code == 201
    shown = Client().post("/receipt/", {"receipt": receipt_of(following)}).content.decode()
    assert "张三" not in shown
