"""A topic through all its states by the services: who may, what is written, who is told."""

from datetime import timedelta

import pytest

from audit.services import verify
from core.errors import Forbidden, InputInvalid, StateMoved
from handling.models import Order, Promise
from jobs.services import drain
from notifications.models import Notification
from tests.safety.written import rows
from tests.topics.course import (
    STEPS,
    days,
    draft,
    let_through,
    make_topic,
    on,
    say,
    take,
)
from tests.world import NOW
from topics.models import Topic
from topics.room import room_code
from topics.selectors import public_timeline
from topics.services import (
    Invitees,
    add_part,
    call_meeting,
    count_support,
    dispatch_topic,
    edit_part,
    edit_topic,
    mark_present,
    moderate,
    propose_topic,
    rate_topic,
    remove_part,
    settle_promise,
    sign_in,
    speak,
    tell_outcome,
    write_result,
)
from workflows.engine import apply, available


def blocked(topic: Topic, name: str, actor) -> str:
    """Why not, as the button says it."""
    return next(a.blocked for a in available(topic, actor, now=NOW) if a.name == name)


def told(kind: str) -> set[str]:
    """Roles that hold a notice of a kind."""
    users = Notification.objects.filter(kind=f"topics.{kind}", user__isnull=False)
    return {n.user.username.rsplit("_", 1)[0] for n in users.select_related("user")}


def test_whole_way(county):
    topic = make_topic(county)
    seen = [topic.state]
    for name in STEPS:
        topic = take(topic, name, county)
        seen.append(topic.state)
    assert seen == [
        "draft", "applied", "approved", "collecting", "researching", "meeting", "planned",
        "handling", "published", "archived",
    ]  # fmt: skip
    assert [s.words for s in public_timeline(topic, now=NOW)] == [
        "宋玉禾代表提出了这个议题", "审议通过，11月20日开始征集", "开始征集，到11月27日截止",
        "征集结束，共收到0条意见", "召开议事会，3人参加", "形成方案，共2项措施",
        "方案转给住建局、供电公司办理", "结果公开",
    ]  # fmt: skip
    assert verify().problems == []


def test_everybody_who_has_to_act_is_told(county):
    make_topic(county, "published")
    assert {
        kind: told(kind)
        for kind in ("applied", "approved", "opened", "closed", "met", "planned", "handed_over",
                     "published", "meeting_called")
    } == {
        "applied": {"station_keeper"}, "approved": {"deputy"}, "opened": {"deputy", "moderator"},
        "closed": {"deputy"}, "met": {"deputy"}, "planned": {"deputy", "town_staff"},
        "handed_over": {"deputy"},
        "published": {"deputy", "station_keeper", "unit_handler", "unit_head", "unit_handler_1"},
        "meeting_called": {"deputy", "unit_handler", "unit_head"},
    }  # fmt: skip


# --- 议题征集 -----------------------------------------------------------------------------------


def test_a_returned_topic_is_mended_and_applied_for_again(county):
    keeper, deputy = county.users["station_keeper"], county.users["deputy"]
    topic = make_topic(county, "applied")
    with pytest.raises(InputInvalid):
        apply(topic, "return_for_revision", actor=keeper, now=NOW, data={"reason": ""})
    topic = apply(topic, "return_for_revision", actor=keeper, now=NOW, data={"reason": "问题太大"})
    assert (topic.state, topic.review_note, told("returned")) == (
        "returned",
        "问题太大",
        {"deputy"},
    )
    fields = draft(county, title="卫生站先修什么", questions=[("先修什么？", "")])
    topic = edit_topic(topic, fields, actor=deputy, now=NOW)
    assert [q.text for q in topic.questions.all()] == ["先修什么？"]
    topic = take(topic, "apply", county)
    with pytest.raises(StateMoved, match="申请交上去以后不能再改"):
        edit_topic(topic, fields, actor=deputy, now=NOW)
    topic = apply(topic, "reject", actor=keeper, now=NOW, data={"reason": "已有类似议题"})
    assert (topic.state, available(topic, deputy, now=NOW)) == ("rejected", [])


