"""南湖社区卫生服务中心 through the API alone: from one resident's message to a rated result."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from audit.services import verify
from core.dates import local_date
from jobs.services import drain
from notifications.models import Notification
from tests.world import County
from topics.models import Topic
from voices.models import Message
from voices.selectors import public_timeline
from voices.services import by_receipt


def client(user=None) -> APIClient:
    found = APIClient()
    if user:
        found.force_authenticate(user)
    return found


def post(user, url: str, expect: int = 200, **data):
    answer = client(user).post(f"/api/v1/{url}", data, format="json")
    assert answer.status_code == expect, answer.json()
    return answer.json()


def act(user, resource: str, code: str, name: str, **data):
    return post(user, f"{resource}/{code}/actions/{name}/", **data)


@pytest.fixture
def people(county: County):
    return county.users


def day(number: int) -> str:
    return (local_date(timezone.now()) + timedelta(days=number)).isoformat()


def test_story(county: County, people):
    deputy, keeper = people["deputy"], people["station_keeper"]
    moderator, unit = people["moderator"], people["unit_head"]
    sent = post(
        None, "messages/", 201, token=county.codes["deputy"].token, kind="problem",
        text="卫生站在三楼，老人爬不动", phone="13805360001", name="王大妈", consent=True,
    )  # fmt: skip
    act(deputy, "messages", sent["code"], "accept")

    topic = post(
        deputy, "topics/", 201, title="社区卫生站怎么改造", summary="老人看病爬楼",
        question_1="最先改什么？", question_2="什么时间看病方便？",
        region_code=f"{county.code}001001", opens_on=day(0), closes_on=day(3), meets_on=day(4),
        departments=[county.units[0].code], messages=[sent["code"]],
    )  # fmt: skip
    code = topic["code"]
    assert (topic["state"], topic["messages"]) == ("draft", [sent["code"]])
    assert client().get(f"/api/v1/topics/{code}/").status_code == 404
    assert client(deputy).get(f"/api/v1/messages/{sent['code']}/").json()["state"] == "deliberating"
    act(deputy, "topics", code, "apply")
    dates = {"opens_on": day(0), "closes_on": day(3), "meets_on": day(4)}
    assert act(keeper, "topics", code, "approve", **dates)["state"] == "approved"
    drain(now=timezone.now())
    assert client().get(f"/api/v1/topics/{code}/").json()["state"] == "collecting"

    said = post(
        None, "opinions/", 201, topic=code, token=county.codes["grid"].token,
        answer_1="装电梯，电话13805360002", answer_2="周末上午", name="李女士",
        phone="13805360002", consent=True,
    )  # fmt: skip
    post(None, "opinions/", 201, topic=code, answer_1="先装电梯")
    assert client().get("/api/v1/opinions/").json()["results"] == []
    for one in client(moderator).get("/api/v1/opinions/?state=pending").json()["results"]:
        act(moderator, "opinions", one["code"], "approve")
    shown = client().get(f"/api/v1/opinions/?topic={code}&ordering=id").json()["results"]
    assert [(o["question"], o["text"]) for o in shown] == [
        (1, "装电梯，电话138****0002"), (2, "周末上午"), (1, "先装电梯")
    ]  # fmt: skip

    research = {
        "on": day(0),
        "place": "社区卫生站",
        "people": "宋代表、居委会",
        "text": "三楼无电梯",
    }
    act(deputy, "topics", code, "record_research", **research)
    assert act(keeper, "topics", code, "close_collection")["state"] == "researching"
    post(
        deputy, f"topics/{code}/meetings/", 201, starts_at=f"{day(0)}T00:01", place="联络站二楼",
        agenda="议改造", deputies=county.deputy.code, units=[county.units[0].code],
        residents="李女士\n王大妈", experts="张医生",
    )  # fmt: skip
    for kind, name in (("deputy", county.deputy.code), ("resident", "李女士"), ("unit", "住建局")):
        post(deputy, f"topics/{code}/meetings/1/attendees/", 201, kind=kind, name=name)
    held = act(
        deputy, "topics", code, "hold_meeting", meeting="1", minutes="先装电梯", agreed="先装电梯"
    )
    assert held["state"] == "meeting"
    came = [a["name"] for a in held["meetings"][0]["attendees"] if a["signed_in_at"]]
    assert came == ["宋玉禾", "住建局", "李女士"]
    post(
        deputy, f"topics/{code}/supports/", 201, matter="同意装电梯", unit="household",
        supporters=81, total=91, how="逐户上门签字", on=day(0),
    )  # fmt: skip
    post(
        deputy, f"topics/{code}/parts/", 201, text="加装电梯", lead_units=[county.units[0].code],
        co_units=[county.units[1].code],
    )  # fmt: skip
    post(deputy, f"topics/{code}/parts/", 201, text="开便民药柜", without_unit="社区居委会")
    act(deputy, "topics", code, "adopt_plan", text="先装电梯")
    handed = act(keeper, "topics", code, "hand_over", track="reply_within", instruction="")
    orders = [(o["unit"], o["role"], o["state"]) for o in handed["parts"][0]["orders"]]
    assert orders == [("住建局", "lead", "assigned"), ("供电公司", "co", "assigned")]

    lead, co = [o["code"] for o in handed["parts"][0]["orders"]]
    act(people["unit_handler_1"], "orders", co, "sign")
    act(people["unit_handler_1"], "orders", co, "give_opinion", text="增容已安排")
    act(unit, "orders", lead, "sign")
    act(
        unit, "orders", lead, "reply", outcome="in_progress", text="已开工", signer="局长",
        promise="年底前装好电梯", promise_on=day(40),
    )  # fmt: skip
    act(keeper, "orders", lead, "accept_reply")
    public = client().get(f"/api/v1/topics/{code}/").json()
    assert [o["state_label"] for o in public["parts"][0]["orders"]] == [
        "答复已通过", "已提会办意见"
    ]  # fmt: skip
    assert public["result"] is None

    for number, outcome, words in ((1, "promised", "年底前装好"), (2, "done", "药柜开了")):
        post(keeper, f"topics/{code}/parts/{number}/outcome/", 201, outcome=outcome, words=words)
    post(
        keeper, f"topics/{code}/result/", 201, text="电梯开工，药柜已开。", said_1="要电梯",
        adopted_1="装电梯", said_2="周末门诊", not_adopted_2="医生不够，先开周六上午",
    )  # fmt: skip
    refused = client(keeper).post(f"/api/v1/topics/{code}/actions/publish/", {}, format="json")
    assert refused.status_code == 403
    assert act(moderator, "topics", code, "publish")["state"] == "published"

    drain(now=timezone.now())
    told = Notification.objects.filter(kind="topics.told").values_list("text", flat=True)
    assert sorted(told) == sorted([
        "您参与的议题形成了方案：社区卫生站怎么改造",
        "您参与的议题转给有关部门办理了：社区卫生站怎么改造",
        "您参与的议题有结果了，请来看看、评一评：社区卫生站怎么改造",
    ])  # fmt: skip
    rating = {"receipt": said["receipt"], "score": "satisfied", "reason": ""}
    post(None, f"topics/{code}/rate/", 201, **rating)
    again = client().post(f"/api/v1/topics/{code}/rate/", rating, format="json")
    assert (again.status_code, again.json()["message"]) == (409, "您已经评价过了，谢谢。")
    post(deputy, f"topics/{code}/rate/", 201, score="basic", reason="")
    public = client().get(f"/api/v1/topics/{code}/").json()
    assert public["ratings"] == {"satisfied": 1, "basic": 1, "unsatisfied": 0}
    assert [a["adopted"] or a["not_adopted"] for a in public["result"]["answers"]] == [
        "装电梯", "医生不够，先开周六上午"
    ]  # fmt: skip

    message = by_receipt(sent["receipt"])
    steps = [s.words for s in public_timeline(message, now=timezone.now())]
    assert steps[:3] == ["您的留言送到了", "宋玉禾代表受理了", "宋玉禾代表把它转为议题"]
    assert steps[-1] == "议题：结果公开"
    act(deputy, "messages", sent["code"], "answer", outcome="in_progress", text="电梯开工了")
    assert Message.objects.get(code=sent["code"]).state == "answered"
    assert client().get("/api/v1/topics/").json()["results"][0]["code"] == code
    assert Client().get("/api/schema/").status_code == 200
    assert verify().problems == []
    drain(now=timezone.now() + timedelta(minutes=2))
    counted = Topic.objects.get()
    assert (counted.opinion_count, counted.people_count) == (3, 2)
