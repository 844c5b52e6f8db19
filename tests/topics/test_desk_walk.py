"""A topic at the desk through the front door: applied for, discussed, planned, told, rated."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from PIL import Image

from core.dates import local_date
from handling.models import Order
from jobs.models import DueWork
from notifications.models import Notification
from tests.topics.course import let_through, make_topic, say, take
from tests.voices.conftest import say as leave_message
from tests.world import County
from topics.models import (
    Attendee,
    Meeting,
    Opinion,
    OpinionGroup,
    Picture,
    Result,
    Topic,
    TopicMessage,
)
from topics.room import room_code
from topics.services import recount_groups
from workflows.engine import apply


def sign_in(county: County, role: str) -> Client:
    client = Client()
    client.force_login(county.users[role])
    return client


def picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    file.seek(0)
    file.name = "a.png"
    return file


def fields(county: County, **more):
    today = local_date(timezone.now())
    return {
        "title": "老小区的电动车在哪儿充电", "summary": "楼道里拉线充电，怕着火。",
        "q1": "您家的车现在在哪儿充？", "hint1": "楼下、单位、路边", "q2": "桩装在哪儿合适？",
        "region_code": f"{county.code}001001", "host": "",
        "opens_on": today.isoformat(), "closes_on": (today + timedelta(days=7)).isoformat(),
        "departments": [county.units[0].code],
    } | more  # fmt: skip


def words(answer) -> str:
    return answer.content.decode()


def test_deputy_applies_keeper_returns_deputy_mends_keeper_approves(county):
    deputy, keeper = sign_in(county, "deputy"), sign_in(county, "station_keeper")
    sent = deputy.post("/desk/topics/new/", fields(county), follow=True)
    topic = Topic.objects.get()
    assert sent.redirect_chain == [(f"/desk/topics/{topic.code}/", 302)]
    assert [(q.number, q.text, q.hint) for q in topic.questions.all()] == [
        (1, "您家的车现在在哪儿充？", "楼下、单位、路边"), (2, "桩装在哪儿合适？", ""),
    ]  # fmt: skip
    assert (topic.state, topic.source, topic.deputy_id, topic.host_id) == (
        "draft", "deputy", county.deputy.code, county.station.code,
    )  # fmt: skip
    at = f"/desk/topics/{topic.code}/"
    assert deputy.post(f"{at}apply/").status_code == 302
    assert "老小区的电动车" in words(keeper.get("/desk/topics/"))
    blank = keeper.post(f"{at}return_for_revision/", {"reason": ""})
    assert blank.status_code == 400
    keeper.post(f"{at}return_for_revision/", {"reason": "问题再具体些"})
    page = deputy.get(f"{at}edit/")
    assert "退回意见：问题再具体些" in words(page)
    assert "楼下、单位、路边" in words(page)
    deputy.post(f"{at}edit/", fields(county, q2="几号楼前装桩合适？"))
    deputy.post(f"{at}apply/")
    form = keeper.get(f"{at}approve/")
    assert f'value="{topic.opens_on.isoformat()}"' in words(form)
    keeper.post(f"{at}approve/", {
        "opens_on": topic.opens_on.isoformat(), "closes_on": topic.closes_on.isoformat(),
        "note": "好题",
    })  # fmt: skip
    topic.refresh_from_db()
    assert (topic.state, topic.review_note) == ("approved", "好题")
    assert topic.questions.get(number=2).text == "几号楼前装桩合适？"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "请用一句话写明议什么"),
        ({"q1": ""}, "至少写一个具体的问题"),
        ({"closes_on": "2020-01-01"}, "截止不能早于开始"),
        ({"region_code": "370785"}, "region_code"),
    ],
)
def test_a_bad_application_comes_back_with_what_was_typed(county, wrong, said):
    answer = sign_in(county, "deputy").post("/desk/topics/new/", fields(county, **wrong))
    assert answer.status_code == 400
    assert said in words(answer)
    assert "楼道里拉线充电，怕着火。" in words(answer)
    assert not Topic.objects.exists()


def test_similar_past_topics_are_shown_before_applying(county):
    past = make_topic(county, "collecting", title="老小区电动车充电难怎么解决")
    deputy = sign_in(county, "deputy")
    looked = deputy.post("/desk/topics/new/", fields(county, look="1"))
    assert (looked.status_code, Topic.objects.count()) == (200, 1)
    assert past.title in words(looked)
    deputy.post("/desk/topics/new/", fields(county))
    mine = Topic.objects.latest("id")
    assert past.title in words(deputy.get(f"/desk/topics/{mine.code}/"))


def test_scope_is_limited_to_what_the_person_may(county, neighbour):
    page = words(sign_in(county, "deputy").get("/desk/topics/new/"))
    for code in (county.code, f"{county.code}001", f"{county.code}001001", county.grid.code):
        assert f'<option value="{code}"' in page
    assert f'<option value="{neighbour.code}' not in page


def test_one_topic_of_several_messages_keeps_the_links(county):
    first = leave_message(county, text="五号楼楼道里有人拉线充电，13812345678").message
    second = leave_message(county, text="楼道充电太吓人", key="k" * 21).message
    deputy = sign_in(county, "deputy")
    for message in (first, second):
        deputy.post(f"/desk/messages/{message.code}/accept/")
    chosen = deputy.get("/desk/topics/messages/?words=充电")
    assert first.code in words(chosen)
    assert second.code in words(chosen)
    at = f"/desk/topics/new/?message={first.code}&message={second.code}"
    begun = words(deputy.get(at))
    assert "有2位群众反映" in begun
    assert "13812345678" not in begun.split("<textarea")[1].split("</textarea>")[0]
    deputy.post("/desk/topics/new/", fields(county, message=[first.code, second.code]))
    topic = Topic.objects.get()
    linked = TopicMessage.objects.filter(topic=topic)
    assert set(linked.values_list("message__code", flat=True)) == {
        first.code, second.code,
    }  # fmt: skip
    first.refresh_from_db()
    assert first.state == "deliberating"
    assert f"/desk/messages/{first.code}/" in words(deputy.get(f"/desk/topics/{topic.code}/"))


def test_a_message_joins_a_topic_there_is(county):
    topic = make_topic(county, "collecting")
    message = leave_message(county).message
    deputy = sign_in(county, "deputy")
    deputy.post(f"/desk/messages/{message.code}/accept/")
    page = words(deputy.get(f"/desk/messages/{message.code}/"))
    door = f"/desk/topics/new/?message={message.code}"
    assert f'href="{door}"' in page
    assert f'<option value="{topic.code}">' in words(deputy.get(door))
    deputy.post("/desk/topics/join/", {"message": message.code, "topic": topic.code})
    assert TopicMessage.objects.get().topic == topic
    message.refresh_from_db()
    assert message.state == "deliberating"


def test_a_foreign_message_cannot_be_taken(county, neighbour):
    foreign = leave_message(neighbour).message
    sign_in(county, "deputy").post("/desk/topics/new/", fields(county, message=[foreign.code]))
    assert not TopicMessage.objects.exists()


def test_research_with_a_photo_and_a_meeting_with_everybody(county):
    now = timezone.now()
    topic = make_topic(county, "researching", now=now)
    deputy, keeper = sign_in(county, "deputy"), sign_in(county, "station_keeper")
    at = f"/desk/topics/{topic.code}/"
    deputy.post(f"{at}record_research/", {
        "on": local_date(now).isoformat(), "place": "东街小区", "people": "宋玉禾、社区书记",
        "text": "看了三个楼道。", "photos": [picture()],
    })  # fmt: skip
    assert Picture.objects.get().note.text == "看了三个楼道。"
    shown = deputy.get(f"{at}meetings/")
    photo = words(shown).split('href="/desk/topics/picture/')[1].split('"')[0]
    assert deputy.get(f"/desk/topics/picture/{photo}").headers["content-type"] == "image/jpeg"
    assert deputy.get("/desk/topics/picture/nothing/").status_code == 404
    called = deputy.post(f"{at}meetings/new/", {
        "starts_at": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"), "place": "东街联络站",
        "agenda": "议充电", "deputies": "宋玉禾", "units": [county.units[0].code],
        "experts": "消防李工", "residents": "王女士、赵大爷",
    })  # fmt: skip
    assert called.status_code == 302
    meeting = Meeting.objects.get()
    assert sorted(meeting.attendees.values_list("kind", "name")) == [
        ("deputy", "宋玉禾"), ("expert", "消防李工"), ("resident", "王女士"),
        ("resident", "赵大爷"), ("unit", "住建局"),
    ]  # fmt: skip
    assert Notification.objects.filter(kind="topics.meeting_called").count() >= 2
    here = f"{at}meetings/1/"
    unit = meeting.attendees.get(kind="unit")
    keeper.post(f"{here}present/{unit.pk}/")
    keeper.post(here, {"kind": "resident", "name": "刘阿姨"})
    code = keeper.get(f"{here}code/")
    assert f"/meet/{meeting.sign_in}." in words(code)
    assert sorted(
        Attendee.objects.filter(signed_in_at__isnull=False).values_list("name", "way")
    ) == [("住建局", "staff"), ("刘阿姨", "staff")]
    held = deputy.post(f"{at}hold_meeting/", {
        "meeting": "1", "minutes": "都说要装桩。", "agreed": "先装两处",
    })  # fmt: skip
    assert held.status_code == 302
    assert "先装两处" in words(deputy.get(here))
    topic.refresh_from_db()
    assert topic.state == "meeting"


def test_signing_in_by_the_code_on_the_wall(county):
    now = timezone.now()
    topic = make_topic(county, "researching", now=now)
    deputy = sign_in(county, "deputy")
    deputy.post(f"/desk/topics/{topic.code}/meetings/new/", {
        "starts_at": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"), "place": "站里",
    })  # fmt: skip
    meeting = Meeting.objects.get()
    at, resident = f"/meet/{room_code(meeting, now)}/", Client()
    assert resident.get("/meet/wrong-secret/").status_code == 404
    assert "怎么称呼您" in words(resident.get(at))
    assert resident.post(at, {"name": "", "kind": "resident"}).status_code == 400
    done = resident.post(at, {"name": "李大姐", "kind": "resident"})
    assert "李大姐，签到了" in words(done)
    assert "宋玉禾代表，签到" in words(deputy.get(at))
    deputy.post(at)
    deputy.post(at)
    assert sorted(meeting.attendees.filter(way="code").values_list("kind", "name")) == [
        ("deputy", "宋玉禾"), ("resident", "李大姐"),
    ]  # fmt: skip
    Meeting.objects.update(starts_at=now + timedelta(days=3))
    assert "还没到开会的日子" in words(Client().get(at))
    late = Client().post(at, {"name": "张三叔", "kind": "resident"})
    assert late.status_code == 409
    assert not Attendee.objects.filter(name="张三叔").exists()


def test_trap_16_a_photo_of_the_sign_in_code_is_worth_nothing_after_minutes(county):
    """The wall's code changes; an old one is refused, and staff put down who cannot scan."""
    now = timezone.now()
    topic = make_topic(county, "researching", now=now)
    deputy = sign_in(county, "deputy")
    deputy.post(f"/desk/topics/{topic.code}/meetings/new/", {
        "starts_at": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"), "place": "站里",
        "residents": "李大姐",
    })  # fmt: skip
    meeting = Meeting.objects.get()
    wall = f"/desk/topics/{topic.code}/meetings/1/code/"

    def shown() -> str:
        return re.search(r"/meet/[^/<\s]+/", deputy.get(wall).content.decode()).group()

    photo = shown()
    assert meeting.sign_in not in (photo, photo.strip("/").split("/")[-1])
    with time_machine.travel(now + timedelta(minutes=4)):
        assert "怎么称呼您" in words(Client().get(photo))
    with time_machine.travel(now + timedelta(minutes=16)):
        assert shown() != photo
        assert "已经过期" in words(Client().get(photo))
        for who in (Client(), deputy):
            assert who.post(photo, {"name": "不在场", "kind": "resident"}).status_code == 409
        forged = Client().post(f"/meet/{meeting.sign_in}.{'0' * 16}/",
                               {"name": "不在场", "kind": "resident"})  # fmt: skip
        assert forged.status_code == 409
        assert not meeting.attendees.filter(signed_in_at__isnull=False).exists()
        row = meeting.attendees.get(name="李大姐")
        deputy.post(f"/desk/topics/{topic.code}/meetings/1/present/{row.pk}/")
        row.refresh_from_db()
        assert row.way == "staff"


