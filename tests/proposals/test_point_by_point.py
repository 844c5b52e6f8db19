"""The unit answers a suggestion point by point, and the letter is copied (逐条答复, 抄送)."""

from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from core.dates import local_date
from handling.models import Order, Promise, Reply, ReplyCopy, ReplyPoint
from notifications.models import Notification
from proposals.models import Proposal
from tests.proposals.place import CHECKLIST, Place, act, assigned, orders_of, written
from tests.safety.written import rows
from tests.world import NOW
from workflows.engine import apply

DAY = (local_date(NOW) + timedelta(days=300)).isoformat()
DRAFT = {
    "outcome": "in_progress", "text": "县里专门开了会。", "signer": "高局长",
    "answer_1": "补助办法已经印发。", "outcome_1": "solved",
    "answer_2": "评估了一半。\n明年评完。", "outcome_2": "in_progress",
    "promise_2": "评估完全部电梯", "promise_on_2": DAY, "copies_shown": "1",
}  # fmt: skip
HEADS = (
    "一、关于“一是建立电梯更新资金补助办法”（已解决）",
    "二、关于“二是对使用超过十五年的电梯逐台评估”（正在解决）",
)


def day_words() -> str:
    on = local_date(NOW) + timedelta(days=300)
    return f"承诺事项：评估完全部电梯，{on.year}年{on.month}月{on.day}日前办到。"


@pytest.fixture
def order(place: Place) -> Order:
    """The only answering unit has signed and spoken with the deputy; a second deputy signed."""
    other = place.deputies[1]
    proposal = written(place)
    lead = place.user(place.lead)
    apply(proposal, "invite_cosigner", actor=lead, now=NOW, data={"deputy": other.code})
    apply(proposal, "confirm_cosign", actor=place.user(other), now=NOW, data={"version": 1})
    apply(proposal, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST})
    apply(proposal, "accept", actor=place.staff, now=NOW, data={"category": "construction"})
    units = [u.code for u in place.county.units]
    apply(proposal, "assign", actor=place.staff, now=NOW, data={"units": units[:1]})
    return signed_and_heard(place, orders_of(proposal)[0])


def signed_and_heard(place: Place, order: Order) -> Order:
    user = place.unit_user(order.unit)
    apply(order, "sign", actor=user, now=NOW)
    data = {"on": local_date(NOW).isoformat(), "way": "visit", "person": "代表", "content": "听了"}
    return apply(order, "record_contact", actor=user, now=NOW, data=data)


@pytest.fixture
def unit(place: Place, order: Order, client: Client) -> Client:
    client.force_login(place.unit_user(order.unit))
    return client


def at(order: Order, tail: str = "") -> str:
    return f"/desk/orders/{order.code}/{tail}"


def words_of(order: Order) -> list[str]:
    return list(order.replies.get().copies.values_list("name", flat=True))


def test_each_point_is_listed_with_fields_of_its_own(unit, order):
    text = unit.get(at(order, "reply/")).content.decode()
    assert text.count('class="point') == 2
    for name in ("answer_1", "outcome_1", "promise_1", "promise_on_1", "answer_2", "promise_on_2"):
        assert f'name="{name}"' in text
    assert "一是建立电梯更新资金补助办法。" in text


