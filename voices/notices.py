"""Log actions of messages, and who hears of which transition in what words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from core.dates import local_date
from handling.models import Order, Promise
from handling.selectors import handlers
from notifications.registry import register_kind, register_label
from notifications.services import notify
from voices.models import Message
from voices.selectors import deputy_people, responsible, station_people
from workflows.registry import Change

ACTIONS = {
    "message.received": "收到留言",
    "message.accepted": "受理",
    "message.answered": "直接答复",
    "message.referred": "报联络站",
    "message.sent_back": "退回代表",
    "message.transferred": "转部门办理",
    "message.replied": "答复群众",
    "message.rated": "群众评价",
    "message.lapsed": "到期办结",
    "message.reopened": "重新办理",
    "message.passed_on": "转给他人",
    "message.diverted": "分流",
    "message.appended": "群众补充",
    "message.withdrawn": "群众撤回",
    "message.published": "公开",
    "message.hidden": "不公开",
    "message.followed": "群众关注",
    "message.erased": "清除个人信息",
    "contact.revealed": "查看联系方式",
    "contact.forgotten": "到期清除联系方式",
}


def _deputy(change: Change) -> list[int]:
    return deputy_people(change.obj, local_date(change.now))


def _station(change: Change) -> list[int]:
    return station_people(change.obj, local_date(change.now))


def _both(change: Change) -> list[int]:
    return _deputy(change) + _station(change)


def _next(change: Change) -> list[int]:
    """Whoever has the message after the change (its new state is already on the object)."""
    return responsible(change.obj, local_date(change.now))


def _nobody(change: Change) -> list[int]:
    return []


def _everybody_at_work(change: Change) -> list[int]:
    on = local_date(change.now)
    units = [
        u for o in Order.objects.of(change.obj).select_related("unit") for u in handlers(o, on)
    ]
    return _both(change) + units


_KINDS: dict[str, tuple[Callable[[Change], list[int]], str, bool]] = {
    "accepted": (_nobody, "您的留言已经受理。", True),
    "answered": (_deputy, "留言有了答复：{code}", True),
    "referred": (_station, "代表报来一条留言，请审核：{code}", False),
    "transferred": (_deputy, "留言已转部门办理：{code}", True),
    "sent_back": (_deputy, "联络站退回一条留言，请看看：{code}", False),
    "passed_on": (_next, "转来一条留言待受理：{code}", True),
    "diverted": (_nobody, "您的留言有了说明，请凭回执码查看。", True),
    "rated": (_both, "群众评价了留言：{code}", False),
    "reopened": (_station, "留言重新办理：{code}", True),
    "appended": (_next, "群众补充了情况：{code}", False),
    "withdrawn": (_both, "群众撤回了留言：{code}", False),
}


_PROMISES = {
    "kept": "兑现了", "moved": "调整了日期，写了原因", "broken": "没有兑现，写了原因",
}  # fmt: skip


def promise_settled(promise: Promise, actor: Any, key: str, now: datetime) -> None:
    """The writer, if there is a way to reach one, and everybody at work hear of a promise."""
    message = Message.objects.get(code=promise.order.source_code)
    on, words = local_date(now), _PROMISES[promise.outcome]
    notify(
        user_ids=[], kind="voices.promise", obj=message, key=key, now=now, to_resident=True,
        text=f"您留言的事，{promise.order.unit.name}的一项承诺{words}。",
    )  # fmt: skip
    people = deputy_people(message, on) + station_people(message, on) + handlers(promise.order, on)
    notify(
        user_ids=[one for one in people if one != actor.actor_id], kind="voices.promise",
        obj=message, key=key, now=now,
        text=f"{promise.order.unit.name}的承诺{words}：{message.code}",
    )  # fmt: skip


def register() -> None:
    """Register the message kinds of the table and those sent outside it."""
    register_label("voices.promise", "承诺有了进展")
    for name, (people, words, resident) in _KINDS.items():
        register_kind(f"voices.{name}", recipients=people, text=_text(words), resident=resident)


def _text(words: str) -> Callable[[Change], str]:
    return lambda change: words.format(code=change.obj.code)
