"""One joint suggestion through its whole life by the API, as an outside program would do it."""

from datetime import datetime

import pytest

from audit.services import verify
from jobs.services import drain
from proposals.models import Proposal
from tests.proposals.place import CHECKLIST, Place, act, at, client, put


@pytest.fixture
def clock(monkeypatch):
    """Sets what the API takes for now."""
    now = {"at": at(2026, 3, 10)}
    monkeypatch.setattr("django.utils.timezone.now", lambda: now["at"])

    def to(moment: datetime) -> None:
        now["at"] = moment

    return to


def detail(user, code):
    return client(user).get(f"/api/v1/proposals/{code}/").json()


def ok(answer, status=200):
    assert answer.status_code == status, answer.json()
    return answer.json()


def contact(user, order, on):
    ok(act(user, "orders", order, "sign"))
    ok(act(user, "orders", order, "record_contact", on=on, way="visit", person="宋玉禾代表",
           content="当面听取意见"))  # fmt: skip


def reply(user, order, **more):
    return act(user, "orders", order, "reply", text="一、已做。二、在做。", signer="局长", **more)


def test_joint_suggestion_from_draft_to_publication(place: Place, clock):
    lead, signer = place.deputies[0], place.deputies[1]
    deputy, other, staff = place.user(lead), place.user(signer), place.staff
    first, second = place.county.units[0], place.county.units[1]
    handler, partner = place.unit_user(first), place.unit_user(second)

    # 提出: a draft, a co-signer who confirms the text, a changed text that asks again
    made = ok(client(deputy).post("/api/v1/proposals/", {
        "title": "关于改善老旧小区电梯安全的建议", "facts": "电梯老化，电话13812345678",
        "advice": "一是补助更新。\n二是逐台评估。", "category": "construction",
    }, format="json"), 201)  # fmt: skip
    code = made["code"]
    assert (made["state"], made["points"]) == ("draft", ["一是补助更新。", "二是逐台评估。"])
    ok(act(deputy, "proposals", code, "invite_cosigner", deputy=signer.code))
    waiting = act(deputy, "proposals", code, "submit", confirmed=CHECKLIST)
    assert waiting.status_code == 409
    assert "李田" in waiting.json()["message"]
    ok(act(other, "proposals", code, "confirm_cosign", version=1))
    url = f"/api/v1/proposals/{code}/"
    ok(client(deputy).patch(url, {"advice": "一是补助更新。\n二是逐台评估。\n三是公开名单。"},
                            format="json"))  # fmt: skip
    assert act(deputy, "proposals", code, "submit", confirmed=CHECKLIST).status_code == 409
    assert act(other, "proposals", code, "confirm_cosign", version=1).status_code == 400
    ok(act(other, "proposals", code, "confirm_cosign", version=2))
    assert ok(act(deputy, "proposals", code, "submit", confirmed=CHECKLIST))["series"] == "between"

    # 审核: returned, changed, confirmed again, accepted with a number
    clock(at(2026, 3, 12))
    ok(act(staff, "proposals", code, "return_for_revision", note="第三条再具体些"))
    assert detail(deputy, code)["reviews"][0]["note"] == "第三条再具体些"
    ok(client(deputy).patch(url, {"advice": "一是补助更新。\n二是逐台评估。"}, format="json"))
    ok(act(other, "proposals", code, "confirm_cosign", version=3))
    ok(act(deputy, "proposals", code, "submit", confirmed=CHECKLIST))
    shown = ok(act(staff, "proposals", code, "accept", category="construction"))
    assert (shown["number_words"], len(shown["versions"])) == ("闭会第1号", 3)

    # 交办: two units, co-opinion first, contact before reply, an extension with consent
    clock(at(2026, 3, 16))
    shown = ok(act(staff, "proposals", code, "assign", units=[first.code], co_units=[second.code]))
    assert (shown["state"], shown["due_on"]) == ("assigned", "2026-06-16")
    main, co = (o["code"] for o in shown["orders"])
    # the second unit says it is not its matter: the office gives its part to a third
    third = place.county.units[2]
    ok(act(partner, "orders", co, "request_return", reason="不归本单位", suggested=third.name))
    ok(act(staff, "orders", co, "decide_return", decision="granted", unit=third.code, reason="是"))
    partner = place.unit_user(third)
    co = next(o["code"] for o in detail(deputy, code)["orders"] if o["unit"] == third.code)
    ok(act(handler, "orders", main, "sign"))
    early = reply(handler, main, outcome="solved")
    assert early.status_code == 409
    assert "联系代表" in early.json()["message"]
    ok(act(handler, "orders", main, "record_contact", on="2026-03-16", way="phone",
           person="宋玉禾代表", content="电话沟通"))  # fmt: skip
    assert "会办意见" in reply(handler, main, outcome="solved").json()["message"]
    ok(act(partner, "orders", co, "sign"))
    ok(act(partner, "orders", co, "give_opinion", text="资金已列入预算"))
    too_far = act(
        handler, "orders", main, "request_extension", wanted_on="2026-10-01", reason="评估多"
    )
    assert too_far.status_code == 400
    ok(act(handler, "orders", main, "request_extension", wanted_on="2026-08-31", reason="评估多"))
    ok(act(staff, "orders", main, "decide_extension", decision="granted", reason="同意"))
    assert detail(deputy, code)["due_on"] == "2026-08-31"
    assert detail(deputy, code)["assignments"][0]["original_due_on"] == "2026-06-16"

    # 答复: promise with a date, face to face, the lead rates: 不满意
    clock(at(2026, 8, 20))
    ok(
        reply(
            handler, main, outcome="in_progress", promise="完成一百部更新", promise_on="2027-05-31"
        )
    )
    ok(put(handler, code, "face_reply", way="face", on="2026-08-20", leader="李局长",
           content="当面答复", signed=True, deputies=[lead.code]))  # fmt: skip
    assert act(staff, "proposals", code, "decide_publication", decision="public").status_code == 409
    ok(act(staff, "orders", main, "accept_reply"))
    shown = detail(deputy, code)
    assert (shown["state"], shown["outcome"]) == ("replied", "in_progress")
    assert [o["letter"] for o in shown["orders"]] == ["B", "", ""]
    assert [e["deputy"] for e in shown["evaluations"]] == [lead.code]
    assert act(other, "proposals", code, "evaluate", attitude="satisfied",
               result="satisfied").status_code == 409  # fmt: skip
    no_reason = act(
        deputy, "proposals", code, "evaluate", attitude="satisfied", result="unsatisfied"
    )
    assert set(no_reason.json()["fields"]) == {"reason"}
    shown = ok(act(deputy, "proposals", code, "evaluate", attitude="satisfied",
                   result="unsatisfied", score=40, reason="只做了一半"))  # fmt: skip
    assert (shown["state"], shown["satisfaction"]) == ("evaluated", "unsatisfied")
    assert act(staff, "proposals", code, "close").status_code == 409

    # 第二轮: its own clock and reply, the first stays
    clock(at(2026, 9, 1))
    shown = ok(act(staff, "proposals", code, "rehandle", reason="代表不满意"))
    assert (shown["round"], shown["due_on"]) == (2, "2026-10-01")
    again = shown["orders"][-1]["code"]
    contact(handler, again, "2026-09-01")
    ok(reply(handler, again, outcome="solved"))
    ok(act(staff, "orders", again, "accept_reply"))
    shown = ok(act(deputy, "proposals", code, "evaluate", attitude="satisfied", result="satisfied",
                   score=95))  # fmt: skip
    assert [(e["round"], e["result"]) for e in shown["evaluations"]] == [
        (1, "unsatisfied"), (2, "satisfied"),
    ]  # fmt: skip
    assert ok(act(staff, "proposals", code, "close"))["state"] == "closed"

    # 第二年: the promise of the first round is kept and rated
    clock(at(2027, 5, 20))
    (promise,) = client(deputy).get("/api/v1/promises/").json()["results"]
    assert (promise["proposal"], promise["outcome"]) == (code, "open")
    ledger = f"/api/v1/promises/{promise['code']}"
    kept = client(handler).post(f"{ledger}/updates/", {"outcome": "kept", "note": "一百部全部更新"},
                                format="json")  # fmt: skip
    assert ok(kept)["outcome"] == "kept"
    rated = client(deputy).post(f"{ledger}/ratings/", {"score": "satisfied"}, format="json")
    assert ok(rated)["ratings"][0]["year"] == 2027

    # 公开: reviewed, personal numbers masked
    assert client().get(url).status_code == 404
    shown = ok(act(staff, "proposals", code, "decide_publication", decision="public"))
    public = ok(client().get(url))
    assert "138****5678" in public["text"]
    assert ["【第1轮答复】" in public["reply"], "【第2轮答复】" in public["reply"]] == [True, True]
    assert "13812345678" not in str(public)
    assert "available_actions" not in public
    drain(now=at(2027, 5, 21))
    assert Proposal.objects.get().state == "closed"
    assert verify().holds