def test_no_application_without_questions_and_days(county):
    deputy = county.users["deputy"]
    assert blocked(make_topic(county, questions=[]), "apply", deputy) == "至少要有一个具体的问题。"
    assert blocked(make_topic(county, opens_on=None), "apply", deputy) == (
        "请先填好计划开始和截止征集的日期。"
    )
    six = [(f"问题{n}", "") for n in range(6)]
    before = rows()
    for wrong in ({"questions": six}, {"title": ""}, {"closes_on": on(-1)}):
        with pytest.raises(InputInvalid):
            make_topic(county, **wrong)
    assert rows() == before


def test_party_and_congress_give_topics_that_are_approved_at_once(county, neighbour):
    staff = county.users["congress_staff"]
    fields = draft(county, region_code=county.code)
    given = {
        source: dispatch_topic(
            fields, actor=staff, source=source, host=county.station, deputy=None, now=NOW
        )
        for source in ("party", "congress")
    }
    assert {s: (t.source, t.state, t.proposed_by) for s, t in given.items()} == {
        "party": ("party", "approved", "党委"), "congress": ("congress", "approved", "人大"),
    }  # fmt: skip
    assert public_timeline(given["congress"], now=NOW)[0].words == "人大提出了这个议题"
    before = rows()
    for actor in (county.users["deputy"], neighbour.users["congress_staff"]):
        with pytest.raises(Forbidden):
            dispatch_topic(fields, actor=actor, source="party", host=None, deputy=None, now=NOW)
    assert rows() == before


def test_a_resident_proposes_by_code_and_hears_what_came_of_it(county):
    fields = draft(county, opens_on=None, closes_on=None)
    options = {"code": county.codes["deputy"], "idempotency_key": "p", "now": NOW,
               "phone": "13805360001", "consent": True}  # fmt: skip
    done, again = propose_topic(fields, **options), propose_topic(fields, **options)
    assert (done.new, again.new, again.receipt) == (True, False, done.receipt)
    topic = done.topic
    assert (topic.source, topic.state, topic.deputy, topic.host, topic.proposed_by) == (
        "resident", "applied", county.deputy, county.station, "群众"
    )  # fmt: skip
    assert told("applied") == {"station_keeper"}
    data = {"opens_on": on(0), "closes_on": on(5)}
    apply(topic, "approve", actor=county.users["station_keeper"], now=NOW, data=data)
    drain(now=NOW + timedelta(minutes=2))
    heard = Notification.objects.get(kind="topics.told")
    assert (heard.object_type, heard.to_resident) == ("topics.contribution", True)
    topic.refresh_from_db()
    assert (topic.state, topic.people_count) == ("collecting", 0)


# --- 审核 ---------------------------------------------------------------------------------------


def test_reviewed_before_anybody_reads_it(county):
    topic, moderator = make_topic(county, "collecting"), county.users["moderator"]
    first, second, third = [say(topic, t).opinions[0] for t in ("电话13805360001", "乱写", "好")]
    assert let_through(first, county).public_text == "电话138****0001"
    edited = apply(third, "edit", actor=moderator, now=NOW, data={"text": "很好"})
    assert (edited.state, edited.text, edited.public_text) == ("approved", "好", "很好")
    refused = apply(second, "reject", actor=moderator, now=NOW, data={"reason": "与议题无关"})
    assert (refused.state, refused.public_text) == ("rejected", "")
    hidden = apply(edited, "hide", actor=moderator, now=NOW, data={"reason": "有人反映"})
    assert (hidden.state, hidden.reason, hidden.reviewed_by) == (
        "hidden", "有人反映", moderator.actor_label
    )  # fmt: skip
    assert apply(hidden, "approve", actor=moderator, now=NOW).public_text == "很好"
    with pytest.raises(Forbidden):
        apply(first, "hide", actor=county.users["deputy"], now=NOW, data={"reason": "不爱听"})


def test_a_batch_does_what_it_can_and_says_what_it_cannot(county):
    topic = make_topic(county, "collecting")
    opinions = [say(topic, f"第{n}句").opinions[0] for n in range(4)]
    let_through(opinions[0], county)
    result = moderate(
        opinions, "reject", actor=county.users["moderator"], now=NOW, data={"reason": "重复"}
    )
    assert result.done == [o.code for o in opinions[1:]]
    assert set(result.refused) == {opinions[0].code}
    assert "已公开" in result.refused[opinions[0].code]


# --- 码上议事 -----------------------------------------------------------------------------------


