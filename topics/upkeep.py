"""Due work of topics. Each runs in the transaction that marks its row done."""

from datetime import datetime
from typing import Any

from audit.actors import SYSTEM
from topics import states
from topics.models import Topic
from topics.notices import ask_to_moderate
from topics.services import counting
from topics.services.clustering import queue_grouping
from topics.services.group_counts import recount_groups
from workflows.engine import apply


def _meant(work: Any, day: str) -> Topic | None:
    """The topic, if this is still its day: a moved date is work of its own."""
    topic = Topic.objects.select_for_update(of=("self",)).filter(code=work.payload["code"]).first()
    on = getattr(topic, day, None)
    return topic if on is not None and on.isoformat() == work.payload["on"] else None


def open_due(work: Any, now: datetime) -> None:
    """开始征集 on its day, unless a person has opened it or moved the day."""
    topic = _meant(work, "opens_on")
    if topic is not None and topic.state == states.APPROVED:
        apply(topic, "open_collection", actor=SYSTEM, now=now)


def close_due(work: Any, now: datetime) -> None:
    """截止 after its last day. After days without the loop it is opened and closed in turn."""
    topic = _meant(work, "closes_on")
    if topic is not None and topic.state == states.APPROVED:
        topic = apply(topic, "open_collection", actor=SYSTEM, now=now)
    if topic is not None and topic.state == states.COLLECTING:
        apply(topic, "close_collection", actor=SYSTEM, now=now)


def recount_due(work: Any, now: datetime) -> None:
    """Counters, and a word to the moderators while opinions wait."""
    topic = Topic.objects.filter(code=work.payload["code"]).first()
    if topic is None:
        return
    counting.recount(topic, now=now)
    recount_groups(topic, now=now)
    queue_grouping(topic, now)
    if waiting := counting.pending(topic):
        ask_to_moderate(topic, waiting, now)
