"""Making a topic: by a deputy, from residents' messages, by the party or the congress."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.services import record
from congress.models import Unit
from core.errors import Forbidden, InputInvalid
from deputies.models import Deputy
from stations.models import Station
from topics import states
from topics.models import Question, Topic
from topics.selectors.people import host_for
from topics.services.checks import locked, permit, require
from topics.services.numbers import next_topic_code
from topics.services.schedule import plan_opening
from voices.models import Message
from workflows.engine import apply, create

_FIELDS = ("title", "summary", "region_code", "host", "opens_on", "closes_on", "meets_on")


@dataclass(frozen=True)
class TopicDraft:
    """What is written into a topic before it is applied for. Questions are (text, hint)."""

    title: str
    summary: str
    questions: list[tuple[str, str]]
    region_code: str
    opens_on: date | None = None
    closes_on: date | None = None
    meets_on: date | None = None
    departments: list[Unit] = field(default_factory=list)
    host: Station | None = None


def check_draft(fields: TopicDraft) -> None:
    """Raises InputInvalid for what no topic may have."""
    faults = {}
    if not fields.title:
        faults["title"] = "请写标题。"
    if len(fields.questions) > states.MOST_QUESTIONS:
        faults["questions"] = f"最多{states.MOST_QUESTIONS}个问题。"
    if fields.opens_on and fields.closes_on and fields.closes_on < fields.opens_on:
        faults["closes_on"] = "截止日期不能早于开始日期。"
    if not fields.region_code:
        faults["region_code"] = "请选择在哪里征集。"
    if faults:
        raise InputInvalid("invalid", "有几处需要改一改。", faults)


def store(
    fields: TopicDraft, *, source: str, state: str, action: str, proposed_by: str, actor: Any,
    deputy: Deputy | None, host: Station | None, now: datetime, receipt_hash: bytes | None = None,
    **log: Any,
) -> Topic:  # fmt: skip
    """Insert a topic with its questions and departments. Inside the caller's transaction."""
    check_draft(fields)
    topic = Topic(
        code=next_topic_code(), state=state, region_code=fields.region_code, source=source,
        title=fields.title, summary=fields.summary, deputy=deputy, host=host,
        proposed_by=proposed_by, opens_on=fields.opens_on, closes_on=fields.closes_on,
        meets_on=fields.meets_on, receipt_hash=receipt_hash,
    )  # fmt: skip
    create(topic, actor=actor, action=action, now=now, source=source, **log)
    _set_questions(topic, fields.questions)
    topic.departments.set(fields.departments)
    return topic


def _set_questions(topic: Topic, questions: Sequence[tuple[str, str]]) -> None:
    topic.questions.all().delete()
    Question.objects.bulk_create(
        Question(topic=topic, number=n, text=text, hint=hint)
        for n, (text, hint) in enumerate(questions, 1)
    )


@transaction.atomic
def draft_topic(fields: TopicDraft, *, actor: Any, deputy: Deputy | None, now: datetime) -> Topic:
    """代表荐题: a draft of the deputy's, or of the host's for its place. Raises Forbidden."""
    host = fields.host or host_for(deputy.code if deputy else None, fields.region_code)
    _may_write(actor, deputy, host, fields.region_code)
    return store(
        fields, source="deputy", state=states.DRAFT, action="topics.topic.drafted",
        proposed_by=f"{deputy.name}代表" if deputy else actor.actor_label, actor=actor,
        deputy=deputy, host=host, now=now,
    )  # fmt: skip


def _may_write(actor: Any, deputy: Deputy | None, host: Station | None, region_code: str) -> None:
    """A deputy for themselves and in their county; a host for its own place."""
    about = [one for one in (deputy, host) if one is not None]
    if not any(actor.has_perm("topics.apply_topic", one) for one in about):
        raise Forbidden("no_right", "您不能在这里提出议题。")
    home = (deputy or about[0]).region_code
    if region_code[:6] != home[: len(region_code[:6])]:
        raise InputInvalid(
            "out_of_scope", "征集范围要在本县。", {"region_code": "请选择本县的地方。"}
        )


