"""转议题: messages join a topic, their writers hear of every step, and get their answer after all."""

import pytest

from core.errors import Forbidden, InputInvalid, StateMoved
from notifications.models import Clock, Notification
from tests.topics.course import draft, make_topic, take
from tests.voices.conftest import say as write
from tests.world import NOW
from topics.models import Topic, TopicMessage
from topics.services import draft_topic, from_messages
from voices.models import Message
from voices.selectors import public_timeline
from voices.services import resident_of
from voices.shell import waiting
from workflows.engine import apply, available


@pytest.fixture
def accepted(county) -> Message:
    return apply(write(county).message, "accept", actor=county.users["deputy"], now=NOW)


def turn(county, *messages: Message) -> Topic:
    return from_messages(
        list(messages), draft(county), actor=county.users["deputy"], deputy=county.deputy, now=NOW
    )


def test_several_messages_become_one_topic_and_the_links_stay(county, accepted):
    other = write(county, text="电梯什么时候装", key="other-key").message
    other = apply(other, "accept", actor=county.users["deputy"], now=NOW)
    topic = turn(county, accepted, other)
    assert (topic.source, topic.state, topic.deputy) == ("deputy", "draft", county.deputy)
    links = TopicMessage.objects.filter(topic=topic).order_by("id")
    assert [link.message.code for link in links] == [accepted.code, other.code]
    states = Message.objects.values_list("state", "due_on")
    assert set(states) == {("deliberating", None)}
    assert not Clock.objects.filter(object_type="voices.message", stopped_at=None).exists()
    assert accepted.get_state_display() == "代表已受理"
    accepted.refresh_from_db()
    assert accepted.get_state_display() == "转为议题"


def test_the_writer_reads_every_step_and_is_told(county, accepted):
    topic = turn(county, accepted)
    topic = take(take(topic, "apply", county), "approve", county)
    accepted.refresh_from_db()
    assert [s.words for s in public_timeline(accepted, now=NOW)] == [
        "您的留言送到了", "宋玉禾代表受理了", "宋玉禾代表把它转为议题", "议题：宋玉禾代表提出了这个议题",
        "议题：审议通过，11月20日开始征集",
    ]  # fmt: skip
    told = Notification.objects.filter(
        to_resident=True, object_code=accepted.code, kind__startswith="topics."
    ).order_by("id")
    assert [n.text for n in told] == [
        "您的留言转为议题，进展会告诉您", "您反映的事提为议题，正在审议。",
        "您反映的事列为议题，将征集大家的意见。",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["reject", "withdraw", "publish"])
def test_when_the_topic_ends_the_message_has_a_day_again(county, accepted, ending):
    topic = turn(county, accepted)
    keeper, deputy = county.users["station_keeper"], county.users["deputy"]
    topic = take(topic, "apply", county)
    if ending == "publish":
        for name in ("approve", "open_collection", "close_collection", "hold_meeting",
                     "adopt_plan", "hand_over", "publish"):  # fmt: skip
            topic = take(topic, name, county)
    else:
        data = {"reason": "已有类似议题"} if ending == "reject" else {}
        apply(topic, ending, actor=keeper if data else deputy, now=NOW, data=data)
    accepted.refresh_from_db()
    assert accepted.state == "deliberating"
    assert accepted.due_on is not None
    assert [m.code for m in waiting(deputy)] == [accepted.code]
    back = Notification.objects.filter(kind="topics.message_back")
    assert [n.user for n in back] == [deputy]
    done = apply(
        accepted, "answer", actor=deputy, now=NOW, data={"outcome": "solved", "text": "好"}
    )
    assert done.state == "answered"


def test_what_may_be_done_with_a_message_that_waits(county, accepted):
    turn(county, accepted)
    accepted.refresh_from_db()
    shown = {
        who: [a.name for a in available(accepted, county.users[who], now=NOW)]
        for who in ("deputy", "station_keeper", "moderator")
    }
    assert shown == {
        "deputy": ["answer", "refer"],
        "station_keeper": ["answer", "refer", "transfer", "reply"],
        "moderator": ["publish", "hide"],
    }
    mine = resident_of(accepted)
    assert [a.name for a in available(accepted, mine, now=NOW)] == ["append", "withdraw"]
    apply(accepted, "append", actor=mine, now=NOW, data={"text": "还有药房"})
    assert apply(accepted, "withdraw", actor=mine, now=NOW).state == "withdrawn"


def test_joining_a_topic_that_is_there(county, neighbour, accepted):
    deputy = county.users["deputy"]
    topic = make_topic(county, "collecting")
    foreign = make_topic(neighbour, "collecting")
    ended = make_topic(county, "published")
    for code, words in (
        (foreign.code, "没有这个议题"), ("T999999", "没有这个议题"), (ended.code, "码上公开"),
    ):  # fmt: skip
        with pytest.raises(InputInvalid) as caught:
            apply(accepted, "deliberate", actor=deputy, now=NOW, data={"topic": code})
        assert words in caught.value.fields["topic"]
    changed = apply(accepted, "deliberate", actor=deputy, now=NOW, data={"topic": topic.code})
    assert (changed.state, topic.message_links.count()) == ("deliberating", 1)


def test_who_may_not(county, neighbour, accepted):
    before = Topic.objects.count()
    keeper = county.users["station_keeper"]
    with pytest.raises(StateMoved, match="先由宋玉禾代表处理"):
        from_messages([accepted], draft(county), actor=keeper, deputy=None, now=NOW)
    with pytest.raises(Forbidden):
        draft_topic(draft(county), actor=neighbour.users["deputy"], deputy=county.deputy, now=NOW)
    with pytest.raises(InputInvalid):
        draft_topic(
            draft(county, region_code="370785001"), actor=county.users["deputy"],
            deputy=county.deputy, now=NOW,
        )  # fmt: skip
    with pytest.raises(InputInvalid):
        from_messages(
            [], draft(county), actor=county.users["deputy"], deputy=county.deputy, now=NOW
        )
    assert Topic.objects.count() == before