def test_plan_parts_support_handing_over_result_and_rating(county):
    topic = make_topic(county, "meeting", now=timezone.now())
    deputy, keeper = sign_in(county, "deputy"), sign_in(county, "station_keeper")
    at = f"/desk/topics/{topic.code}/"
    lead, co = county.units[0].code, county.units[1].code
    deputy.post(f"{at}plan/new/", {"text": "装两处充电桩", "lead_units": [lead], "co_units": [co]})
    deputy.post(f"{at}plan/new/", {"text": "多写了", "without_unit": "社区"})
    deputy.post(f"{at}plan/new/", {"text": "夜里巡楼", "without_unit": "社区居委会"})
    nobody = deputy.post(f"{at}plan/new/", {"text": "没人做的事"})
    assert (nobody.status_code, "写明不交部门的谁来做" in words(nobody)) == (400, True)
    deputy.post(f"{at}plan/1/", {"text": "装三处充电桩", "lead_units": [lead], "co_units": [co]})
    assert "多写了" in words(deputy.get(f"{at}plan/2/remove/"))
    deputy.post(f"{at}plan/2/remove/", {"confirm": "1"})
    assert list(topic.parts.values_list("number", "text")) == [
        (1, "装三处充电桩"), (2, "夜里巡楼"),
    ]  # fmt: skip
    support = {"matter": "同意装桩", "unit": "household", "how": "上门签字", "on": "2026-11-20"}
    over = deputy.post(f"{at}support/", support | {"supporters": "92", "total": "91"})
    assert (over.status_code, "不能多过总数" in words(over)) == (400, True)
    deputy.post(f"{at}support/", support | {"supporters": "81", "total": "91"})
    assert "89.0%" in words(deputy.get(f"{at}plan/"))
    deputy.post(f"{at}adopt_plan/", {"text": "先装桩，再巡楼"})
    form = keeper.get(f"{at}hand_over/")
    assert "前办好" in words(form)
    keeper.post(f"{at}hand_over/", {"track": "short_track_within"})
    assert sorted(Order.objects.values_list("unit__code", "role")) == [(lead, "lead"), (co, "co")]
    assert Order.objects.first().code in words(deputy.get(at))
    assert deputy.get(f"{at}result/write/").status_code == 403
    keeper.post(f"{at}result/parts/1/", {"outcome": "done", "words": "三处都装好了"})
    keeper.post(f"{at}result/parts/2/", {"outcome": "not_done", "words": "没有人手"})
    lacking = words(keeper.get(f"{at}result/"))
    assert "公开前还差：还没有写结果" in lacking
    half = keeper.post(f"{at}result/write/", {"text": "装好了", "said_1": "要装桩"})
    assert half.status_code == 400
    keeper.post(f"{at}result/write/", {
        "text": "三处充电桩装好了。", "said_1": "要装桩", "adopted_1": "装了三处",
        "said_2": "晚上", "adopted_2": "", "not_adopted_2": "没有人手",
        "before": [picture()], "after": [picture()],
    })  # fmt: skip
    assert Result.objects.get().text == "三处充电桩装好了。"
    assert sorted(topic.pictures.values_list("kind", flat=True)) == ["after", "before"]
    topic.refresh_from_db()
    take_publish(topic, county)
    assert deputy.post(f"{at}result/rate/", {"score": "unsatisfied"}).status_code == 400
    deputy.post(f"{at}result/rate/", {"score": "satisfied"})
    again = deputy.post(f"{at}result/rate/", {"score": "satisfied"})
    assert (again.status_code, topic.ratings.count()) == (409, 1)
    assert "宋玉禾代表" in words(deputy.get(f"{at}result/"))


