"""Log actions of topics and opinions, who hears of which step, and in what words."""

from collections.abc import Callable
from datetime import date, datetime

from core.dates import local_date
from handling.models import Order
from notifications.registry import register_kind, register_label
from notifications.services import notify
from topics.models import Topic
from topics.selectors.people import (
    deputy_people,
    host_people,
    moderators,
    staff_people,
    unit_accounts,
)
from topics.services.promises import watch_promises
from topics.services.telling import tell_speakers
from voices.models import Message
from workflows.registry import Change

ACTIONS = {
    "topic.drafted": "起草议题",
    "topic.edited": "修改议题",
    "topic.linked": "由留言转为议题",
    "topic.proposed": "群众出题",
    "topic.dispatched": "派题",
    "topic.applied": "提交申请",
    "topic.withdrawn": "撤回议题",
    "topic.returned": "退回修改",
    "topic.approved": "审议通过",
    "topic.rejected": "不予通过",
    "topic.dates_moved": "改日期",
    "topic.opened": "开始征集",
    "topic.extended": "延长征集",
    "topic.closed": "结束征集",
    "topic.researched": "议前调研",
    "topic.met": "登记议事会",
    "topic.planned": "形成方案",
    "topic.part_added": "增加措施",
    "topic.part_edited": "修改措施",
    "topic.part_removed": "删除措施",
    "topic.support_counted": "登记支持数",
    "topic.handed_over": "转入办理",
    "topic.outcome_told": "登记措施结果",
    "topic.result_written": "写结果",
    "topic.published": "码上公开",
    "topic.archived": "归档",
    "topic.rated": "评价结果",
    "topic.erased": "清除个人信息",
    "meeting.called": "召集议事会",
    "meeting.invited": "邀请参会",
    "meeting.signed_in": "签到",
    "opinion.received": "收到意见",
    "opinion.approved": "意见通过",
    "opinion.edited": "意见改后通过",
    "opinion.rejected": "意见不通过",
    "opinion.hidden": "意见下架",
    "opinion.erased": "清除个人信息",
    "contact.revealed": "查看联系方式",
    "contact.forgotten": "到期清除联系方式",
    "group.asked": "请求整理意见",
    "group.named": "给意见分组改名",
    "group.merged": "合并意见分组",
    "group.split": "拆分意见分组",
    "group.moved": "移动意见到别的组",
    "opinions.exported": "导出意见",
    "report.exported": "导出议题报告",
    "message.deliberated": "转议题",
    "promise.kept": "承诺兑现",
    "promise.moved": "承诺调整",
    "promise.broken": "承诺没有兑现",
}
_People = Callable[[Topic, date], list[int]]


def _host(topic: Topic, on: date) -> list[int]:
    return host_people(topic, on)


def _deputy(topic: Topic, on: date) -> list[int]:
    return deputy_people(topic, on)


def _both(topic: Topic, on: date) -> list[int]:
    return _host(topic, on) + _deputy(topic, on)


def _both_and_moderators(topic: Topic, on: date) -> list[int]:
    return _both(topic, on) + moderators(topic.region_code, on)


def _both_and_staff(topic: Topic, on: date) -> list[int]:
    return _both(topic, on) + staff_people(topic, on)


def _everybody_at_work(topic: Topic, on: date) -> list[int]:
    orders = Order.objects.of(topic).select_related("unit")
    return _both(topic, on) + unit_accounts([o.unit for o in orders], on)


