"""The steps of a topic everybody may read, in the table's public words."""

from datetime import date, datetime
from typing import Any

from audit.models import Entry
from congress.models import Unit
from congress.selectors import say_day
from topics.models import Topic, TopicMessage
from topics.rules import day_words
from voices.models import Message
from voices.registry import Step
from workflows.registry import workflow_of

_BORN = {
    "topics.topic.proposed": "有群众提出了这个议题",
    "topics.topic.dispatched": "{actor}提出了这个议题",
}


def public_timeline(topic: Topic, *, now: datetime) -> list[Step]:
    """What everybody may see of the way, oldest first."""
    words = _BORN | {t.log_action: t.public for t in workflow_of(topic).transitions if t.public}
    entries = [e for e in Entry.objects.of(topic) if e.action in words]
    codes = {code for entry in entries for code in entry.data.get("units", [])}
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return [_step(entry, words[entry.action], names, now) for entry in entries]


def _step(entry: Entry, words: str, names: dict[str, str], now: datetime) -> Step:
    data = entry.data
    text = words.format(
        actor=data.get("signed") or entry.actor_label,
        units="、".join(names.get(code, code) for code in data.get("units", [])) or "有关方面",
        opens_on=_day(data, "opens_on"), closes_on=_day(data, "closes_on"),
        people=data.get("people", 0), parts=data.get("parts", 0),
        opinions=data.get("opinions", 0),
    )  # fmt: skip
    when = say_day(entry.at, now).split(" ")[0]
    return Step(text, when, entry.actor_label, entry.at, entry.action, entry.round)


def _day(data: dict[str, Any], name: str) -> str:
    written = data.get(name)
    return day_words(date.fromisoformat(written)) if written else ""


def steps_of_message(message: Message, now: datetime) -> list[Step]:
    """The steps of the topics a message went into, for its writer's timeline."""
    links = TopicMessage.objects.filter(message=message).select_related("topic")
    return [
        Step(f"议题：{step.words}", step.when, step.who, step.at, step.action, step.round)
        for link in links
        for step in public_timeline(link.topic, now=now)
        if step.at >= link.at
    ]