def take_publish(topic: Topic, county: County) -> None:
    apply(topic, "publish", actor=county.users["moderator"], now=timezone.now())


def test_opinions_are_filtered_and_typed_in_with_the_proxy_named(county):
    now = timezone.now()
    topic = make_topic(county, "collecting", now=now, closes_on=local_date(now) + timedelta(days=5))
    say(topic, "先修电梯", now=now)
    let_through(
        say(topic, "药太少", answers={1: "药太少", 2: "晚上好"}, now=now).opinions[0], county
    )
    keeper = sign_in(county, "station_keeper")
    at = f"/desk/topics/{topic.code}/opinions/"
    everything = words(keeper.get(at))
    assert "收到3条，公开1条，待审核2条" in everything
    assert "先修电梯" in everything
    assert "晚上好" in everything
    approved = words(keeper.get(f"{at}?state=approved"))
    assert "药太少" in approved
    assert "先修电梯" not in approved
    second = words(keeper.get(f"{at}?question=2"))
    assert "晚上好" in second
    assert "先修电梯" not in second
    assert "没有这样的意见" in words(keeper.get(f"{at}?words=没有这个"))
    empty = keeper.post(f"{at}enter/", {"channel": "paper"})
    assert (empty.status_code, "至少录入一个问题的意见" in words(empty)) == (400, True)
    done = keeper.post(f"{at}enter/", {
        "channel": "paper", "answer_1": "门口装扶手", "household": "3号楼201",
        "idempotency_key": "z" * 20,
    })  # fmt: skip
    assert done.status_code == 201
    assert len(done.context["receipt"].replace("-", "")) == 13
    typed = topic.opinions.get(text="门口装扶手").contribution
    assert (typed.channel, typed.proxy_name, typed.household) == (
        "paper", county.users["station_keeper"].actor_label, "3号楼201",
    )  # fmt: skip
    assert "代录" in words(keeper.get(at))


