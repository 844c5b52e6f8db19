"""答复函: seen before it is sent, printed and taken away afterwards."""

from io import BytesIO

import pypdfium2
import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from handling.models import Order, Promise, Reply
from tests.safety.written import rows
from tests.voices.conftest import say
from tests.world import NOW, County, make_county
from workflows.engine import apply

DRAFT = {
    "outcome": "planned", "text": "一、已经到现场看过。\n\n二、灯头要换新的。", "signer": "于海洋",
    "letter_number": "诸住建函〔2026〕8号", "contact": "王某 0536-6000000",
    "promise": "换好东街12盏灯头", "promise_on": "2027-03-01",
}  # fmt: skip
BRACKETS = {ord("〔"): 0xFF3B, ord("〕"): 0xFF3D}  # the posters' fonts have no others
WORDS = [
    "住建局", "诸住建函〔2026〕8号　　列入计划", "关于“路灯坏了三天，晚上看不见路”的答复",
    "诸城市东街联络站：", "一、已经到现场看过。", "二、灯头要换新的。",
    "承诺事项：换好东街12盏灯头，2027年3月1日前办到。", "感谢您对我们工作的关心和支持。", "住建局",
]  # fmt: skip


@pytest.fixture
def county(db) -> County:
    return make_county()


@pytest.fixture
def order(county) -> Order:
    """A signed order of a message."""
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    message = say(county).message
    apply(message, "accept", actor=deputy, now=NOW)
    apply(message, "refer", actor=deputy, now=NOW, data={"opinion": "请部门看"})
    data = {"units": [county.units[0].code], "title": message.text, "text": message.text}
    apply(message, "transfer", actor=keeper, now=NOW, data=data)
    found = Order.objects.get()
    apply(found, "sign", actor=county.users["unit_handler"], now=NOW)
    return found


@pytest.fixture
def unit(county, client):
    client.force_login(county.users["unit_handler"])
    return client


def at(order, tail=""):
    return f"/desk/orders/{order.code}/{tail}"


def test_preview_shows_the_letter_and_stores_nothing(unit, order):
    before = rows()
    answer = unit.post(at(order, "reply/preview/"), DRAFT)
    assert answer.status_code == 200
    text = answer.content.decode()
    letter = text[text.index('<article class="letter') : text.index("</article>")]
    for words in (*WORDS, "签发人：于海洋", "联系人：王某 0536-6000000"):
        assert words in letter
    typed = text[text.index("<form class=") :]
    for words in ("一、已经到现场看过。", "换好东街12盏灯头", "诸住建函〔2026〕8号"):
        assert words in typed
    order.refresh_from_db()
    assert (rows(), order.state) == (before, "signed")


def test_preview_of_an_unfinished_draft_marks_what_is_missing(unit, order):
    text = unit.post(at(order, "reply/preview/"), {"text": "看过了"}).content.decode()
    letter = text[text.index('<article class="letter') : text.index("</article>")]
    assert "看过了" in letter
    assert "签发人：〔待填〕" in letter
    assert "承诺事项" not in letter


def test_preview_is_for_whoever_may_reply_now(unit, order, county):
    assert unit.get(at(order, "reply/preview/")).status_code == 405
    for role, status in (("unit_handler_1", 404), ("station_keeper", 403), ("deputy", 403)):
        other = Client()
        other.force_login(county.users[role])
        assert other.post(at(order, "reply/preview/"), DRAFT).status_code == status, role
    assert unit.post(at(order, "reply/"), DRAFT).status_code == 302
    assert unit.post(at(order, "reply/preview/"), DRAFT).status_code == 404
    assert Reply.objects.count() == 1


@pytest.fixture
def replied(unit, order):
    assert unit.post(at(order, "reply/"), DRAFT).status_code == 302
    return order


def test_issued_letter_is_shown_and_printed(unit, replied):
    assert at(replied, "letters/1/") in unit.get(at(replied)).content.decode()
    text = unit.get(at(replied, "letters/1/")).content.decode()
    for words in (*WORDS, "签发人：于海洋"):
        assert words in text
    assert at(replied, "letters/1/docx/") in text


def test_word_letter_holds_the_parts_in_their_order(unit, replied):
    answer = unit.get(at(replied, "letters/1/docx/"))
    data = b"".join(answer.streaming_content)
    today = timezone.localdate()
    day = f"{today.year}年{today.month}月{today.day}日"
    assert [p.text for p in Document(BytesIO(data)).paragraphs] == [
        *WORDS, day, "签发人：于海洋", "联系人及电话：王某 0536-6000000",
    ]  # fmt: skip
    assert "no-store" in answer["Cache-Control"]


def test_pdf_letter_holds_the_same_words(unit, replied):
    data = b"".join(unit.get(at(replied, "letters/1/pdf/")).streaming_content)
    paper = pypdfium2.PdfDocument(data)
    text = "".join(page.get_textpage().get_text_range() for page in paper)
    printed = "".join(text.split())
    for words in (*WORDS, "签发人：于海洋"):
        assert "".join(words.split()).translate(BRACKETS) in printed
    assert "〓" not in printed
    assert len(data) < 200_000


def test_long_letter_with_rare_characters_runs_over_pages(unit, order):
    long = "\n".join(f"{n}、𠮷祥里的路灯已经修好，请放心。" * 6 for n in range(1, 40))
    assert unit.post(at(order, "reply/"), DRAFT | {"text": long}).status_code == 302
    data = b"".join(unit.get(at(order, "letters/1/pdf/")).streaming_content)
    paper = pypdfium2.PdfDocument(data)
    assert len(paper) > 3
    assert "〓祥里" in paper[0].get_textpage().get_text_range()


def test_letter_is_for_those_who_see_the_order(replied, county):
    stranger, other = Client(), Client()
    other.force_login(county.users["unit_handler_1"])
    for tail in ("letters/1/", "letters/1/docx/", "letters/1/pdf/"):
        assert stranger.get(at(replied, tail)).status_code == 302
        assert other.get(at(replied, tail)).status_code == 404


@pytest.mark.parametrize("tail", ["letters/2/", "letters/2/pdf/", "letters/1/exe/"])
def test_letter_that_is_not_there_is_not_found(unit, replied, tail):
    assert unit.get(at(replied, tail)).status_code == 404


def test_promise_of_an_earlier_draft_stands_on_the_latest_letter_only(unit, replied, county):
    keeper = Client()
    keeper.force_login(county.users["station_keeper"])
    assert keeper.post(at(replied, "send_back/"), {"reason": "再写清楚"}).status_code == 302
    again = DRAFT | {"outcome": "solved", "promise": "", "promise_on": "", "text": "修好了"}
    assert unit.post(at(replied, "reply/"), again).status_code == 302
    assert Promise.objects.count() == 1
    first = unit.get(at(replied, "letters/1/")).content.decode()
    second = unit.get(at(replied, "letters/2/")).content.decode()
    assert ("承诺事项" in first, "承诺事项" in second) == (False, True)
