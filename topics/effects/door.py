"""转议题: a message waits for its topic, and goes back when the topic has ended."""

from datetime import datetime

from core.dates import local_date
from notifications.services import notify
from topics.models import Topic, TopicMessage
from voices.effects import pause, resume
from voices.models import Message
from voices.selectors import responsible
from voices.states import DELIBERATING
from workflows.registry import Change


def deliberate(change: Change) -> None:
    """The message joins a topic; the link stays for ever, its own clock rests meanwhile."""
    topic = change.data["topic"]
    TopicMessage.objects.get_or_create(topic=topic, message=change.obj, defaults={"at": change.now})
    pause(change.obj, change.now)
    change.log |= {"topic": topic.code, "signed": _signed(change)}


def _signed(change: Change) -> str:
    """The deputy by name when it is the deputy who turns it into a topic."""
    codes, deputy = getattr(change.actor, "scope_codes", None), change.obj.deputy
    own = codes is not None and deputy is not None and deputy.code in codes("deputy")
    return f"{deputy.name}代表" if own else "联络站"


def let_go(topic: Topic, now: datetime) -> None:
    """The topic has ended: whoever handles its messages answers them, by a day of their own."""
    waiting = Message.objects.select_for_update().filter(
        topic_links__topic=topic, state=DELIBERATING
    )
    for message in waiting:
        resume(message, now)
        notify(
            user_ids=responsible(message, local_date(now)), kind="topics.message_back",
            obj=message, text=f"议题{topic.code}有了结果，请答复来源留言：{message.code}",
            key=f"topics.back:{topic.code}:{message.code}", now=now,
        )  # fmt: skip