def test_no_meeting_without_a_call_and_none_before_its_hour(county):
    topic, deputy = make_topic(county, "researching"), county.users["deputy"]
    assert blocked(topic, "hold_meeting", deputy) == (
        "先召集议事会：写明时间、地点，通知参加的人。"
    )
    meeting = call_meeting(
        topic, starts_at=NOW + timedelta(hours=3), place="联络站", agenda="", invite=Invitees(),
        actor=deputy, now=NOW,
    )  # fmt: skip
    assert blocked(topic, "hold_meeting", deputy) == "议事会还没有开，开完再登记纪要。"
    later = NOW + timedelta(hours=4)
    data = {"meeting": "1", "minutes": "议过了"}
    with pytest.raises(InputInvalid) as nobody:
        apply(topic, "hold_meeting", actor=deputy, now=later, data=data)
    assert nobody.value.fields["meeting"] == "还没有人签到，请先登记到会的人。"
    secret = room_code(meeting, later)
    with pytest.raises(Forbidden):
        sign_in(meeting, secret="wrong", kind="resident", name="王女士", now=later)
    with pytest.raises(StateMoved, match="当天签到"):
        sign_in(
            meeting, secret=room_code(meeting, days(1)), kind="resident", name="王女士", now=days(1)
        )
    came = sign_in(meeting, secret=secret, kind="resident", name="王女士", now=later)
    twice = sign_in(
        meeting, secret=secret, kind="deputy", deputy=county.deputy, actor=deputy, now=later
    )
    assert sign_in(
        meeting, secret=secret, kind="deputy", deputy=county.deputy, actor=deputy, now=later
    ).pk == twice.pk  # fmt: skip
    assert (came.way, twice.way, meeting.attendees.count()) == ("code", "code", 2)
    held = apply(topic, "hold_meeting", actor=deputy, now=later, data=data)
    assert held.meetings.get().minutes == "议过了"


def test_nobody_signs_in_for_a_deputy(county, neighbour):
    topic = make_topic(county, "researching")
    meeting = call_meeting(
        topic, starts_at=NOW, place="联络站", agenda="", invite=Invitees(),
        actor=county.users["deputy"], now=NOW,
    )  # fmt: skip
    for actor in (None, neighbour.users["deputy"], county.users["station_keeper"]):
        with pytest.raises(Forbidden):
            sign_in(
                meeting, secret=room_code(meeting, NOW), kind="deputy", deputy=county.deputy,
                actor=actor,
                now=NOW,
            )  # fmt: skip
    other = call_meeting(
        topic, starts_at=NOW, place="二楼", agenda="", invite=Invitees(residents=["李先生"]),
        actor=county.users["deputy"], now=NOW,
    )  # fmt: skip
    with pytest.raises(InputInvalid):
        mark_present(meeting, other.attendees.get(), actor=county.users["deputy"], now=NOW)


def test_no_plan_without_minutes_or_parts_and_no_order_without_a_doer(county):
    topic, deputy = make_topic(county, "meeting"), county.users["deputy"]
    assert blocked(topic, "adopt_plan", deputy) == "方案至少要有一项措施。"
    units = county.units
    first = add_part(topic, "装电梯", units[:1], [], "", actor=deputy, now=NOW)
    second = add_part(topic, "谁来做还没定", [], [], "", actor=deputy, now=NOW)
    third = add_part(topic, "开药柜", [], [], "居委会", actor=deputy, now=NOW)
    for leads, co, without in ((units[:1], units[:1], ""), (units[:2], units[2:], ""),
                               (units[:1], [], "居委会")):  # fmt: skip
        with pytest.raises(InputInvalid):
            edit_part(second, "改", leads, co, without, actor=deputy, now=NOW)
    topic = take_plan(topic, county)
    keeper = county.users["station_keeper"]
    assert blocked(topic, "hand_over", keeper) == "第2项措施还没有写明由谁来做。"
    with pytest.raises(StateMoved):
        remove_part(second, actor=deputy, now=NOW)
    Topic.objects.filter(pk=topic.pk).update(state="meeting")
    remove_part(second, actor=deputy, now=NOW)
    third.refresh_from_db()
    assert (first.number, third.number) == (1, 2)


