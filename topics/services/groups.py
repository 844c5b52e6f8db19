"""A person names, merges and splits groups and moves opinions. What a person did stays (pinned)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import record
from core.errors import InputInvalid
from topics.models import Opinion, OpinionGroup, Topic
from topics.services.checks import locked, permit, require
from topics.services.group_counts import REST, recount_groups

RIGHT = "topics.group_topic"


@transaction.atomic
def rename_group(group: OpinionGroup, *, name: str, actor: Any, now: datetime) -> OpinionGroup:
    """Give a group a name of a person's own. Raises Forbidden, StateMoved, InputInvalid."""
    topic = _open(group.topic, actor, now)
    _pin(group, name)
    _record(topic, "named", actor, now, group=group.pk)
    return group


@transaction.atomic
def merge_groups(
    groups: Sequence[OpinionGroup], *, name: str, actor: Any, now: datetime
) -> OpinionGroup:
    """Put groups of one question together; the first stays, the others are empty afterwards.

    Empty groups keep their rows: their addresses stay. Raises Forbidden, StateMoved, InputInvalid.
    """
    if len({group.pk for group in groups}) < 2:
        raise InputInvalid("too_few", "请至少勾选两组再合并。")
    into, *others = groups
    topic = _open(into.topic, actor, now)
    if any((g.topic_id, g.question_id) != (into.topic_id, into.question_id) for g in others):
        raise InputInvalid("two_questions", "回答不同问题的组不能合并，请在同一个问题里选。")
    moved = Opinion.objects.filter(group__in=others).update(group=into)
    OpinionGroup.objects.filter(pk__in=[g.pk for g in others]).update(pinned=False, typical=[])
    into.typical = (into.typical + [code for g in others for code in g.typical])[:3]
    if into.suggested_name == REST:  # what a person names is a group like any other
        into.suggested_name = name[:60]
    _pin(into, name)
    recount_groups(topic, now=now)
    _record(topic, "merged", actor, now, group=into.pk, others=[g.pk for g in others], moved=moved)
    into.refresh_from_db()
    return into


@transaction.atomic
def split_group(
    group: OpinionGroup, opinions: Sequence[Opinion], *, name: str, actor: Any, now: datetime
) -> OpinionGroup:
    """Take these opinions, and every copy of them, out into a new group.

    Raises Forbidden, StateMoved, InputInvalid (nothing chosen, foreign ones, or all there are).
    """
    topic = _open(group.topic, actor, now)
    _check_members(group, opinions)
    prints = [opinion.fingerprint for opinion in opinions]
    if not group.members.exclude(fingerprint__in=prints).exists():
        raise InputInvalid("all_chosen", "选中的就是这一组的全部，改个名称就行，不用分。")
    new = OpinionGroup(
        topic=topic, question=group.question, typical=[opinion.code for opinion in opinions[:3]]
    )
    _pin(new, name)
    moved = group.members.filter(fingerprint__in=prints).update(group=new)
    gone = set(new.typical)
    group.typical = [code for code in group.typical if code not in gone]
    if group.suggested_name == REST:  # the rest stays the job's
        group.save(update_fields=["typical"])
    else:
        _pin(group, group.name)
    recount_groups(topic, now=now)
    _record(topic, "split", actor, now, group=new.pk, source=group.pk, moved=moved)
    new.refresh_from_db()
    return new


@transaction.atomic
def move_opinions(
    opinions: Sequence[Opinion], into: OpinionGroup, *, actor: Any, now: datetime
) -> int:
    """Put opinions, and every copy of them, into another group of their question; how many moved.

    Raises Forbidden, StateMoved, InputInvalid.
    """
    topic = _open(into.topic, actor, now)
    if not opinions:
        raise InputInvalid("nothing_chosen", "请先勾选意见。")
    if any((o.topic_id, o.question_id) != (into.topic_id, into.question_id) for o in opinions):
        raise InputInvalid("two_questions", "只能移到同一个问题下的组。")
    same = Opinion.objects.filter(
        topic=topic, question=into.question_id,
        fingerprint__in=[opinion.fingerprint for opinion in opinions],
    )  # fmt: skip
    moved = same.update(group=into)
    if into.suggested_name != REST:
        _pin(into, into.name)
    recount_groups(topic, now=now)
    _record(topic, "moved", actor, now, group=into.pk, moved=moved)
    return moved


def _open(topic: Topic, actor: Any, now: datetime) -> Topic:
    topic = locked(topic)
    permit(actor, RIGHT, topic, "您不能整理这个议题的意见。")
    require(topic, "group", now)
    return topic


def _pin(group: OpinionGroup, name: str) -> None:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise InputInvalid("name", "请写一个60字以内的名称。", {"name": "请写60字以内的名称。"})
    group.name, group.pinned = name, True
    group.save()


def _check_members(group: OpinionGroup, opinions: Sequence[Opinion]) -> None:
    if not opinions:
        raise InputInvalid("nothing_chosen", "请先勾选要分出去的意见。")
    if any(opinion.group_id != group.pk for opinion in opinions):
        raise InputInvalid("foreign_opinion", "有的意见不在这一组里，请刷新页面再选。")


def _record(topic: Topic, what: str, actor: Any, now: datetime, **data: Any) -> None:
    record(actor=actor, action=f"topics.group.{what}", obj=topic, now=now, data=data)
