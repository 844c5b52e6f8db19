"""Speaking, agreeing, proposing and what a receipt opens, through the front door."""

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from codes.models import Code
from jobs.services import drain
from tests.topics.course import let_through, say, take
from tests.topics.test_pages_topic import HERE, TODAY, published, text_of, topic_in
from tests.world import receipt_of
from topics.models import Agreement, Contribution, Opinion, Picture, SpeakerContact, Topic
from topics.services.counting import recount
from workflows.engine import apply


def at(topic) -> str:
    return f"/topics/{topic.code}/opinion/"


def picture(kind="PNG") -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, kind)
    file.seek(0)
    file.name = f"a.{kind.lower()}"
    return file


def test_form_then_receipt_then_what_became_of_it(county):
    topic, client = topic_in(county), Client(enforce_csrf_checks=True)
    form = client.get(at(topic))
    assert form.status_code == 200
    assert not form.cookies
    key = re.search(r'name="idempotency_key" value="([^"]{20,})"', form.content.decode())[1]
    sent = client.post(
        at(topic),
        {"answer_1": "先修电梯", "answer_2": "晚上", "files": [picture()], "idempotency_key": key},
    )
    assert sent.status_code == 201
    receipt = receipt_of(sent)
    assert len(receipt.replace("-", "")) == 13
    assert [(o.question.number, o.text, o.state) for o in Opinion.objects.order_by("id")] == [
        (1, "先修电梯", "pending"), (2, "晚上", "pending"),
    ]  # fmt: skip
    assert Picture.objects.get().public is False
    page = client.post("/receipt/", {"receipt": receipt.lower()})
    words = text_of(page)
    assert page.status_code == 200
    assert words.count("正在审核") == 2
    photo = re.search(r'src="(/topics/photo/[^"]+)"', page.content.decode())[1]
    assert client.get(photo)["Content-Type"] == "image/jpeg"
    assert client.get(photo[:-3] + "xx/").status_code == 404


def test_second_tap_and_lost_answer_make_one(county):
    topic = topic_in(county)
    data = {"answer_1": "先修电梯", "idempotency_key": "k" * 22}
    receipts = {receipt_of(Client().post(at(topic), data)) for _ in range(3)}
    assert len(receipts) == 1
    assert Contribution.objects.count() == 1
    Client().post(at(topic), data | {"answer_1": "先修屋顶"})
    assert Contribution.objects.count() == 2


def test_readable_page_without_a_script_is_shown_once_more_with_a_key(county):
    topic = topic_in(county)
    look = Client().post(at(topic), {"inline": "1", "idempotency_key": "", "answer_1": "先修电梯"})
    html = look.content.decode()
    assert look.status_code == 200
    assert "还差一步" in html
    assert ">\n先修电梯</textarea>" in html
    assert not Opinion.objects.exists()
    key = re.search(r'name="idempotency_key" value="([^"]{20,})"', html)[1]
    sent = Client().post(at(topic), {"answer_1": "先修电梯", "idempotency_key": key})
    assert sent.status_code == 201
    with_script = {"inline": "1", "idempotency_key": "drawn" * 5, "answer_1": "先修屋顶"}
    assert Client().post(at(topic), with_script).status_code == 201


def test_json_for_machines(county):
    topic = topic_in(county)
    headers = {"accept": "application/json"}
    sent = Client().post(at(topic), {"answer_1": "先修电梯"}, headers=headers)
    body = json.loads(sent.content)
    code = Opinion.objects.get().code
    assert sent.status_code == 201
    assert body == {"receipt": body["receipt"], "topic": topic.code, "opinions": [code]}
    seen = Client().post("/receipt/", {"receipt": body["receipt"]}, headers=headers)
    found = json.loads(seen.content)
    assert (found["topic"], found["can"], found["opinions"][0]["text"]) == (
        topic.code, [], "先修电梯",
    )  # fmt: skip
    refused = Client().post(at(topic), {"answer_9": "x"}, headers=headers)
    assert refused.status_code == 400
    assert json.loads(refused.content)["message"]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 400, "请至少回答一个问题"),
        ({"answer_1": " \n "}, 400, "请至少回答一个问题"),
        ({"answer_1": "字" * 2001}, 400, "请删去1个字"),
        ({"answer_1": "好话", "answer_7": "别的题"}, 400, "这个议题没有第7个问题"),
        ({"answer_1": "好话", "phone": "12"}, 400, "电话号码好像不对"),
        ({"answer_1": "好话", "phone": "13812345678"}, 400, "请勾选同意"),
        ({"answer_1": "坏\x00字"}, 400, ""),
    ],
)
def test_bad_input_says_why_and_keeps_the_words(county, fields, status, words):
    topic = topic_in(county)
    answer = Client().post(at(topic), fields)
    assert answer.status_code == status
    html = answer.content.decode()
    assert words in html
    if "\x00" not in fields.get("answer_1", ""):
        assert fields.get("answer_1", "").strip() in html
    assert not Contribution.objects.exists()


