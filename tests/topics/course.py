"""Taking a topic through its states by the front door, for tests that begin somewhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from core.dates import local_date
from tests.world import NOW, County
from topics.models import Opinion, Topic
from topics.services import (
    Invitees,
    Spoken,
    TopicDraft,
    add_part,
    call_meeting,
    draft_topic,
    mark_present,
    speak,
    tell_outcome,
    write_result,
)
from workflows.engine import apply

STEPS = (
    "apply", "approve", "open_collection", "close_collection", "hold_meeting", "adopt_plan",
    "hand_over", "publish", "archive",
)  # fmt: skip
TODAY = local_date(NOW)


def draft(county: County, **more: Any) -> TopicDraft:
    """What a deputy writes: two questions to the community."""
    fields: dict[str, Any] = {
        "title": "东街社区卫生服务站怎么改造", "summary": "房子旧，老人看病爬楼。",
        "questions": [("最先要改什么？", "比如电梯、药品"), ("什么时间看病方便？", "")],
        "region_code": f"{county.code}001001", "opens_on": TODAY,
        "closes_on": TODAY + timedelta(days=7), "meets_on": TODAY + timedelta(days=10),
    }  # fmt: skip
    return TopicDraft(**(fields | more))


def make_topic(county: County, state: str = "draft", *, now: datetime = NOW, **more: Any) -> Topic:
    """A topic of the county's deputy, taken to `state`."""
    topic = draft_topic(
        draft(county, **more), actor=county.users["deputy"], deputy=county.deputy, now=now
    )
    for name in STEPS:
        if topic.state == state:
            return topic
        topic = take(topic, name, county, now)
    assert topic.state == state
    return topic


def take(topic: Topic, name: str, county: County, now: datetime = NOW) -> Topic:
    """One step, with what has to be there before it."""
    users = county.users
    deputy, keeper = users["deputy"], users["station_keeper"]
    actor = {"apply": deputy, "publish": users["moderator"], "archive": users["moderator"]}
    prepare = {"hold_meeting": _meet, "adopt_plan": _plan, "publish": _finish}
    if name in prepare:
        prepare[name](topic, county, now)
    data = {
        "approve": {
            "opens_on": topic.opens_on, "closes_on": topic.closes_on, "meets_on": topic.meets_on
        },
        "hold_meeting": {"meeting": "1", "minutes": "大家都说先修电梯。", "agreed": "先修电梯"},
        "adopt_plan": {"text": "先修电梯，再调整门诊时间。"},
        "hand_over": {"track": "short_track_within", "instruction": "请按时办理"},
    }.get(name, {})  # fmt: skip
    return apply(topic, name, actor=actor.get(name, keeper), now=now, data=data)


def _meet(topic: Topic, county: County, now: datetime) -> None:
    deputy = county.users["deputy"]
    asked = Invitees(deputies=[county.deputy], units=county.units[:1], residents=["王女士"])
    meeting = call_meeting(
        topic, starts_at=now, place="东街联络站二楼", agenda="议卫生站改造", invite=asked,
        actor=deputy, now=now,
    )  # fmt: skip
    for attendee in meeting.attendees.all():
        mark_present(meeting, attendee, actor=deputy, now=now)


def _plan(topic: Topic, county: County, now: datetime) -> None:
    actor, units = county.users["deputy"], county.units
    add_part(topic, "加装电梯", units[:1], units[1:2], "", actor=actor, now=now)
    add_part(topic, "设便民药柜", [], [], "社区居委会", actor=actor, now=now)


def _finish(topic: Topic, county: County, now: datetime) -> None:
    keeper = county.users["station_keeper"]
    for part in topic.parts.all():
        tell_outcome(part, "done", "做好了", actor=keeper, now=now)
    answers = dict.fromkeys(topic.questions.all(), ("大家说了电梯", "电梯装好了", ""))
    write_result(topic, "电梯装好了。", answers, actor=keeper, now=now)


_count = iter(range(1, 1_000_000))


def say(topic: Topic, text: str = "先修电梯", **more: Any) -> Spoken:
    """Somebody answers the first question."""
    options: dict[str, Any] = {"idempotency_key": f"key-{next(_count)}", "now": NOW} | more
    return speak(topic, options.pop("answers", {1: text}), **options)


def let_through(opinion: Opinion, county: County, now: datetime = NOW) -> Opinion:
    return apply(opinion, "approve", actor=county.users["moderator"], now=now)


def days(number: int, hour: int = 9) -> datetime:
    """So many days after the tests' day, at an hour."""
    return NOW.replace(hour=hour, minute=0) + timedelta(days=number)


def on(number: int) -> date:
    return TODAY + timedelta(days=number)