@pytest.mark.parametrize(
    ("role", "state", "path", "method", "status"),
    [
        ("unit_handler", "collecting", "", "get", 403),
        ("deputy", "applied", "approve/", "post", 403),
        ("deputy", "planned", "hand_over/", "post", 403),
        ("deputy", "applied", "edit/", "get", 409),
        ("deputy", "collecting", "meetings/new/", "get", 409),
        ("deputy", "collecting", "plan/new/", "get", 409),
        ("deputy", "collecting", "result/rate/", "get", 409),
        ("station_keeper", "collecting", "result/write/", "get", 409),
        ("station_keeper", "collecting", "opinions/enter/", "get", 200),
        ("station_keeper", "published", "opinions/enter/", "get", 409),
        ("deputy", "collecting", "opinions/enter/", "get", 403),
        ("moderator", "applied", "approve/", "post", 403),
        ("deputy", "collecting", "meetings/7/", "get", 404),
        ("deputy", "meeting", "plan/9/", "get", 404),
        ("deputy", "collecting", "groups/999999/", "get", 404),
    ],
)
def test_who_and_when(county, role, state, path, method, status):
    now = timezone.now()
    topic = make_topic(county, state, now=now, closes_on=local_date(now) + timedelta(days=5))
    before = topic.state
    answer = getattr(sign_in(county, role), method)(f"/desk/topics/{topic.code}/{path}")
    topic.refresh_from_db()
    assert (answer.status_code, topic.state) == (status, before)