def test_wrong_files_are_refused_with_their_status(county):
    topic = topic_in(county)
    svg = BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    svg.name = "a.png"
    answer = Client().post(at(topic), {"answer_1": "看图", "files": [svg]})
    assert answer.status_code == 415
    assert "看图" in answer.content.decode()
    assert not Contribution.objects.exists()


def test_closing_while_somebody_types_keeps_every_word(county):
    topic = topic_in(county)
    Client().get(at(topic))  # the form is open, and remembered
    take(topic, "close_collection", county, HERE)
    late = Client().post(
        at(topic),
        {"answer_1": "我写了半天的话", "answer_2": "还有这句", "idempotency_key": "k" * 20},
    )
    html = late.content.decode()
    assert late.status_code == 409
    assert not Contribution.objects.exists()
    for words in ("没有收下", "我写了半天的话", "还有这句", "截止"):
        assert words in html
    target = re.search(r'action="(/q/[a-z0-9]+/message/)"', html)[1]
    assert target == f"/q/{county.codes['deputy'].token}/message/"
    whole = re.search(r'name="text" value="([^"]+)"', html)[1]
    form = Client().post(target, {"prefill": "1", "text": whole})
    assert form.status_code == 200
    assert "我写了半天的话" in form.content.decode()
    assert not topic.message_links.exists()
    as_json = Client().post(at(topic), {"answer_1": "晚了"}, headers={"accept": "application/json"})
    assert as_json.status_code == 409
    assert "截止" in json.loads(as_json.content)["message"]


