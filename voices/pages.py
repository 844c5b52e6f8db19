"""What the resident's pages show of a message, put together from its thread."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.urls import reverse

from congress.selectors import describe_due, rulebook_for_region, working_days_left
from core.dates import local_date
from core.personal import mask_personal
from core.wording import day_words
from handling import promises
from stations.models import Appointment
from voices import states
from voices.models import Message, Photo
from voices.registry import Step
from voices.selectors import promises_of, public_timeline

PHOTO_SALT = "voices.photo"
_NEXT = {
    states.RECEIVED: ("等{who}受理", "受理后您会看到谁在办"),
    states.ACCEPTED: ("等{who}答复，或报联络站", ""),
    states.UNDER_REVIEW: ("等联络站审核", "需要部门办的会转给部门"),
    states.HANDLING: ("等部门办理、联络站答复", ""),
    states.ANSWERED: ("等您评价", "到期不评价也会办结"),
}


def photo_links(photos: Iterable[Photo]) -> list[dict[str, Any]]:
    """Addresses of pictures, good for two hours; nothing in them tells whose they are."""
    return [
        {
            "url": _photo_url(photo, "image"), "thumb": _photo_url(photo, "thumb"),
            "alt": f"照片{n}", "caption": "",
        }
        for n, photo in enumerate(photos, 1)
    ]  # fmt: skip


def _photo_url(photo: Photo, size: str) -> str:
    signed = signing.dumps([photo.pk, size], salt=PHOTO_SALT)
    return reverse("voices:photo", args=[signed])


def receipt_page(message: Message, *, now: datetime) -> dict[str, Any]:
    """Context of the receipt page; `json` is the same for machines."""
    today = local_date(now)
    steps = _with_answers(message, public_timeline(message, now=now))
    badge, promised = _badge(message, today), promise_rows(message, today)
    return {
        "message": message,
        "who": f"{message.deputy.name}代表" if message.deputy else str(message.station or "联络站"),
        "state_label": message.get_state_display(),
        "photos": photo_links(message.photos.filter(answer=None)),
        "additions": message.additions.all(),
        "steps": [*steps, *_coming(message, badge)],
        "promises": promised,
        "badge": badge,
        "can_rate": message.state == states.ANSWERED,
        "rate_until": f"请在{day_words(message.due_on, today=today)}前选一个。"
        if message.due_on
        else "",
        "can_append": message.state in (*states.OPEN, states.ANSWERED),
        "can_withdraw": message.state in states.OPEN,
        "appointment": Appointment.objects.filter(message_code=message.code).first()
        if message.kind == "meeting"
        else None,
        "reveals": message.reveals.all(),
        "has_contact": hasattr(message, "contact"),
        "json": _json(message, steps, promised),
    }


def promise_rows(message: Message, today: date) -> list[dict[str, Any]]:
    """What the units promised and where each stands, for everybody's eyes."""
    return [
        {
            "text": mask_personal(one.text), "by": one.order.named, "due": one.due_on,
            "moved": one.original_due_on if one.original_due_on != one.due_on else None,
            "state": promises.state_words(one, today), "tone": promises.tone(one, today),
            "note": mask_personal(one.note),
        }
        for one in promises_of(message)
    ]  # fmt: skip


def followed_page(message: Message, *, now: datetime) -> dict[str, Any]:
    """What a follower sees: the published words and the way, nothing of the writer's."""
    steps = [_row(step, message) for step in public_timeline(message, now=now)]
    today = local_date(now)
    badge = _badge(message, today)
    shown = promise_rows(message, today) if message.publication == "published" else []
    return {
        "message": message, "steps": [*steps, *_coming(message, badge)], "badge": badge,
        "promises": shown,
    }  # fmt: skip


def _badge(message: Message, today: date) -> Any:
    if message.due_on is None or message.state not in (*states.OPEN, states.ANSWERED):
        return None
    return describe_due(today, message.due_on, basis=message.basis, provisional=message.provisional)


def desk_steps(message: Message, *, now: datetime) -> list[dict[str, Any]]:
    """The thread as those who work on it read it: who by name, what is due now, what comes."""
    rows = [
        _row(step, message) | {"words": _outside(step.words), "who": _outside(step.who)}
        for step in public_timeline(message, now=now)
    ]
    coming = _coming(message, _badge(message, local_date(now)))
    return [*rows, *({**row, "words": _outside(row["words"]), "when": ""} for row in coming)]


def _outside(words: str) -> str:
    """The resident's own words turned for those on the other side."""
    return words.replace("等您评价", "等群众评价").replace("您", "群众")


def _row(step: Step, message: Message) -> dict[str, Any]:
    row = {"words": step.words, "when": step.when, "who": "", "state": "done"}
    if step.action == "voices.message.accepted" and step.round == 1:
        row["basis"] = _accepted_within(message, local_date(step.at))
    return row


def _accepted_within(message: Message, on: date) -> str:
    """「第2个工作日受理，规定5个工作日内」 with the source of the rule."""
    start = local_date(message.created_at)
    rule = rulebook_for_region(message.region_code, start).duration("message_accept_within")
    used = working_days_left(start, on)
    words = f"第{used}个工作日受理" if used > 0 else "当天受理"
    return f"{words}，规定{rule}内。{rule.basis}"


def _with_answers(message: Message, steps: list[Step]) -> list[dict[str, Any]]:
    """The timeline with each answer, rating reason and diversion standing inside its step."""
    answers = iter(message.answers.prefetch_related("photos").order_by("id"))
    ratings = iter(message.ratings.order_by("id"))
    rows = []
    for step in steps:
        row = _row(step, message)
        if step.action in ("voices.message.answered", "voices.message.replied"):
            given = next(answers)
            row |= {"quote": given.text, "answer": True, "photos": photo_links(given.photos.all())}
        elif step.action == "voices.message.rated":
            row["quote"] = next(ratings).reason
        elif step.action == "voices.message.diverted":
            row |= {"quote": message.door_words, "answer": True}
        rows.append(row)
    return rows


def _coming(message: Message, badge: Any) -> list[dict[str, Any]]:
    words = _NEXT.get(message.state)
    if words is None:
        return []
    who = f"{message.deputy.name}代表" if message.deputy else "联络站"
    now = {"words": words[0].format(who=who), "state": "now", "when": words[1], "due": badge}
    return [now, {"words": "办结，审核后公开结果", "state": "next"}]


def _json(
    message: Message, steps: list[dict[str, Any]], promised: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "code": message.code, "state": message.state, "state_label": message.get_state_display(),
        "round": message.round, "text": message.text, "outcome": message.outcome,
        "due_on": message.due_on, "basis": message.basis,
        "timeline": [
            {"words": s["words"], "when": s["when"], "quote": s.get("quote", "")} for s in steps
        ],
        "answers": list(message.answers.values("round", "by", "text", "outcome")),
        "ratings": list(message.ratings.values("round", "score", "reason")),
        "reveals": list(message.reveals.values("label", "reason", "at")),
        "promises": promised,
        "can": [
            name
            for name, able in (
                ("rate", message.state == states.ANSWERED),
                ("append", message.state in (*states.OPEN, states.ANSWERED)),
                ("withdraw", message.state in states.OPEN),
            )
            if able
        ],
    }  # fmt: skip