def test_another_county_sees_nothing(county, neighbour):
    topic = make_topic(county, "collecting")
    client = sign_in(neighbour, "congress_staff")
    assert client.get(f"/desk/topics/{topic.code}/").status_code == 404
    assert topic.title not in words(client.get("/desk/topics/?tab=speak"))


def test_somebody_was_quicker_and_the_words_are_kept(county):
    topic = make_topic(county, "applied")
    keeper = sign_in(county, "station_keeper")
    take(topic, "approve", county)
    answer = keeper.post(f"/desk/topics/{topic.code}/reject/", {"reason": "和去年的重复了，不再议"})
    assert answer.status_code == 409
    assert "和去年的重复了，不再议" in words(answer)


def grouped(county, topic):
    """Two groups of published opinions, as the job leaves them."""
    said = [
        let_through(say(topic, text, now=timezone.now()).opinions[0], county)
        for text in ("先修电梯", "电梯要修", "多配药", "药要全")
    ]
    question = topic.questions.get(number=1)
    groups = [
        OpinionGroup.objects.create(
            topic=topic, question=question, name=name, typical=[said[first].code]
        )
        for name, first in (("电梯", 0), ("药", 2))
    ]
    for n, opinion in enumerate(said):
        Opinion.objects.filter(pk=opinion.pk).update(group=groups[n // 2])
    recount_groups(topic, now=timezone.now())
    return said, groups


def test_groups_are_named_split_and_merged_by_a_person(county):
    now = timezone.now()
    topic = make_topic(county, "collecting", now=now, closes_on=local_date(now) + timedelta(days=5))
    said, (lift, drugs) = grouped(county, topic)
    deputy = sign_in(county, "deputy")
    at = f"/desk/topics/{topic.code}/groups/"
    page = words(deputy.get(at))
    assert [page.count(text) for text in ("先修电梯", "多配药")] == [1, 1]
    assert "电梯要修" in words(deputy.get(f"{at}{lift.pk}/"))
    deputy.post(f"{at}{lift.pk}/name/", {"name": "上楼难"})
    lift.refresh_from_db()
    assert (lift.name, lift.pinned) == ("上楼难", True)
    deputy.post(f"{at}{drugs.pk}/split/", {"opinion": said[3].code, "name": "药品要全"})
    assert sorted(topic.groups.values_list("name", "opinions_count")) == [
        ("上楼难", 2), ("药", 1), ("药品要全", 1),
    ]  # fmt: skip
    assert "至少勾选两组" in words(deputy.post(f"{at}merge/", {"group": lift.pk}, follow=True))
    new = topic.groups.get(name="药品要全")
    deputy.post(f"{at}merge/", {"group": [drugs.pk, new.pk], "name": "药"})
    shown = words(deputy.get(at))
    assert "药品要全" not in shown
    assert topic.opinions.filter(group=drugs).count() == 2
    assert "没有归组" not in shown
    unit = sign_in(county, "unit_handler")
    assert unit.post(f"{at}{lift.pk}/name/", {"name": "x"}).status_code == 403


def test_groups_may_not_be_changed_after_handing_over(county):
    topic = make_topic(county, "handling", now=timezone.now())
    group = OpinionGroup.objects.create(topic=topic, name="电梯", opinions_count=1)
    answer = sign_in(county, "deputy").post(
        f"/desk/topics/{topic.code}/groups/{group.pk}/name/", {"name": "别的"}
    )
    group.refresh_from_db()
    assert (answer.status_code, group.name) == (409, "电梯")


def test_asking_for_groups_queues_the_job_once(county):
    topic = make_topic(county, "researching", now=timezone.now())
    deputy = sign_in(county, "deputy")
    for _ in range(2):
        deputy.post(f"/desk/topics/{topic.code}/groups/again/")
    assert DueWork.objects.filter(kind="topics.group").count() == 1