def take_plan(topic: Topic, county) -> Topic:
    return apply(
        topic, "adopt_plan", actor=county.users["deputy"], now=NOW, data={"text": "先装电梯"}
    )


def test_counted_support_says_how(county):
    topic, deputy = make_topic(county, "collecting"), county.users["deputy"]
    counted = {"unit": "household", "matter": "装光伏", "how": "逐户签字", "on": on(0)}
    support = count_support(topic, supporters=81, total=91, actor=deputy, now=NOW, **counted)
    assert round(100 * support.supporters / support.total) == 89
    for supporters, total in ((92, 91), (0, 0), (-1, 5)):
        with pytest.raises(InputInvalid):
            count_support(
                topic, supporters=supporters, total=total, actor=deputy, now=NOW, **counted
            )


# --- 转入办理、码上公开 --------------------------------------------------------------------------


def test_orders_carry_the_part_and_their_progress_comes_back(county):
    topic = make_topic(county, "handling")
    lead, co = Order.objects.of(topic).order_by("id")
    assert (lead.unit, lead.role, lead.text, lead.due_on) == (
        county.units[0], "lead", "加装电梯", on(30)
    )  # fmt: skip
    assert (co.role, lead.station_code, lead.instruction) == ("co", "S370782", "请按时办理")
    assert list(topic.parts.get(number=1).orders.order_by("id")) == [lead, co]
    lead = apply(lead, "sign", actor=county.users["unit_head"], now=NOW)
    asked = {"reason": "不归我们管", "suggested": "水务公司"}
    lead = apply(lead, "request_return", actor=county.users["unit_head"], now=NOW, data=asked)
    decided = {"decision": "granted", "unit": county.units[2].code, "reason": "同意"}
    apply(lead, "decide_return", actor=county.users["station_keeper"], now=NOW, data=decided)
    units = topic.parts.get(number=1).orders.order_by("id").values_list("unit__name", "state")
    assert list(units) == [
        ("住建局", "reassigned"),
        ("供电公司", "assigned"),
        ("水务公司", "assigned"),
    ]


def test_no_publication_without_every_outcome_every_answer_and_a_second_pair_of_eyes(county):
    topic = make_topic(county, "handling")
    keeper, staff = county.users["station_keeper"], county.users["town_staff"]
    first, second = topic.parts.all()
    assert blocked(topic, "publish", staff) == (
        "第1、2项措施还没有写明结果（办成了，或者为什么没办）。"
    )
    for wrong in (("", "做了"), ("done", ""), ("finished", "做了")):
        with pytest.raises(InputInvalid):
            tell_outcome(first, *wrong, actor=keeper, now=NOW)
    tell_outcome(first, "done", "装好了", actor=keeper, now=NOW)
    tell_outcome(second, "not_done", "没有地方，明年再议", actor=keeper, now=NOW)
    assert blocked(topic, "publish", staff) == "还没有写结果。"
    one, two = topic.questions.all()
    write_result(topic, "装好了", {one: ("要电梯", "装了", "")}, actor=staff, now=NOW)
    assert blocked(topic, "publish", staff) == "第2个问题还没有回应。"
    write_result(topic, "装好了", {two: ("要周末", "", "医生不够")}, actor=staff, now=NOW)
    assert blocked(topic, "publish", staff) == "结果要由撰写人以外的人审核后公开。"
    assert blocked(topic, "publish", county.users["moderator"]) == ""
    with pytest.raises(Forbidden):
        write_result(topic, "我来写", {}, actor=county.users["deputy"], now=NOW)


