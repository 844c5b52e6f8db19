"""What messages hang on the desk's menu and home."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.text import Truncator

from accounts import desk
from accounts.desk import Todo
from core.dates import local_date
from voices import states
from voices.models import Message
from voices.turns import my_turn
from workflows.engine import available

AT_MOST = 30


def waiting(user: Any) -> Any:
    """The messages on which it is this person's turn."""
    return Message.objects.visible_to(user).filter(state__in=my_turn(user), due_on__isnull=False)


def todos(user: Any, now: datetime) -> list[Todo]:
    """Messages to act on, soonest first, with their next action."""
    if not user.has_perm("voices.view_message") or user.has_role("moderator"):
        return []
    rows = waiting(user).select_related("deputy", "station").order_by("due_on", "id")[:AT_MOST]
    return [_todo(message, user, now) for message in rows]


def _todo(message: Message, user: Any, now: datetime) -> Todo:
    url = reverse("voices_desk:message", args=[message.code])
    able = [a for a in available(message, user, now=now) if a.primary and not a.blocked]
    return Todo(
        title=Truncator(message.text.replace("\n", " ")).chars(40), url=url, tag="留言",
        detail=f"{message.get_state_display()} · {message.place or message.get_kind_display()}",
        due_on=message.due_on, action_label=able[0].label if able else "去看看", action_url=url,
    )  # fmt: skip


def year_card(user: Any, now: datetime) -> dict[str, Any] | None:
    """我今年: how many messages, how many answered."""
    if not user.has_role("deputy"):
        return None
    since = now - timedelta(days=local_date(now).timetuple().tm_yday)
    found = Message.objects.visible_to(user).filter(created_at__gte=since).aggregate(
        received=Count("id"),
        answered=Count("id", filter=Q(answered_at__isnull=False)),
        solved=Count("id", filter=Q(outcome="solved")),
        open=Count("id", filter=Q(state__in=states.OPEN)),
    )  # fmt: skip
    return dict(found)


def fill() -> None:
    """Register the menu line, the to-dos and the card."""
    desk.register_menu(
        10, "留言", "chat", "voices_desk:queue", "voices.view_message",
        count_fn=lambda user, now: desk.counted(waiting(user).order_by("due_on", "id")),
    )  # fmt: skip
    desk.register_todo(todos)
    desk.register_card(20, "voices/desk/year_card.html", year_card)
