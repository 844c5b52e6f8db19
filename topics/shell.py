"""What topics hang on the desk's menu and home."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse

from accounts import desk
from accounts.desk import Todo
from core.dates import local_date
from core.neighbours import Origin, register_origin
from topics import states
from topics.models import Topic
from topics.selectors.desk import shown_groups, waiting

AT_MOST = 20
# What is asked for in each state; no query, so thirty lines cost what one does.
ASKED = {
    states.DRAFT: "写完提交", states.RETURNED: "改好再交", states.APPLIED: "去审议",
    states.RESEARCHING: "去议事", states.MEETING: "定方案", states.PLANNED: "转办",
    states.HANDLING: "写结果",
}  # fmt: skip


def todos(user: Any, now: datetime) -> list[Todo]:
    """Topics to move on, with their next action."""
    if not user.has_perm("topics.view_topic") or user.has_role("moderator"):
        return []
    rows = waiting(user).select_related("host").order_by("state_at", "id")[:AT_MOST]
    return [_todo(topic) for topic in rows]


def _todo(topic: Topic) -> Todo:
    url = reverse("topics_desk:topic", args=[topic.code])
    detail = f"{topic.get_state_display()} · {topic.people_count}人说过"
    return Todo(
        title=topic.title, url=url, tag="议题", action_url=url, detail=detail,
        due_on=topic.meets_on if topic.state == states.RESEARCHING else None,
        action_label=ASKED.get(topic.state, "去看看"),
    )  # fmt: skip


def year_card(user: Any, now: datetime) -> dict[str, Any] | None:
    """A deputy's topics: how many are under way, how many ended in public, who spoke."""
    if not user.has_role("deputy"):
        return None
    found = Topic.objects.visible_to(user).aggregate(
        running=Count("id", filter=Q(state__in=states.RUNNING)),
        published=Count("id", filter=Q(published_at__year=local_date(now).year)),
        people=Sum("people_count"), opinions=Sum("opinion_count"),
    )  # fmt: skip
    figures = {key: value or 0 for key, value in found.items()}
    return figures if any(figures.values()) else None


def from_message(code: str) -> str:
    """Where 转议题 on a message's page begins."""
    return f"{reverse('topics_desk:new')}?message={code}"


def as_origin(code: str, user: Any) -> Origin | None:
    """A published topic as something to begin from: its background and what people said."""
    topic = Topic.objects.visible_to(user).filter(code=code, state=states.PUBLISHED).first()
    if topic is None:
        return None
    groups = shown_groups(topic)[:5]
    said = "".join(f"\n{n}. {g.name}" for n, g in enumerate(groups, 1))
    words = topic.summary + (
        f"\n\n{topic.people_count}人参与议题，主要意见：{said}" if said else ""
    )
    return Origin(code, topic.title, words, reverse("topics_desk:topic", args=[code]))


def fill() -> None:
    """Register the menu line, the to-dos and the card; and a topic as a beginning."""
    register_origin("topic", as_origin)
    desk.register_menu(
        15, "议题", "people", "topics_desk:queue", "topics.view_topic",
        count_fn=lambda user, now: desk.counted(waiting(user)),
    )  # fmt: skip
    desk.register_todo(todos)
    desk.register_card(25, "desk/topics/year_card.html", year_card)
