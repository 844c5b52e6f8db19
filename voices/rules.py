"""Pure rules of messages: who acts when, in words."""

from datetime import datetime
from typing import Any

from core.dates import local_date
from handling.models import Order
from handling.states import CO, OPEN
from voices import states


def deputy_first(message: Any, actor: Any, now: datetime) -> str | None:
    """The deputy accepts first; the station steps in when there is none or the day has passed."""
    if not message.deputy_id or _is_deputy_of(message, actor):
        return None
    if message.due_on and local_date(now) > message.due_on:
        return None
    day = f"{message.due_on.month}月{message.due_on.day}日" if message.due_on else "期限"
    return f"这条留言先由{message.deputy.name}代表处理；过了{day}还没动，联络站可以接手。"


def _is_deputy_of(message: Any, actor: Any) -> bool:
    codes = getattr(actor, "scope_codes", None)
    return codes is not None and message.deputy_id in codes("deputy")


def orders_answered(message: Any, actor: Any, now: datetime) -> str | None:
    """The station answers when every unit has replied (DOMAIN 1.3: it answers the resident)."""
    if message.state != states.HANDLING:
        return None
    waiting = [
        order.unit.name
        for order in Order.objects.of(message).filter(round=message.round).select_related("unit")
        if order.state in OPEN and order.role != CO
    ]
    return f"在等{'、'.join(waiting)}的答复。" if waiting else None


def rounds_left(message: Any, actor: Any, now: datetime) -> str | None:
    """Reopening has a limit, so that a matter does not turn for ever."""
    if message.round >= 9:
        return "这件事已经办理多轮，请建议群众通过其他途径反映。"
    return None


def not_public(message: Any, actor: Any, now: datetime) -> str | None:
    return None if message.publication != "published" else "已经公开了；要修改请先下架。"


def not_hidden(message: Any, actor: Any, now: datetime) -> str | None:
    return "已经决定不公开。" if message.publication in ("hidden", "rejected") else None


def has_deputy(message: Any, actor: Any, now: datetime) -> str | None:
    return None if message.deputy_id else "这条留言没有对应的代表，不能退回。"
