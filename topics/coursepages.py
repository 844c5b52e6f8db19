"""The later stages of a topic's page: research, meetings, support, plan, result."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from core.dates import local_date
from core.personal import mask_personal
from core.wording import WEEKDAYS, day_words
from handling import states as order_states
from handling.models import Order, Promise
from topics import states
from topics.models import Meeting, Picture, PlanPart, Question, Result, Topic

Rows = Callable[[Topic, Iterable[Picture]], list[dict[str, Any]]]
_OUTCOMES, _UNITS = dict(states.PART_OUTCOMES), dict(states.SUPPORT_UNITS)
_KINDS = dict(states.ATTENDEES)
# What residents read of an order; a returned one is simply on its way to another unit.
_PROGRESS = {
    order_states.ASSIGNED: "已交办，等签收", order_states.SIGNED: "已签收",
    order_states.HANDLING: "正在办", order_states.RETURN_REQUESTED: "正在核定由谁办",
    order_states.REPLIED: "已答复，正在审", order_states.ACCEPTED: "已答复",
    order_states.OPINED: "已提会办意见", order_states.STOPPED: "已终止",
}  # fmt: skip


def notes(topic: Topic, rows: Rows) -> list[dict[str, Any]]:
    """议前调研: who, where, what, with public pictures."""
    pictures: dict[int | None, list[Picture]] = {}
    for picture in topic.pictures.filter(kind="research", public=True):
        pictures.setdefault(picture.note_id, []).append(picture)
    return [
        {"note": note, "photos": rows(topic, pictures.get(note.pk, []))}
        for note in topic.research_notes.all()
    ]


def meetings(topic: Topic, *, now: datetime) -> list[dict[str, Any]]:
    """Meetings held and to come; who came by kind, people named as they wished to be."""
    found = topic.meetings.prefetch_related("attendees__unit").order_by("starts_at", "id")
    return [_meeting(one, now) for one in found]


def _meeting(one: Meeting, now: datetime) -> dict[str, Any]:
    start = timezone.localtime(one.starts_at)
    here = [a for a in one.attendees.all() if one.held_at is None or a.signed_in_at]
    days = (start.date() - local_date(now)).days
    half = "上午" if start.hour < 12 else "下午"
    return {
        "meeting": one, "on": start.date(), "days": f"还有{days}天" if days > 0 else "",
        "time": f"{half}{(start.hour - 1) % 12 + 1}:{start:%M}",
        "exact": f"{start.month}月{start.day}日周{WEEKDAYS[start.weekday()]} {start:%H:%M}",
        "who": _present(here), "count": len(here), "held": one.held_at is not None,
    }  # fmt: skip


def _present(attendees: list[Any]) -> str:
    """「人大代表5人（宋玉梅、…）、群众9人、市住建局」; residents only by number."""
    parts = []
    for kind, label in _KINDS.items():
        these = [a for a in attendees if a.kind == kind]
        if not these:
            continue
        if kind == "unit":
            parts.append("、".join(dict.fromkeys(a.unit.name if a.unit else a.name for a in these)))
        elif kind == "resident":
            parts.append(f"{label}{len(these)}人")
        else:
            parts.append(f"{label}{len(these)}人（{'、'.join(a.name for a in these)}）")
    return "，".join(parts)


def supports(topic: Topic) -> list[dict[str, Any]]:
    """「81户支持，占91户的89%」 with how it was counted."""
    return [
        {
            "name": f"{one.matter}：{one.supporters:,}{_UNITS[one.unit]}",
            "numerator": one.supporters, "denominator": one.total,
            "numerator_name": f"支持的{_UNITS[one.unit]}数",
            "denominator_name": f"总{_UNITS[one.unit]}数", "unit": _UNITS[one.unit],
            "how": f"{one.how}（{one.on.year}年{one.on.month}月{one.on.day}日统计）",
        }
        for one in topic.supports.all()
    ]  # fmt: skip


def parts(topic: Topic, orders: list[Order], *, today: date) -> list[dict[str, Any]]:
    """Each part of the plan, who does it, how far they are, how it ended."""
    found = topic.parts.prefetch_related("lead_units", "co_units", "orders").order_by("number")
    return [_part(one, orders, today) for one in found]


def _part(part: PlanPart, orders: list[Order], today: date) -> dict[str, Any]:
    mine = {order.pk for order in part.orders.all()}
    live = [o for o in orders if o.pk in mine and o.state != order_states.REASSIGNED]
    units = [u.name for u in (*part.lead_units.all(), *part.co_units.all())]
    return {
        "part": part, "doers": "、".join(units) or part.without_unit,
        "progress": [
            {
                "unit": order.named, "words": _PROGRESS.get(order.state, ""),
                "due": f"{day_words(order.due_on, today=today)}前办完"
                if order.state in order_states.OPEN else "",
                "co": order.role == "co",
            }
            for order in live
        ],
        "outcome": _OUTCOMES.get(part.outcome, ""),
        "tone": "ok" if part.outcome == "done" else "",
    }  # fmt: skip


def result(
    topic: Topic, questions: list[Question], orders: list[Order], rows: Rows
) -> dict[str, Any] | None:
    """The result: text, before and after, each question answered, what was promised."""
    found = Result.objects.filter(topic=topic).first()
    if found is None:
        return None
    pictures = list(topic.pictures.filter(kind__in=("before", "after"), public=True))
    sides = {
        kind: _captioned(rows(topic, [p for p in pictures if p.kind == kind]), label)
        for kind, label in (("before", "办理前"), ("after", "办理后"))
    }
    promises = [p for order in orders for p in order.promises.all()]
    return {
        "text": found.text, "by": found.by_label, "photos": _paired(sides),
        "answers": [(q, q.answer) for q in questions if hasattr(q, "answer")],
        "promises": [_promise(p) for p in promises],
    }  # fmt: skip


def _captioned(rows: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    return [
        row | {"caption": row["caption"] or label, "alt": row["caption"] or label} for row in rows
    ]


def _paired(sides: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Before, after, before, after: so that they stand side by side."""
    before, after = sides["before"], sides["after"]
    pairs = [one for pair in zip(before, after, strict=False) for one in pair]
    shared = min(len(before), len(after))
    return [*pairs, *before[shared:], *after[shared:]]


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "text": promise.text, "due": promise.due_on, "state": promise.get_outcome_display(),
        "tone": "ok" if promise.outcome == "kept" else "", "note": mask_personal(promise.note),
    }  # fmt: skip
