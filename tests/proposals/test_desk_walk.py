"""A suggestion at the desk through the front door: written, signed, submitted, answered, rated."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from congress.states import chinese_number
from core.dates import local_date
from handling.models import Promise
from proposals import states
from proposals.models import Evaluation, FaceReply, PromiseRating, Proposal, Signature
from tests.proposals.place import (
    CHECKLIST,
    assigned,
    open_session,
    orders_of,
    replied,
    submitted,
    work,
    written,
)
from workflows.engine import apply

TEXT = {
    "title": "关于改善老旧小区电梯安全的建议", "facts": "二百部电梯用了十六年。",
    "advice": "建立补助办法。\n逐台评估。",
}  # fmt: skip


def sign_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(answer) -> str:
    return answer.content.decode()


def desk(code: str, tail: str = "") -> str:
    return f"/desk/proposals/{code}/{tail}"


@pytest.fixture
def lead(place) -> Client:
    return sign_in(place.user(place.lead))


@pytest.fixture
def other(place) -> Client:
    return sign_in(place.user(place.deputies[1]))


def test_deputy_writes_saves_and_changes_a_draft(place, lead):
    sent = lead.post("/desk/proposals/new/", TEXT)
    made = Proposal.objects.get()
    assert (sent.status_code, sent.url) == (302, desk(made.code, "?done=proposal"))
    assert (made.state, made.lead, made.title, made.points, made.source_kind) == (
        "draft", place.lead, TEXT["title"], ["建立补助办法。", "逐台评估。"], "own",
    )  # fmt: skip
    changed = lead.post(desk(made.code, "edit/"), TEXT | {"facts": "三百部。", "version": "1"})
    made.refresh_from_db()
    assert (changed.status_code, made.version, made.facts) == (302, 2, "三百部。")
    stale = lead.post(desk(made.code, "edit/"), TEXT | {"version": "1"})
    assert stale.status_code == 400
    assert "正文刚刚被改过" in words(stale)
    assert TEXT["facts"] in words(stale)  # what was typed is still there
    compared = words(lead.get(desk(made.code, "versions/")))
    assert "<del>" in compared
    assert "二百部电梯用了十六年。" in compared
    assert "三百部。" in compared


def test_what_is_missing_is_said_and_what_was_typed_is_kept(lead):
    answer = lead.post("/desk/proposals/new/", TEXT | {"title": ""})
    assert answer.status_code == 400
    assert "二百部电梯用了十六年。" in words(answer)
    assert not Proposal.objects.exists()
    silent = TEXT | {"confidential": "on"}
    refused = lead.post("/desk/proposals/new/", silent)
    assert refused.status_code == 400
    assert "请写明为什么要保密" in words(refused)


def test_like_ones_of_past_years_are_shown_while_writing_and_nothing_is_saved(place, lead):
    assigned(place)
    before = Proposal.objects.count()
    look = lead.post("/desk/proposals/new/", {"title": TEXT["title"], "look": "1"})
    assert look.status_code == 200
    assert "以前提过相近的" in words(look)
    assert "宋玉禾代表 · 已交办办理中" in words(look)
    assert Proposal.objects.count() == before
    several = lead.post(
        "/desk/proposals/new/", {"title": "关于修路、架桥和种树的建议", "look": "1"}
    )
    assert "一事一议：不相关的，请分开提" in words(several)


def test_source_name_and_confidence_are_chosen_when_writing(place, lead):
    lead.post(
        "/desk/proposals/new/",
        TEXT | {"source_kind": "research", "source_code": "2026年物业调研", "confidential": "on",
                "confidential_reason": "怕被打击报复"},
    )  # fmt: skip
    made = Proposal.objects.get()
    assert (made.source_kind, made.source_code, made.confidential, made.confidential_reason) == (
        "research", "2026年物业调研", True, "怕被打击报复",
    )  # fmt: skip
    shown = words(lead.get(desk(made.code)))
    assert "调研 2026年物业调研" in shown
    assert "保密" in shown


def test_colleague_is_found_by_name_reads_the_text_and_confirms(place, lead, other):
    made = written(place, now=timezone.now())
    names = lead.get(desk(made.code, "names/?term=李")).json()
    code = place.deputies[1].code
    assert names == {"results": [{"value": f"李田（{code}）", "words": code}]}
    unknown = lead.post(desk(made.code, "invite/"), {"deputy": "查无此人"})
    assert unknown.status_code == 400
    assert "没有叫「查无此人」" in words(unknown)
    assert lead.post(desk(made.code, "invite/"), {"deputy": "李田"}).status_code == 302
    home, queue = words(other.get("/desk/")), words(other.get("/desk/proposals/?tab=sign"))
    assert "去签名" in home
    assert made.title in queue
    asked = words(other.get(desk(made.code, "confirm_cosign/")))
    assert "本县有老旧小区电梯二百部" in asked
    assert "对使用超过十五年的电梯逐台评估" in asked
    assert other.post(desk(made.code, "confirm_cosign/"), {"version": "1"}).status_code == 302
    mine = Signature.objects.get(proposal=made, lead=False)
    assert (mine.deputy, mine.state, mine.version) == (place.deputies[1], "confirmed", 1)


def test_a_changed_text_is_not_signed_unread_and_asks_again(place, lead, other):
    made = written(place, now=timezone.now())
    lead.post(desk(made.code, "invite/"), {"deputy": "李田"})
    lead.post(desk(made.code, "edit/"), TEXT | {"version": "1"})
    stale = other.post(desk(made.code, "confirm_cosign/"), {"version": "1"})
    assert stale.status_code == 400
    assert "正文刚刚改过" in words(stale)
    assert other.post(desk(made.code, "confirm_cosign/"), {"version": "2"}).status_code == 302
    lead.post(desk(made.code, "edit/"), TEXT | {"facts": "又改了。", "version": "2"})
    waiting = words(lead.get(desk(made.code)))
    assert "在等李田确认联名" in waiting
    refused = lead.post(desk(made.code, "submit/"), {"confirmed": CHECKLIST})
    assert refused.status_code == 409
    assert "还在等李田确认联名" in words(refused)


def test_declining_leaves_the_suggestion_out_of_sight(place, lead, other):
    made = written(place, now=timezone.now())
    lead.post(desk(made.code, "invite/"), {"deputy": "李田"})
    gone = other.post(desk(made.code, "decline_cosign/"), {"note": "不熟悉情况"})
    assert (gone.status_code, gone.url) == (302, "/desk/proposals/")
    assert other.get(desk(made.code)).status_code == 404
    assert "未同意" in words(lead.get(desk(made.code)))


def test_every_exclusion_is_ticked_before_it_goes_out(place, lead):
    made = written(place, now=timezone.now())
    page = words(lead.get(desk(made.code, "submit/")))
    for text in states.EXCLUSIONS.values():
        assert text in page
    some = lead.post(desk(made.code, "submit/"), {"confirmed": CHECKLIST[:3]})
    made.refresh_from_db()
    assert (some.status_code, made.state) == (400, "draft")
    assert lead.post(desk(made.code, "submit/"), {"confirmed": CHECKLIST}).status_code == 302
    made.refresh_from_db()
    assert made.state == "submitted"
    assert made.title in words(lead.get("/desk/proposals/?tab=review"))
    late = lead.get(desk(made.code, "edit/"))
    assert late.status_code == 409
    assert "已经提交，不能再改" in words(late)


def test_returned_text_comes_back_home_with_its_reason(place, lead):
    made = submitted(place, now=timezone.now())
    apply(made, "return_for_revision", actor=place.staff, now=timezone.now(),
          data={"note": "请写明范围"})  # fmt: skip
    assert "去修改" in words(lead.get("/desk/"))
    assert "修改意见：请写明范围" in words(lead.get(desk(made.code, "edit/")))


def test_withdrawing_a_joint_one_waits_for_every_signer(place, lead, other):
    made = written(place, now=timezone.now())
    lead.post(desk(made.code, "invite/"), {"deputy": "李田"})
    other.post(desk(made.code, "confirm_cosign/"), {"version": "1"})
    lead.post(desk(made.code, "submit/"), {"confirmed": CHECKLIST})
    refused = lead.post(desk(made.code, "withdraw/"), {"reason": "情况变了"})
    assert refused.status_code == 409
    assert "请先「请联名代表同意撤回」（李田）" in words(refused)
    assert other.post(desk(made.code, "records/agree_to_withdraw/")).status_code == 409
    ask = desk(made.code, "records/ask_to_withdraw/")
    assert ask in lead.get(desk(made.code)).content.decode()
    assert "撤回的原因" in words(lead.get(ask))
    assert lead.post(ask, {"reason": ""}).status_code == 400
    assert lead.post(ask, {"reason": "情况变了"}).status_code == 302
    assert "还在等李田" in words(lead.post(desk(made.code, "withdraw/"), {"reason": "变了"}))
    assert "情况变了" in words(other.get(desk(made.code)))
    assert other.post(desk(made.code, "records/agree_to_withdraw/")).status_code == 302
    assert "同意撤回" in words(lead.get(desk(made.code)))
    assert lead.post(desk(made.code, "withdraw/"), {"reason": "情况变了"}).status_code == 302
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_progress_reply_letter_and_both_ratings(place, lead):
    open_session(place, opens=local_date(timezone.now()) - timedelta(days=60), closes=None)
    made = assigned(place, now=timezone.now() - timedelta(days=20), co=1)
    page = words(lead.get(desk(made.code)))
    assert "住建局" in page
    assert "待签收" in page
    assert "会办意见交给主办单位" in page
    order, co = orders_of(made)
    user = place.unit_user(co.unit)
    co = apply(co, "sign", actor=user, now=timezone.now())
    apply(co, "give_opinion", actor=user, now=timezone.now(), data={"text": "会办机密意见"})
    work(place, order, now=timezone.now(), promise="年底前评估完",
         promise_on=local_date(timezone.now()) + timedelta(days=30), outcome="in_progress")  # fmt: skip
    page = words(lead.get(desk(made.code)))
    assert "会办机密意见" not in page
    assert "一、已出台补助办法。" in page
    assert "年底前评估完" in page
    assert "沟通" in page
    letter = words(lead.get(desk(made.code, f"letters/{order.code}/1/")))
    title = letter.partition('letter-title">')[2].partition("<")[0]
    assert title == f"关于{chinese_number(place.term.number)}届人大五次会议第001号建议的答复"
    assert "宋玉禾代表" in letter
    assert "征询意见表" in letter
    assert "抄送" in letter
    assert lead.get(desk(made.code, f"letters/{order.code}/1/files/pdf/")).status_code == 200
    assert lead.get(desk(made.code, f"letters/{co.code}/1/")).status_code == 404
    assert "去评价" in words(lead.get("/desk/"))
    unsaid = lead.post(
        desk(made.code, "evaluate/"), {"attitude": "satisfied", "result": "unsatisfied"}
    )
    assert unsaid.status_code == 400
    assert "不满意的，请写明理由" in words(unsaid)
    lead.post(
        desk(made.code, "evaluate/"),
        {"attitude": "satisfied", "result": "unsatisfied", "score": "40", "reason": "没评估"},
    )
    mine = Evaluation.objects.get(proposal=made)
    assert (mine.attitude, mine.result, mine.score, mine.reason) == (
        "satisfied", "unsatisfied", 40, "没评估",
    )  # fmt: skip


def test_second_round_stands_beside_the_first(place, lead):
    made = replied(place, now=timezone.now() - timedelta(days=40))
    lead.post(
        desk(made.code, "evaluate/"),
        {"attitude": "basic", "result": "unsatisfied", "reason": "没有办"},
    )
    staff = sign_in(place.staff)
    again = staff.post(
        desk(made.code, "rehandle/"),
        {"reason": "代表不满意", "units": [place.county.units[1].code]},
    )
    assert again.status_code == 302
    page = words(lead.get(desk(made.code)))
    assert "第1轮" in page
    assert "第2轮" in page
    assert "重新办理的原因：代表不满意" in page
    assert "办理结果<b>不满意</b>" in page
    assert "供电公司" in page


def test_promise_is_checked_and_rated_once(place, lead, other):
    now = timezone.now()
    made = replied(place, now=now - timedelta(days=40))
    order = orders_of(made)[0]
    promise = Promise.objects.create(
        code="C2026000001", order=order, text="年内评估完", due_on=local_date(now) - timedelta(days=1),
        original_due_on=local_date(now) - timedelta(days=1),
    )  # fmt: skip
    assert "核对承诺：年内评估完" in words(lead.get("/desk/"))
    assert "年内评估完" in words(lead.get("/desk/proposals/promises/"))
    assert other.get("/desk/proposals/promises/C2026000001/rate/").status_code == 404
    url = "/desk/proposals/promises/C2026000001/rate/"
    silent = lead.post(url, {"score": "unsatisfied", "reason": ""})
    assert silent.status_code == 400
    assert "请写明理由" in words(silent)
    assert lead.post(url, {"score": "satisfied", "reason": ""}).status_code == 302
    assert PromiseRating.objects.get(promise=promise).score == "satisfied"
    twice = lead.post(url, {"score": "satisfied", "reason": ""})
    assert twice.status_code == 409
    assert "今年已经评价过" in words(twice)
    assert "核对承诺" not in words(lead.get("/desk/"))
    unit = sign_in(place.unit_user(order.unit))
    done = unit.post(
        "/desk/proposals/promises/C2026000001/update/", {"outcome": "kept", "note": "评估完了"}
    )
    promise.refresh_from_db()
    assert (done.status_code, promise.outcome) == (302, "kept")


def test_confidence_is_asked_for_later_and_ends_others_sight(place, lead):
    made = submitted(place, now=timezone.now())
    moderator = sign_in(place.county.users["moderator"])
    assert moderator.get(desk(made.code)).status_code == 200
    sent = lead.post(
        desk(made.code, "records/conceal/"), {"confidential": "on", "reason": "怕报复"}
    )
    assert sent.status_code == 302
    assert moderator.get(desk(made.code)).status_code == 404


def test_face_reply_is_put_down_by_the_unit_and_read_by_the_deputy(place, lead):
    made = assigned(place, now=timezone.now())
    order = orders_of(made)[0]
    unit = sign_in(place.unit_user(order.unit))
    url = desk(made.code, "records/face_reply/")
    assert "出面的负责人" in words(unit.get(url))
    today = local_date(timezone.now()).isoformat()
    bare = unit.post(url, {"way": "face", "on": today})
    assert bare.status_code == 400
    assert "请写明谁出面" in words(bare)
    data = {
        "way": "face",
        "on": today,
        "leader": "王局长",
        "content": "看了两部电梯",
        "signed": "on",
    }
    assert unit.post(url, data).status_code == 302
    assert FaceReply.objects.get().leader == "王局长"
    assert "看了两部电梯" in words(lead.get(desk(made.code)))
    assert lead.get(url).status_code == 404
