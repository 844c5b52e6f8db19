"""What the desk pages of a topic have in common: finding it, its tabs, asking and carrying out."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from congress.models import Unit
from core.dates import local_date
from core.errors import Forbidden, StateMoved
from handling.selectors import open_load, units_to_assign
from topics import rules
from topics.models import Topic

PAGES = [
    ("topic", "进展"), ("opinions", "意见"), ("groups", "分组"), ("meetings", "议事"),
    ("plan", "方案"), ("result", "结果"),
]  # fmt: skip


def find_topic(request: HttpRequest, code: str) -> Topic:
    """The topic in this person's scope, or 404."""
    rows = Topic.objects.select_related("deputy", "host")
    return rows.get_visible_or_404(request.user, code=code)


def demand(user: Any, topic: Topic, perm: str, feature: str, now: datetime) -> None:
    """403 without the right, 409 with a sentence when the topic's stage has no room for it."""
    if not user.has_perm(perm, topic):
        raise Forbidden("no_right", "您没有做这件事的权限。")
    if not rules.may(topic, feature):
        raise StateMoved("not_now", rules.why_not(topic, feature, local_date(now)))


def may_do(user: Any, topic: Topic, perm: str, feature: str) -> bool:
    """Whether to show the door: the right and the stage."""
    return bool(user.has_perm(perm, topic) and rules.may(topic, feature))


def frame(topic: Topic, current: str) -> dict[str, Any]:
    """The title line and the tabs of a topic's pages."""
    tabs = [
        {
            "label": label, "url": reverse(f"topics_desk:{name}", args=[topic.code]),
            "current": name == current,
        }
        for name, label in PAGES
    ]  # fmt: skip
    return {"topic": topic, "tabs": tabs}


def unit_rows(region_code: str, *, lead: list[str], joint: list[str]) -> list[dict[str, Any]]:
    """The units to tick, with how much each has on its hands."""
    units: list[Unit] = list(units_to_assign(region_code))
    load = open_load(units)
    return [
        {
            "code": unit.code, "name": unit.name, "load": load.get(unit.code, 0),
            "lead": unit.code in lead, "joint": unit.code in joint,
        }
        for unit in units
    ]  # fmt: skip