def test_what_was_stored_in_time_answers_a_second_try_after_the_end(county):
    topic = topic_in(county)
    sent = {"answer_1": "信号断了再发一次", "idempotency_key": "k" * 20}
    first = Client().post(at(topic), sent, headers={"accept": "application/json"})
    take(topic, "close_collection", county, HERE)
    again = Client().post(at(topic), sent, headers={"accept": "application/json"})
    other = Client().post(at(topic), sent | {"answer_1": "别的话"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert again.json()["receipt"] == first.json()["receipt"]
    assert Contribution.objects.count() == 1


def test_a_machine_may_send_one_text(county):
    topic = topic_in(county)
    answer = Client().post(at(topic), {"text": "路口缺一盏灯"})
    second = Client().post(at(topic), {"text": "周末", "question": "2"})
    foreign = Client().post(at(topic), {"text": "问错了", "question": "9"})
    assert (answer.status_code, second.status_code, foreign.status_code) == (201, 201, 400)
    stored = Opinion.objects.order_by("id").values_list("question__number", "text")
    assert list(stored) == [(1, "路口缺一盏灯"), (2, "周末")]


def test_before_opening_nothing_is_stored_and_the_day_is_said(county):
    topic = topic_in(county, "approved", opens_on=TODAY + timedelta(days=2))
    early = Client().post(at(topic), {"answer_1": "先说一句"})
    assert early.status_code == 409
    assert "还没有开始征集" in early.content.decode()
    assert "先说一句" in early.content.decode()
    assert not Contribution.objects.exists()


def test_speaking_by_a_code_out_of_scope_is_refused_in_words(county, neighbour):
    topic = topic_in(county)
    foreign = Client().post(
        at(topic), {"answer_1": "隔壁县的话", "token": neighbour.codes["deputy"].token}
    )
    assert foreign.status_code == 400
    assert "不在这个议题的征集范围里" in foreign.content.decode()
    assert "隔壁县的话" in foreign.content.decode()
    assert not Contribution.objects.exists()
    code = Code.objects.get(kind="topic", target_code=topic.code)
    sent = Client().post(at(topic), {"answer_1": "本地的话", "token": code.token})
    assert sent.status_code == 201
    assert Contribution.objects.get().token == code


def test_contact_needs_consent_and_is_not_on_the_receipt(county):
    topic = topic_in(county)
    sent = Client().post(
        at(topic),
        {"answer_1": "好", "name": "吴某某", "phone": "13812345678", "consent": "on"},
    )
    assert sent.status_code == 201
    assert SpeakerContact.objects.count() == 1
    page = Client().post("/receipt/", {"receipt": receipt_of(sent)}).content.decode()
    assert "13812345678" not in page
    assert "吴某某" not in page
    assert "还没有人看过" in page


def test_trap_21_one_device_is_one_person_and_a_village_is_many(county):
    topic = topic_in(county)
    one = Client()
    for n in range(3):
        one.post(at(topic), {"answer_1": f"同一台手机第{n}次"})
    for n in range(4):
        Client(REMOTE_ADDR="10.0.0.8").post(at(topic), {"answer_1": f"同一条网线的第{n}人"})
    recount(topic, now=HERE)
    topic.refresh_from_db()
    assert (topic.opinion_count, topic.people_count) == (7, 5)
    kept = one.cookies["device"]
    assert (kept["path"], kept["httponly"], kept["samesite"]) == (at(topic), True, "Lax")


def test_agreeing_counts_once_per_device(county):
    topic = topic_in(county)
    opinion = published(topic, county, "先修电梯")[0]
    url, data = f"{at(topic)}agree/", {"opinion": opinion.code}
    client = Client(enforce_csrf_checks=True)
    first = client.post(url, data)
    assert "记下了" in first.content.decode()
    assert "不当投票" in first.content.decode()
    assert "已经同意过" in client.post(url, data).content.decode()
    assert "记下了" in Client().post(url, data).content.decode()
    client.cookies["device"] = "made-up:signature"
    client.post(url, data)  # a forged mark is no mark
    assert Agreement.objects.count() == 3
    recount(topic, now=HERE)
    assert "3人同意" in Client().get(f"/topics/{topic.code}/").content.decode()


def test_agreeing_is_refused_where_it_cannot_be(county):
    topic = topic_in(county)
    pending = say(topic, "还没审", now=HERE).opinions[0]
    public = published(topic, county, "先修电梯")[0]
    other = topic_in(county, title="别的议题")
    url = f"{at(topic)}agree/"
    assert Client().get(url).status_code == 405
    assert Client().post(url, {"opinion": pending.code}).status_code == 404
    assert Client().post(url, {}).status_code == 404
    assert Client().post(f"{at(other)}agree/", {"opinion": public.code}).status_code == 404
    for name in ("close_collection", "hold_meeting", "adopt_plan", "hand_over"):
        topic = take(topic, name, county, HERE)
    late = Client().post(url, {"opinion": public.code})
    assert late.status_code == 409
    assert not Agreement.objects.exists()


def test_receipt_tells_what_moderation_did(county):
    topic = topic_in(county)
    done = say(topic, now=HERE, answers={1: "张三家漏水13812345678", 2: "骂人的话"})
    mod = county.users["moderator"]
    apply(done.opinions[0], "edit", actor=mod, now=HERE, data={"text": "有一家漏水"})
    apply(done.opinions[1], "reject", actor=mod, now=HERE, data={"reason": "有不文明用语"})
    words = text_of(Client().post("/receipt/", {"receipt": done.receipt}))
    for part in (
        "已公开",
        "公开时略作处理",
        "有一家漏水",
        "没有公开",
        "有不文明用语",
        "张三家漏水",
    ):
        assert part in words, part


def test_rating_by_receipt_goes_to_the_topic(county):
    topic = topic_in(county)
    done = say(topic, now=HERE)
    post = Client().post
    early = post("/receipt/rate/", {"receipt": done.receipt, "score": "satisfied"})
    assert early.status_code == 409
    assert "公开以后才能评价" in early.content.decode()
    for name in ("close_collection", "hold_meeting", "adopt_plan", "hand_over", "publish"):
        topic = take(topic, name, county, HERE)
    assert "这个结果怎么样" in post("/receipt/", {"receipt": done.receipt}).content.decode()
    refused = post("/receipt/rate/", {"receipt": done.receipt, "score": "unsatisfied"})
    assert refused.status_code == 400
    assert "请说说哪里不满意" in refused.content.decode()
    kept = post(
        "/receipt/rate/", {"receipt": done.receipt, "score": "unsatisfied", "reason": "太慢"}
    )
    assert kept.status_code == 200
    assert topic.ratings.get().reason == "太慢"
    again = post("/receipt/rate/", {"receipt": done.receipt, "score": "satisfied"})
    assert again.status_code == 409
    assert "您已经评价过了" in again.content.decode()
    assert "群众评价：不满意1" in Client().get(f"/topics/{topic.code}/").content.decode()
    for act in ("append", "withdraw"):
        answer = post(f"/receipt/{act}/", {"receipt": done.receipt, "text": "再说"})
        assert answer.status_code == 409
        assert "不能补充或撤回" in answer.content.decode()


def test_who_left_a_phone_reads_the_news_beside_the_receipt(county):
    topic = topic_in(county)
    done = say(topic, now=HERE, phone="13812345678", consent=True)
    for name in ("close_collection", "hold_meeting", "adopt_plan", "hand_over", "publish"):
        topic = take(topic, name, county, HERE)
    drain(now=timezone.now() + timedelta(minutes=2))
    assert "您参与的议题有结果了" in text_of(Client().post("/receipt/", {"receipt": done.receipt}))


def test_wrong_receipts_still_say_the_same(county):
    answer = Client().post("/receipt/", {"receipt": "0" * 13})
    assert answer.status_code == 400
    assert "没有查到这个回执码" in answer.content.decode()


def test_resident_proposes_a_topic_by_code(county):
    url = f"/q/{county.codes['grid'].token}/topic/"
    client = Client(enforce_csrf_checks=True)
    form = client.get(url)
    assert form.status_code == 200
    assert not form.cookies
    data = {
        "title": "电动车在哪儿充电", "summary": "楼道里拉线，怕着火。",
        "questions": "在哪里设桩？\n收费多少合适？\n", "idempotency_key": "k" * 22,
    }  # fmt: skip
    sent = client.post(url, data)
    assert sent.status_code == 201
    assert receipt_of(client.post(url, data)) == receipt_of(sent)
    topic = Topic.objects.get()
    assert (topic.source, topic.state, topic.region_code) == (
        "resident", "applied", county.grid.code,
    )  # fmt: skip
    assert [q.text for q in topic.questions.all()] == ["在哪里设桩？", "收费多少合适？"]
    receipt = {"receipt": receipt_of(sent)}
    assert "您出的题" in text_of(client.post("/receipt/", receipt))
    apply(
        topic, "reject", actor=county.users["station_keeper"], now=HERE,
        data={"reason": "去年议过，正在办"},
    )  # fmt: skip
    assert "去年议过，正在办" in text_of(client.post("/receipt/", receipt))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "", "questions": "问什么"}, "请写一句话"),
        ({"summary": ""}, "请写一写现在的情况"),
        ({"questions": ""}, "请写一个想问大家的问题"),
        ({"questions": "\n".join("一二三四五六")}, "最多5个问题，您写了6个"),
        ({"questions": "长" * 121}, "一个问题最多120个字"),
        ({"phone": "13812345678"}, "请勾选同意"),
    ],
)
def test_proposal_with_faults_says_why_and_keeps_the_words(county, fields, words):
    url = f"/q/{county.codes['deputy'].token}/topic/"
    data = {"title": "充电", "summary": "怕着火", "questions": "在哪里？"} | fields
    answer = Client().post(url, data)
    assert answer.status_code == 400
    html = answer.content.decode()
    assert words in html
    assert all(value in html for value in fields.values() if "\n" not in value)
    assert not Topic.objects.exists()


@pytest.mark.parametrize("token", ["nosuchtoken", "x", "a" * 300])
def test_proposing_by_a_wrong_code_takes_nothing(county, token):
    assert Client().post(f"/q/{token}/topic/", {"title": "x"}).status_code == 404


def test_speaking_costs_few_queries(county, django_assert_max_num_queries):
    topic = topic_in(county)
    Client().post(at(topic), {"answer_1": "第一次"})
    with django_assert_max_num_queries(6):
        sent = Client().post(at(topic), {"answer_1": "第二次"})
    assert sent.status_code == 201
    assert let_through(Opinion.objects.last(), county, HERE).state == "approved"