def test_answers_become_rows_promises_and_the_letter(unit, order, place):
    assert unit.post(at(order, "reply/"), DRAFT).status_code == 302
    reply = Reply.objects.get()
    body = [
        "县里专门开了会。", HEADS[0], "补助办法已经印发。", HEADS[1], "评估了一半。", "明年评完。",
        day_words(),
    ]  # fmt: skip
    assert reply.text.splitlines() == body
    assert list(ReplyPoint.objects.values_list("number", "point", "answer", "outcome")) == [
        (1, "一是建立电梯更新资金补助办法。", "补助办法已经印发。", "solved"),
        (2, "二是对使用超过十五年的电梯逐台评估。", "评估了一半。\n明年评完。", "in_progress"),
    ]
    assert [(p.text, p.due_on.isoformat(), p.point) for p in Promise.objects.all()] == [
        ("评估完全部电梯", DAY, 2)
    ]
    word = b"".join(unit.get(at(order, "letters/1/docx/")).streaming_content)
    printed = [p.text for p in Document(BytesIO(word)).paragraphs]
    start = printed.index("县里专门开了会。")
    assert printed[start : start + len(body)] == body
    assert printed.count(day_words()) == 1
    pdf = pypdfium2.PdfDocument(b"".join(unit.get(at(order, "letters/1/pdf/")).streaming_content))
    lines = "".join("".join(p.get_textpage().get_text_range().split()) for p in pdf)
    for said in body:
        assert said in lines


def test_deputy_reads_each_point_with_its_answer(unit, order, place):
    unit.post(at(order, "reply/"), DRAFT)
    apply(Order.objects.get(), "accept_reply", actor=place.staff, now=NOW)
    deputy = Client()
    deputy.force_login(place.user(place.lead))
    text = deputy.get(f"/desk/proposals/{order.source_code}/").content.decode()
    assert "这一条：已解决" in text
    assert "这一条：正在解决" in text


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ({"answer_2": ""}, "第2条还没有答复。"),
        ({"outcome_1": ""}, "请选择第1条的结果。"),
        ({"promise_2": "", "promise_on_2": ""}, "还没办完的，要写明承诺事项和日期。"),
        ({"promise_on_2": "2020-01-01"}, "承诺日期要在今天之后。"),
        ({"promise_on_2": "三月底"}, "输入一个有效的日期"),
        ({"signer": ""}, "必填"),
        ({"copies": ["unit:NOBODY"]}, "unit:NOBODY"),
    ],
)
def test_half_an_answer_is_refused_and_nothing_typed_is_lost(unit, order, gone, said):
    before, sent = rows(), DRAFT | {"copies_more": "县财政局"} | gone
    answer = unit.post(at(order, "reply/"), sent)
    text = answer.content.decode()
    assert (answer.status_code, rows()) == (400, before)
    assert said in text
    form = text[text.index("<form class=") :]
    for name in ("text", "answer_1", "promise_2", "copies_more", "signer"):
        if sent[name]:
            assert sent[name] in form
    assert "评估了一半。" in form or not sent["answer_2"]
    if not gone.get("outcome_1", "x"):
        return
    assert '<option value="solved" selected>' in form


def test_whole_answer_without_points_is_possible_but_not_an_empty_one(unit, order):
    empty = {"outcome": "solved", "signer": "高局长"}
    answer = unit.post(at(order, "reply/"), empty)
    assert answer.status_code == 400
    assert "请逐条答复；整篇答复的，写在「总的说明」里。" in answer.content.decode()
    assert unit.post(at(order, "reply/"), empty | {"text": "都办好了。"}).status_code == 302
    assert (Reply.objects.get().text, ReplyPoint.objects.count()) == ("都办好了。", 0)


def test_preview_shows_the_letter_point_by_point_and_stores_nothing(unit, order, place):
    before = rows()
    text = unit.post(at(order, "reply/preview/"), DRAFT).content.decode()
    letter = text[text.index('<article class="letter') : text.index("</article>")]
    office = f"{place.congress.name}常委会代表工作机构"
    for said in (*HEADS, day_words()):
        assert said in letter
    assert "抄送" not in letter  # every box was unticked
    ticked = DRAFT | {"copies": [f"office:{place.congress.region_code}"]}
    assert f"抄送：{office}" in unit.post(at(order, "reply/preview/"), ticked).content.decode()
    assert rows() == before