_KINDS: dict[str, tuple[_People, str]] = {
    "applied": (_host, "有议题待审议：{title}"),
    "withdrawn": (_both, "议题撤回了：{title}"),
    "returned": (_deputy, "议题退回修改，请看原因：{title}"),
    "rejected": (_deputy, "议题未通过，请看原因：{title}"),
    "approved": (_deputy, "议题审议通过：{title}"),
    "opened": (_both_and_moderators, "议题开始征集，意见要先审后发：{title}"),
    "closed": (_both, "征集结束，请做议前调研、召集议事会：{title}"),
    "met": (_both, "议事会登记好了：{title}"),
    "planned": (_both_and_staff, "方案已定，请转入办理：{title}"),
    "handed_over": (_both, "方案转入办理了：{title}"),
    "published": (_everybody_at_work, "议题结果公开了：{title}"),
}
# What those who spoke, or proposed, read by text message or beside their receipt.
TO_SPEAKERS = {
    "approve": "您关心的议题通过审议，将开始征集",
    "reject": "您提出的议题没有通过审议，凭回执码可看原因",
    "withdraw": "您关心的议题撤回了",
    "adopt_plan": "您参与的议题形成了方案",
    "hand_over": "您参与的议题转给有关部门办理了",
    "publish": "您参与的议题有结果了，请来看看、评一评",
}
# What the writers of the messages it grew from read.
TO_WRITERS = {
    "apply": "您反映的事提为议题，正在审议",
    "approve": "您反映的事列为议题，将征集大家的意见",
    "reject": "您反映的事没有列为议题，会另外答复您",
    "withdraw": "您反映的事没有继续作为议题，会另外答复您",
    "open_collection": "您反映的事正在征集大家的意见",
    "close_collection": "您反映的事征集完意见，准备议事",
    "hold_meeting": "您反映的事开会议过了",
    "adopt_plan": "您反映的事有了方案",
    "hand_over": "您反映的事转给有关部门办理了",
    "publish": "您反映的事有结果了",
}


def register() -> None:
    """Register the message kinds of the table and those sent outside it."""
    for name, (people, words) in _KINDS.items():
        register_kind(f"topics.{name}", recipients=_at(people), text=_text(words))
    register_kind(
        "topics.deliberated", recipients=lambda change: [], resident=True,
        text=lambda change: "您的留言转为议题，进展会告诉您",
    )  # fmt: skip
    for name, label in {
        "topics.meeting_called": "议事会通知", "topics.told": "您参与的议题有新进展",
        "topics.writer_told": "您反映的事有新进展", "topics.order_moved": "议题办理有进展",
        "topics.promise_due": "承诺到期", "topics.to_moderate": "有意见待审核",
        "topics.message_back": "请答复来源留言",
    }.items():  # fmt: skip
        register_label(name, label)


def _at(people: _People) -> Callable[[Change], list[int]]:
    return lambda change: people(change.obj, local_date(change.now))


def _text(words: str) -> Callable[[Change], str]:
    return lambda change: words.format(title=change.obj.title)


def told(change: Change) -> None:
    """Listener of the engine: writers are told at once, those who spoke by due work."""
    topic, name = change.obj, change.transition.name
    if not isinstance(topic, Topic):
        return
    if name in TO_SPEAKERS:
        tell_speakers(
            topic, f"{TO_SPEAKERS[name]}：{topic.title}", key=f"{topic.code}:{change.entry_id}",
            now=change.now,
        )  # fmt: skip
    if name in TO_WRITERS:
        _tell_writers(topic, TO_WRITERS[name], change)


def _tell_writers(topic: Topic, words: str, change: Change) -> None:
    for message in Message.objects.filter(topic_links__topic=topic):
        notify(
            user_ids=[], kind="topics.writer_told", obj=message, text=f"{words}。",
            key=f"topics.writer:{change.entry_id}:{message.code}", now=change.now,
            to_resident=True,
        )  # fmt: skip


def order_moved(order: Order, change: Change) -> None:
    """Progress comes back: a new order takes the old one's place, deputy and host hear."""
    if heir := change.log.get("heir"):
        for part in order.topic_parts.all():
            part.orders.add(Order.objects.get(code=heir))
    topic = Topic.objects.filter(code=order.source_code).first()
    if topic is None or change.transition.name not in ("reply", "accept_reply"):
        return
    watch_promises(order)
    on = local_date(change.now)
    done = "答复了" if change.transition.name == "reply" else "的答复通过了"
    people = [u for u in _both(topic, on) if u != change.actor.actor_id]
    notify(
        user_ids=people, kind="topics.order_moved", obj=topic,
        text=f"{order.unit.name}{done}议题的交办单：{topic.title}",
        key=f"topics.order:{change.entry_id}", now=change.now,
    )  # fmt: skip


def ask_to_moderate(topic: Topic, pending: int, now: datetime) -> None:
    """Once a day and topic: opinions wait for review."""
    on = local_date(now)
    notify(
        user_ids=moderators(topic.region_code, on), kind="topics.to_moderate", obj=topic,
        text=f"有{pending}条意见待审核：{topic.title}",
        key=f"topics.to_moderate:{topic.code}:{on.isoformat()}", now=now,
    )  # fmt: skip
