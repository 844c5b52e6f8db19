"""Staff: opinions by the hundred, 派题, letting results through with four eyes, the register."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.dates import local_date
from tests.topics.course import draft, make_topic, say
from tests.topics.test_desk_walk import sign_in, words
from tests.world import County
from topics.models import Opinion, Topic

QUEUE = "/admin/moderation/opinions/"


@pytest.fixture
def topic(county: County) -> Topic:
    now = timezone.now()
    return make_topic(county, "collecting", now=now, closes_on=local_date(now) + timedelta(days=5))


def told(topic: Topic, text: str) -> Opinion:
    return say(topic, text, now=timezone.now()).opinions[0]


def states_of(topic: Topic) -> list[tuple[str, str]]:
    return list(topic.opinions.order_by("id").values_list("text", "state"))


def last_batch(client: Client) -> str:
    """What undoing the latest decision sends."""
    return client.get(QUEUE).context["batches"][0].key


def test_selected_ones_are_approved_in_one_step_with_numbers_masked(county, topic):
    first, second = told(topic, "先修电梯"), told(topic, "打我电话13812345678说")
    third = told(topic, "骂人的话")
    moderator = sign_in(county, "moderator")
    page = words(moderator.get(QUEUE))
    assert "还有3条待审核" in page
    assert "<mark>13812345678</mark>" in page
    answer = moderator.post(
        QUEUE, {"decision": "approve", "opinion": [first.code, second.code]}, follow=True
    )
    assert "通过了2条" in words(answer)
    assert "还有1条待审核，今天您审了2条" in words(answer)
    assert states_of(topic) == [
        (first.text, "approved"), (second.text, "approved"), (third.text, "pending"),
    ]  # fmt: skip
    assert "13812345678" not in Opinion.objects.get(pk=second.pk).public_text


def test_rejecting_needs_a_reason_and_may_be_taken_back(county, topic):
    opinion = told(topic, "骂人的话")
    moderator = sign_in(county, "moderator")
    blank = moderator.post(QUEUE, {"one_reject": opinion.code}, follow=True)
    assert "要写原因" in words(blank)
    assert states_of(topic) == [("骂人的话", "pending")]
    moderator.post(QUEUE, {"one_reject": opinion.code, "reason": "有辱骂的话"})
    assert states_of(topic) == [("骂人的话", "rejected")]
    assert "不通过了1条" in words(moderator.get(QUEUE))
    undone = moderator.post(f"{QUEUE}undo/", {"batch": last_batch(moderator)}, follow=True)
    assert "已撤销：1条现在是「已公开」" in words(undone)
    assert states_of(topic) == [("骂人的话", "approved")]
    moderator.post(QUEUE, {"one_hide": opinion.code, "reason": "看错了"})
    assert states_of(topic) == [("骂人的话", "hidden")]


def test_an_approval_taken_back_is_hidden(county, topic):
    opinion = told(topic, "先修电梯")
    moderator = sign_in(county, "moderator")
    moderator.post(QUEUE, {"one_approve": opinion.code})
    approved = {"batch": last_batch(moderator)}
    moderator.post(f"{QUEUE}undo/", approved)
    assert states_of(topic) == [("先修电梯", "hidden")]
    moderator.post(f"{QUEUE}undo/", approved)
    assert states_of(topic) == [("先修电梯", "hidden")]


def test_copies_are_one_line_and_go_together(county, topic):
    copies = [told(topic, t) for t in ("先修电梯", "先修电梯！", "先修 电梯")]
    other = told(topic, "多配药")
    moderator = sign_in(county, "moderator")
    page = words(moderator.get(QUEUE))
    assert page.count('name="opinion"') == 2
    assert "另有2条" in page
    moderator.post(QUEUE, {"decision": "approve", "opinion": copies[0].code, "same": "1"})
    assert [state for _, state in states_of(topic)] == ["approved"] * 3 + ["pending"]
    assert Opinion.objects.get(pk=other.pk).state == "pending"


def test_the_alike_stand_side_by_side(county, topic):
    for text in ("电梯坏了三个月没人修", "药房中午关门买不到药", "电梯坏了快三个月了"):
        told(topic, text)
    page = words(sign_in(county, "moderator").get(QUEUE))
    places = [page.index(t) for t in ("坏了三个月没人修", "电梯坏了快三个月了", "药房中午关门")]
    assert places == sorted(places)


def test_one_opinion_is_edited_and_the_next_comes(county, topic):
    first, second = told(topic, "找王某某修电梯"), told(topic, "多配药")
    moderator = sign_in(county, "moderator")
    at = f"{QUEUE}{first.code}/"
    assert moderator.post(at, {"decision": "edit", "text": ""}).status_code == 400
    answer = moderator.post(at, {"decision": "edit", "text": "请修电梯"})
    assert answer.headers["location"] == f"{QUEUE}{second.code}/"
    first.refresh_from_db()
    assert (first.state, first.public_text, first.text) == (
        "approved",
        "请修电梯",
        "找王某某修电梯",
    )
    nonsense = moderator.post(f"{QUEUE}{second.code}/", {"decision": "erase"})
    assert nonsense.status_code == 404


@pytest.mark.parametrize("role", ["deputy", "station_keeper", "unit_handler", "auditor"])
def test_who_may_not_moderate(county, topic, role):
    opinion = told(topic, "先修电梯")
    client = sign_in(county, role)
    assert client.get(QUEUE).status_code == 403
    assert client.post(QUEUE, {"one_approve": opinion.code}).status_code == 403
    assert client.post(f"{QUEUE}undo/").status_code == 403
    assert states_of(topic) == [("先修电梯", "pending")]


def test_a_neighbours_moderator_reaches_nothing(county, neighbour, topic):
    opinion = told(topic, "先修电梯")
    client = sign_in(neighbour, "moderator")
    assert client.get(f"{QUEUE}{opinion.code}/").status_code == 404
    client.post(QUEUE, {"one_approve": opinion.code})
    assert states_of(topic) == [("先修电梯", "pending")]
    assert "都审完了" in words(client.get(QUEUE))


def test_the_way_back_is_only_our_own_address(county, topic):
    opinion = told(topic, "先修电梯")
    answer = sign_in(county, "moderator").post(
        QUEUE, {"one_approve": opinion.code, "here": "https://evil.example/"}
    )
    assert answer.headers["location"] == QUEUE


def dispatched(county: County, **more):
    fields = draft(county)
    today = local_date(timezone.now())
    return {
        "source": "congress", "title": "制约汽车产业链发展的痛点是什么", "summary": "五问。",
        **{f"q{n}": f"第{n}个问题是什么？" for n in range(1, 6)}, "region_code": county.code,
        "host": county.station.code, "deputy": county.deputy.name,
        "opens_on": today.isoformat(), "closes_on": (today + timedelta(days=7)).isoformat(),
        "departments": [county.units[0].code], "meets_on": "",
        "summary_of": fields.title,
    } | more  # fmt: skip


def test_a_dispatched_topic_begins_approved_with_five_questions(county):
    staff = sign_in(county, "congress_staff")
    answer = staff.post("/admin/topics/dispatch/", dispatched(county))
    topic = Topic.objects.get()
    assert answer.headers["location"] == f"/desk/topics/{topic.code}/"
    assert (topic.source, topic.state, topic.deputy_id, topic.host_id) == (
        "congress", "approved", county.deputy.code, county.station.code,
    )  # fmt: skip
    assert topic.questions.count() == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"source": ""}, "必填"), ({"q1": ""}, "至少写一个"),
        ({"deputy": "没有这个人"}, "本县没有叫"), ({"region_code": "370785"}, "region_code"),
    ],
)  # fmt: skip
def test_a_bad_dispatch_is_refused(county, neighbour, wrong, said):
    answer = sign_in(county, "congress_staff").post(
        "/admin/topics/dispatch/", dispatched(county, **wrong)
    )
    assert answer.status_code == 400
    assert said in words(answer)
    assert not Topic.objects.exists()


def test_only_staff_dispatch(county):
    for role in ("deputy", "station_keeper", "moderator"):
        assert sign_in(county, role).get("/admin/topics/dispatch/").status_code == 403
    assert Client().get("/admin/topics/dispatch/").status_code == 302


def test_publication_wants_a_second_pair_of_eyes(county):
    topic = make_topic(county, "handling", now=timezone.now())
    at = f"/admin/topics/publication/{topic.code}/"
    staff, moderator = sign_in(county, "congress_staff"), sign_in(county, "moderator")
    assert "还没有写明结果" in words(moderator.get("/admin/topics/publication/"))
    assert moderator.post(at).status_code == 409
    desk = f"/desk/topics/{topic.code}/result/"
    for number in (1, 2):
        staff.post(f"{desk}parts/{number}/", {"outcome": "done", "words": "做好了"})
    staff.post(f"{desk}write/", {
        "text": "电梯装好了。", "said_1": "电梯", "adopted_1": "装了", "said_2": "晚上",
        "not_adopted_2": "没有人手",
    })  # fmt: skip
    refused = staff.post(at)
    assert (refused.status_code, "撰写人以外的人" in words(refused)) == (409, True)
    assert "审核无误，公开" in words(moderator.get(at))
    moderator.post(at)
    topic.refresh_from_db()
    assert topic.state == "published"


def test_register_is_searched_filtered_and_taken_away(county, neighbour):
    topic = make_topic(county, "collecting")
    make_topic(neighbour, "collecting", title="邻县的事")
    staff = sign_in(county, "congress_staff")
    found = words(staff.get("/admin/topics/topic/?q=卫生服务站&stage=collecting"))
    assert topic.code in found
    assert "邻县的事" not in found
    assert topic.code not in words(staff.get("/admin/topics/topic/?stage=published"))
    sheet = staff.post("/admin/topics/topic/", {
        "action": "export_csv", "_selected_action": [topic.pk],
    })  # fmt: skip
    text = b"".join(sheet.streaming_content).decode("utf-8-sig")
    assert topic.title in text
    assert f'href="/desk/topics/{topic.code}/"' in words(
        staff.get(f"/admin/topics/topic/{topic.pk}/change/")
    )


def test_dashboard_and_menu_speak_of_topics(county, topic):
    told(topic, "先修电梯")
    page = words(sign_in(county, "congress_staff").get("/admin/"))
    for said in ("今年的议题", "正在征集", "议题意见审核", "派题", "结果待公开", "议题审议"):
        assert said in page


def test_home_tells_what_to_do(county):
    topic = make_topic(county, "applied")
    assert f'/desk/topics/{topic.code}/">去审议</a>' in words(
        sign_in(county, "station_keeper").get("/desk/")
    )
    mine = make_topic(county, "draft", title="还没交的题")
    page = words(sign_in(county, "deputy").get("/desk/"))
    assert f'/desk/topics/{mine.code}/">写完提交</a>' in page


LISTS = {
    "/desk/topics/": ("station_keeper", "applied"),
    "/desk/topics/?tab=speak": ("deputy", "collecting"),
    "/desk/": ("station_keeper", "applied"),
    "/admin/topics/publication/": ("moderator", "handling"),
    "/admin/topics/topic/": ("congress_staff", "collecting"),
}


@pytest.mark.parametrize("url", LISTS)
def test_lists_of_topics_ask_as_much_for_thirty_as_for_one(county, url):
    role, state = LISTS[url]
    client = sign_in(county, role)
    make_topic(county, state, now=timezone.now())
    one = asked(client, url)
    for _ in range(29):
        make_topic(county, state, now=timezone.now())
    assert asked(client, url) <= one


@pytest.mark.parametrize(
    "path", ["/desk/topics/{}/opinions/", "/desk/topics/{}/", QUEUE, QUEUE + "?state=approved"]
)
def test_lists_of_opinions_ask_as_much_for_thirty_as_for_one(county, topic, path):
    role = "moderator" if path.startswith(QUEUE) else "deputy"
    client, url = sign_in(county, role), path.format(topic.code)
    told(topic, "第一条意见")
    one = asked(client, url)
    for n in range(29):
        told(topic, f"第{n}条别的意见，说的是{n}号楼")
    assert asked(client, url) <= one


def asked(client: Client, url: str) -> int:
    client.get(url)  # the first time some tables are looked up and remembered
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)