def test_reply_sent_back_is_gone_on_with(unit, order, place):
    unit.post(at(order, "reply/"), DRAFT | {"copies": [], "copies_more": "县财政局"})
    apply(Order.objects.get(), "send_back", actor=place.staff, now=NOW, data={"reason": "再具体"})
    form = unit.get(at(order, "reply/")).content.decode()
    form = form[form.index("<form class=") :]
    for said in ("县里专门开了会。", "补助办法已经印发。", "评估完全部电梯", DAY, "县财政局"):
        assert said in form
    assert "关于“一是建立" not in form
    assert unit.post(at(order, "reply/"), DRAFT).status_code == 302
    assert Promise.objects.count() == 1


def test_usual_copies_are_ticked_by_the_rules_and_may_be_changed(unit, order, place):
    text = unit.get(at(order, "reply/")).content.decode()
    boxes = text[text.index("抄送 <span") :]
    assert boxes.count("checked") == 2
    sent = DRAFT | {"copies": [f"deputy:{place.deputies[1].code}"], "copies_more": "县信访局"}
    assert unit.post(at(order, "reply/"), sent).status_code == 302
    assert words_of(order) == ["李田代表", "县信访局"]
    letter = unit.get(at(order, "letters/1/")).content.decode()
    assert "抄送：李田代表、县信访局" in letter


def test_program_that_says_nothing_of_copies_gets_the_usual_ones(order, place):
    data = {"outcome": "solved", "text": "办好了。", "signer": "局长"}
    answer = act(place.unit_user(order.unit), "orders", order.code, "reply", **data)
    assert answer.status_code == 200, answer.json()
    assert [r["copies"] for r in answer.json()["replies"]] == [words_of(order)]
    assert words_of(order)[-1] == "李田代表"
    assert len(words_of(order)) == 2


def test_copied_people_and_units_find_the_letter_in_their_inbox(unit, order, place):
    second = place.county.units[1]
    sent = DRAFT | {"copies": [f"deputy:{place.deputies[1].code}"], "copies_more": second.name}
    unit.post(at(order, "reply/"), sent)
    assert not Notification.objects.filter(kind="handling.copied").exists()
    reader, stranger = Client(), Client()
    reader.force_login(place.unit_user(second))
    stranger.force_login(place.unit_user(place.office))
    url = f"/desk/letters/{order.code}-1/"
    assert reader.get(url).status_code == 404  # it has not gone out yet

    apply(Order.objects.get(), "accept_reply", actor=place.staff, now=NOW)

    told = Notification.objects.filter(kind="handling.copied")
    people = set(told.values_list("user_id", flat=True))
    assert {place.unit_user(second).pk, place.user(place.deputies[1]).pk} <= people
    assert not {place.user(place.lead).pk, place.unit_user(place.office).pk} & people
    notice = told.get(user=place.unit_user(second))
    assert reader.get(reverse("notifications_desk:open", args=[notice.pk])).url == url
    shown = reader.get(url)
    assert shown.status_code == 200
    assert HEADS[0] in shown.content.decode()
    assert reader.get(f"{url}files/pdf/").status_code == 200
    assert [reader.get(f"{url}files/exe/").status_code, reader.get(at(order)).status_code] == [
        404, 404,
    ]  # fmt: skip
    assert stranger.get(url).status_code == 404
    for wrong in (f"{order.code}-2", f"{order.code}", f"{order.code}-x", "B-1"):
        assert reader.get(f"/desk/letters/{wrong}/").status_code == 404


def test_confidential_suggestion_is_copied_to_nobody_else(unit, order, place):
    Order.objects.update(confidential=True)
    Proposal.objects.update(confidential=True)
    answer = unit.post(at(order, "reply/"), DRAFT | {"copies_more": place.county.units[1].name})
    assert answer.status_code == 400
    assert "这件建议要求保密" in answer.content.decode()
    assert not ReplyCopy.objects.exists()


def test_co_handler_has_no_points_to_answer(place):
    proposal = assigned(place, co=1)
    co = next(o for o in orders_of(proposal) if o.role == "co")
    client = Client()
    client.force_login(place.unit_user(co.unit))
    assert client.get(at(co, "reply/")).status_code == 404
