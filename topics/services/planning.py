"""方案: its parts, before it is adopted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import record
from congress.models import Unit
from core.errors import InputInvalid
from topics.models import PlanPart, Topic
from topics.services.checks import locked, permit, require

MOST_PARTS = 30


def _begin(topic: Topic, actor: Any, now: datetime) -> Topic:
    topic = locked(topic)
    permit(actor, "topics.run_topic", topic, "您不能写这个议题的方案。")
    require(topic, "plan", now)
    return topic


def _check(text: str, leads: Sequence[Unit], co: Sequence[Unit], without_unit: str) -> None:
    faults = {}
    if not text:
        faults["text"] = "请写这项措施做什么。"
    if {u.pk for u in leads} & {u.pk for u in co}:
        faults["co_units"] = "主办单位不能同时会办。"
    elif co and len(leads) != 1:
        faults["lead_units"] = "有会办单位时，要有一个主办单位，只能有一个。"
    if leads and without_unit:
        faults["without_unit"] = "交给部门的，不用再写由谁来做。"
    if faults:
        raise InputInvalid("invalid", "有几处需要改一改。", faults)


@transaction.atomic
def add_part(
    topic: Topic, text: str, lead_units: Sequence[Unit], co_units: Sequence[Unit],
    without_unit: str, *, actor: Any, now: datetime,
) -> PlanPart:  # fmt: skip
    """One more part of the plan. Raises Forbidden, StateMoved, InputInvalid."""
    topic = _begin(topic, actor, now)
    _check(text, lead_units, co_units, without_unit)
    last = topic.parts.order_by("-number").values_list("number", flat=True).first() or 0
    if last >= MOST_PARTS:
        raise InputInvalid("too_many", f"一个方案最多{MOST_PARTS}项措施。")
    part = PlanPart.objects.create(
        topic=topic, number=last + 1, text=text, without_unit=without_unit
    )
    part.lead_units.set(lead_units)
    part.co_units.set(co_units)
    _log(topic, "part_added", part.number, actor, now)
    return part


@transaction.atomic
def edit_part(
    part: PlanPart, text: str, lead_units: Sequence[Unit], co_units: Sequence[Unit],
    without_unit: str, *, actor: Any, now: datetime,
) -> PlanPart:  # fmt: skip
    topic = _begin(part.topic, actor, now)
    _check(text, lead_units, co_units, without_unit)
    part.text, part.without_unit = text, without_unit
    part.save(update_fields=["text", "without_unit"])
    part.lead_units.set(lead_units)
    part.co_units.set(co_units)
    _log(topic, "part_edited", part.number, actor, now)
    return part


@transaction.atomic
def remove_part(part: PlanPart, *, actor: Any, now: datetime) -> None:
    """Take a part out; the others keep their order and close up."""
    topic = _begin(part.topic, actor, now)
    number = part.number
    part.delete()
    for later in topic.parts.filter(number__gt=number).order_by("number"):
        later.number -= 1
        later.save(update_fields=["number"])
    _log(topic, "part_removed", number, actor, now)


def _log(topic: Topic, what: str, number: int, actor: Any, now: datetime) -> None:
    record(actor=actor, action=f"topics.topic.{what}", obj=topic, now=now, data={"part": number})