def test_whoever_spoke_and_left_a_phone_is_told_also_when_a_promise_moves(county):
    topic = make_topic(county, "collecting")
    left = say(topic, phone="13805360001", consent=True).contribution
    say(topic, "没留电话")
    for name in STEPS[3:7]:
        topic = take(topic, name, county)
    unit = county.users["unit_head"]
    co, lead = Order.objects.of(topic).get(role="co"), Order.objects.of(topic).get(role="lead")
    co = apply(co, "sign", actor=county.users["unit_handler_1"], now=NOW)
    apply(co, "give_opinion", actor=county.users["unit_handler_1"], now=NOW, data={"text": "可以"})
    lead = apply(lead, "sign", actor=unit, now=NOW)
    answer = {"outcome": "planned", "text": "明年装", "signer": "局长", "promise": "年底装好",
              "promise_on": on(30)}  # fmt: skip
    lead = apply(lead, "reply", actor=unit, now=NOW, data=answer)
    assert told("order_moved") == {"deputy", "station_keeper"}
    apply(lead, "accept_reply", actor=county.users["station_keeper"], now=NOW)
    topic = take(topic, "publish", county)
    promise, keeper = Promise.objects.get(), county.users["station_keeper"]
    drain(now=days(30))
    assert told("promise_due") == {"deputy", "station_keeper"}
    for wrong in ({"outcome": "moved", "note": "", "due_on": on(60)},
                  {"outcome": "moved", "note": "缺料", "due_on": on(30)},
                  {"outcome": "broken", "note": ""}):  # fmt: skip
        with pytest.raises(InputInvalid):
            settle_promise(promise, **wrong, actor=keeper, now=days(30))
    with pytest.raises(Forbidden):
        settle_promise(promise, outcome="kept", note="", actor=unit, now=days(30))
    moved = settle_promise(
        promise, outcome="moved", note="缺料", due_on=on(60), actor=keeper, now=days(30)
    )
    assert (moved.original_due_on, moved.due_on, moved.outcome) == (on(30), on(60), "moved")
    drain(now=days(60))
    settle_promise(promise, outcome="kept", note="", actor=keeper, now=days(61))
    drain(now=days(61))
    heard = Notification.objects.filter(kind="topics.told").order_by("id")
    assert {n.object_code for n in heard} == {str(left.pk)}
    title = topic.title
    assert [n.text for n in heard] == [
        f"您参与的议题形成了方案：{title}", f"您参与的议题转给有关部门办理了：{title}",
        f"您参与的议题有结果了，请来看看、评一评：{title}",
        f"议题「{title}」的一项承诺调整到2027年1月19日，原因写在议题页上。",
        f"议题「{title}」的一项承诺兑现了，请来看看。",
    ]  # fmt: skip


def test_five_hundred_and_more_speakers_are_told_once_each(county, monkeypatch):
    monkeypatch.setattr("topics.services.telling.STEP", 3)
    topic = make_topic(county, "collecting")
    for n in range(7):
        say(topic, phone=f"1380536000{n}", consent=True)
    for name in STEPS[3:6]:
        topic = take(topic, name, county)
    drain(now=NOW + timedelta(minutes=1))
    drain(now=NOW + timedelta(minutes=1))
    assert Notification.objects.filter(kind="topics.told").count() == 7


def test_ratings_once_each_and_only_of_a_published_result(county, neighbour):
    topic = make_topic(county, "collecting")
    spoken = say(topic).contribution
    deputy = county.users["deputy"]
    options = {"score": "satisfied", "reason": "", "now": NOW}
    with pytest.raises(StateMoved, match="结果公开以后才能评价"):
        rate_topic(topic, contribution=spoken, actor=deputy, **options)
    for name in STEPS[3:8]:
        topic = take(topic, name, county)
    rate_topic(topic, contribution=spoken, actor=deputy, **options)
    rate_topic(topic, deputy=county.deputy, actor=deputy, **options)
    before = rows()
    for who in ({"contribution": spoken}, {"deputy": county.deputy}):
        with pytest.raises(StateMoved, match="已经评价过"):
            rate_topic(topic, **who, actor=deputy, **options)
    with pytest.raises(Forbidden):
        rate_topic(topic, deputy=neighbour.deputy, actor=deputy, **options)
    with pytest.raises(InputInvalid):
        rate_topic(topic, actor=deputy, **options)
    with pytest.raises(InputInvalid):
        rate_topic(
            topic, deputy=county.deputy, actor=deputy, score="unsatisfied", reason="", now=NOW
        )
    assert rows() == before


def test_a_receipt_of_another_topic_rates_nothing(county):
    other = say(make_topic(county, "collecting", title="另一个议题")).contribution
    topic = make_topic(county, "published")
    with pytest.raises(InputInvalid):
        rate_topic(
            topic, contribution=other, score="satisfied", reason="", actor=county.users["deputy"],
            now=NOW,
        )  # fmt: skip
    with pytest.raises(StateMoved):
        speak(topic, {1: "晚了"}, idempotency_key="late", now=NOW)
