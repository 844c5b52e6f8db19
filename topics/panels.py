"""What topics put on other pages: the panel of every code in scope, rows of lists, code targets."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from codes.models import Code
from codes.registry import Target
from core.dates import local_date
from topics import states
from topics.models import Topic
from topics.selectors.public import open_topics, places_of
from voices.selectors import Route

SHOWN = 3
_SOURCES = dict(states.SOURCES)


def open_panel(code: Code, target: Target) -> dict[str, Any] | None:
    """The topics people here are asked now, most urgent first; and the door to propose one."""
    if code.kind == "topic":
        return None
    today = local_date(timezone.now())
    found = open_topics(code.region_code, SHOWN + 1)
    rows = [
        {
            "title": one.title, "url": reverse("topics:topic", args=[one.code]),
            "second": f"{one.people_count:,}人说过" if one.people_count else "还没有人说，来说第一句",
            "due": closing_badge(one, today),
        }
        for one in found
    ]  # fmt: skip
    return {
        "rows": rows[:SHOWN], "more": len(rows) > SHOWN,
        "more_url": f"{reverse('topics:list')}?region={code.region_code[:9]}",
        "propose_url": reverse("topics:propose", args=[code.token]),
        "first": found[0] if found else None,
    }  # fmt: skip


def closing_badge(topic: Topic, today: date) -> dict[str, Any] | None:
    """「还剩5天」 while people can speak, 「11月25日开始」 before."""
    if topic.state == states.APPROVED and topic.opens_on:
        words = f"{topic.opens_on.month}月{topic.opens_on.day}日开始"
        return {"words": words, "tone": "", "on": topic.opens_on}
    if topic.state != states.COLLECTING or topic.closes_on is None:
        return None
    left = (topic.closes_on - today).days
    words = f"还剩{left}天" if left > 0 else "今天截止" if left == 0 else "正在截止"
    return {"words": words, "tone": "soon" if left <= 3 else "", "on": topic.closes_on}


def topic_rows(topics: Sequence[Topic], *, today: date) -> list[dict[str, Any]]:
    """Topics as rows of a list: title, place and source, how many spoke, where it stands."""
    places = places_of(topics)
    return [_row(one, places[one.region_code], today) for one in topics]


def _row(topic: Topic, place: str, today: date) -> dict[str, Any]:
    badge = closing_badge(topic, today)
    spoke = f"{topic.people_count:,}人说过" if topic.people_count else ""
    public = bool(topic.published_at)
    return {
        "title": topic.title, "url": reverse("topics:topic", args=[topic.code]),
        "second": " · ".join(filter(None, [place, _SOURCES[topic.source]])),
        "due": badge, "tag": "" if badge else topic.get_state_display(),
        "tag_tone": "ok" if public else "", "fact": spoke,
        "icon": "check" if public else "people",
    }  # fmt: skip


def code_targets(codes: list[str]) -> dict[str, Target]:
    """What printed topic codes stand for (`codes.registry`), in a few queries for thousands."""
    found = list(Topic.objects.filter(code__in=codes).select_related("deputy", "host"))
    places = places_of(found)
    return {one.code: _target(one, places[one.region_code]) for one in found}


def code_target(code: str) -> Target | None:
    return code_targets([code]).get(code)


def _target(topic: Topic, place: str) -> Target:
    who = f"{topic.deputy.name}代表领题" if topic.deputy else str(topic.host or "")
    until = f"{topic.closes_on.month}月{topic.closes_on.day}日截止" if topic.closes_on else ""
    return Target(
        kind="topic", code=topic.code, title=topic.title, place=place,
        subtitle=" · ".join(filter(None, [_SOURCES[topic.source], who])),
        region_code=topic.region_code, serving=topic.state in states.PUBLIC,
        url=reverse("topics:topic", args=[topic.code]), verb="给代表留言",
        phone=topic.host.phone if topic.host else "", facts=[until] if until else [], obj=topic,
    )  # fmt: skip


def route_of(code: Code) -> Route:
    """A message left by a topic's code goes to its deputy, or to its host."""
    topic = Topic.objects.get(code=code.target_code)
    return Route(topic.deputy_id, topic.host_id, None, topic.region_code)