@transaction.atomic
def edit_topic(topic: Topic, fields: TopicDraft, *, actor: Any, now: datetime) -> Topic:
    """Rewrite a draft or a returned topic. Raises Forbidden, StateMoved, InputInvalid."""
    topic = locked(topic)
    permit(actor, "topics.apply_topic", topic, "您不能修改这个议题。")
    require(topic, "edit", now)
    check_draft(fields)
    _may_write(actor, topic.deputy, fields.host or topic.host, fields.region_code)
    for name in _FIELDS:
        setattr(topic, name, getattr(fields, name))
    topic.host = fields.host or host_for(topic.deputy_id, fields.region_code)
    topic.save(update_fields=list(_FIELDS))
    _set_questions(topic, fields.questions)
    topic.departments.set(fields.departments)
    record(actor=actor, action="topics.topic.edited", obj=topic, now=now)
    return topic


@transaction.atomic
def from_messages(
    messages: Sequence[Message], fields: TopicDraft, *, actor: Any, deputy: Deputy | None,
    now: datetime,
) -> Topic:  # fmt: skip
    """转议题: one topic from one or several messages; the links stay, the writers are told."""
    if not messages:
        raise InputInvalid("no_message", "请至少选择一条留言。", {"messages": "请选择留言。"})
    topic = draft_topic(fields, actor=actor, deputy=deputy, now=now)
    for message in messages:
        apply(message, "deliberate", actor=actor, now=now, data={"topic": topic.code})
    codes = [m.code for m in messages]
    record(actor=actor, action="topics.topic.linked", obj=topic, now=now, data={"messages": codes})
    return topic


_GIVERS = {"party": "党委", "congress": "人大"}


@transaction.atomic
def dispatch_topic(
    fields: TopicDraft, *, actor: Any, source: str, host: Station | None, deputy: Deputy | None,
    now: datetime,
) -> Topic:  # fmt: skip
    """党委点题、人大派题: given to a host; approved at once when the actor may review it."""
    if source not in _GIVERS:
        raise InputInvalid("source", "请选择党委点题或人大派题。", {"source": "请选择来源。"})
    host = host or host_for(deputy.code if deputy else None, fields.region_code)
    topic = store(
        fields, source=source, state=states.APPLIED, action="topics.topic.dispatched",
        proposed_by=_GIVERS[source], actor=actor, deputy=deputy, host=host, now=now,
        signed=_GIVERS[source],
    )  # fmt: skip
    permit(actor, "topics.dispatch_topic", topic, "您不能在这里派题。")
    if actor.has_perm("topics.review_topic", topic) and topic.opens_on and topic.closes_on:
        data = {"opens_on": topic.opens_on, "closes_on": topic.closes_on,
                "meets_on": topic.meets_on}  # fmt: skip
        topic = apply(topic, "approve", actor=actor, now=now, data=data)
    return topic


@transaction.atomic
def set_dates(
    topic: Topic, *, opens_on: date, closes_on: date, meets_on: date | None, actor: Any,
    now: datetime,
) -> Topic:  # fmt: skip
    """Move the planned dates of an approved topic; opening follows the new day."""
    topic = locked(topic)
    permit(actor, "topics.run_topic", topic, "您不能修改这个议题的日期。")
    require(topic, "dates", now)
    if closes_on < opens_on:
        raise InputInvalid(
            "invalid", "有几处需要改一改。", {"closes_on": "截止日期不能早于开始日期。"}
        )
    topic.opens_on, topic.closes_on, topic.meets_on = opens_on, closes_on, meets_on
    topic.save(update_fields=["opens_on", "closes_on", "meets_on"])
    plan_opening(topic)
    record(
        actor=actor, action="topics.topic.dates_moved", obj=topic, now=now,
        data={"opens_on": opens_on.isoformat(), "closes_on": closes_on.isoformat()},
    )  # fmt: skip
    return topic
