"""What a receipt of a topic opens: one's own words and what became of them, the topic's way."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from audit.actors import ResidentActor
from core.dates import local_date
from core.errors import DomainError
from core.http import wants_json
from core.text import clean_text
from notifications.models import Notification
from topics import rules, states
from topics.models import Contribution, Opinion, Picture
from topics.pages import byline, own_photos, ribbon_steps, steps
from topics.services import may_be_read, rate_topic
from voices.receipts import display, normalise
from voices.registry import ReceiptKind

_HOW = {
    states.OPINION_PENDING: ("正在审核", "", "审核后公开，不显示您是谁。"),
    states.OPINION_APPROVED: ("已公开", "ok", ""),
    states.OPINION_REJECTED: ("没有公开", "", "代表和联络站仍然看得到您的原话。"),
    states.OPINION_HIDDEN: ("不再公开", "", "代表和联络站仍然看得到您的原话。"),
}


def find(receipt_hash: bytes) -> Contribution | None:
    rows = Contribution.objects.select_related("topic__deputy", "topic__host")
    return rows.filter(receipt_hash=receipt_hash).first()


def page(request: HttpRequest, found: Contribution) -> HttpResponse:
    return _show(request, found)


def _show(
    request: HttpRequest, found: Contribution, *, result: Any = None, status: int = 200,
    reason: str = "", error: str = "",
) -> HttpResponse:  # fmt: skip
    now, topic = timezone.now(), found.topic
    own = _own(found)
    rating = getattr(found, "rating", None)
    can_rate = rules.may(topic, "rate") and rating is None
    way = steps(topic, now=now)
    if wants_json(request):
        return _json(found, own, way, rating, can_rate, status)
    receipt = display(normalise(request.POST.get("receipt", "")) or "")
    context = {
        "topic": topic, "byline": byline(topic), "own": own, "steps": way, "result": result,
        "proposal": _proposed(found), "readable": topic.state in states.PUBLIC,
        "ribbon": ribbon_steps(topic, today=local_date(now)), "rating": rating,
        "can_rate": can_rate, "reason": reason, "error": error, "receipt": receipt,
        "switch_fields": [("receipt", receipt)], "has_contact": hasattr(found, "contact"),
        "sealed": hasattr(found, "contact") and not may_be_read(found),
        "reveals": found.reveals.all(),
        "told": told(found), "proxy": found.proxy_name, "channel": found.get_channel_display(),
    }  # fmt: skip
    return render(request, "topics/receipt.html", context, status=status)


def told(found: Contribution) -> list[Notification]:
    """What who left a phone was told, to read again beside the receipt."""
    rows = Notification.objects.filter(
        object_type="topics.contribution", object_code=str(found.pk), to_resident=True
    )
    return list(rows.order_by("id"))


def _proposed(found: Contribution) -> bool:
    mine = found.topic.receipt_hash
    return mine is not None and bytes(mine) == bytes(found.receipt_hash)


def _own(found: Contribution) -> list[dict[str, Any]]:
    """Each answer: the original, what became of it in the review, and why."""
    rows = found.opinions.select_related("question").prefetch_related("pictures").order_by("id")
    return [_opinion(one) for one in rows]


def _opinion(one: Opinion) -> dict[str, Any]:
    words, tone, note = _HOW[one.state]
    changed = one.state == states.OPINION_APPROVED and one.public_text != one.text
    pictures: list[Picture] = list(one.pictures.all())
    return {
        "code": one.code, "question": one.question, "text": one.text, "state": one.state,
        "label": words, "tone": tone, "note": note, "reason": one.reason, "agreed": one.agreed,
        "public_text": one.public_text if changed else "", "photos": own_photos(pictures),
    }  # fmt: skip


def _json(
    found: Contribution, own: list[dict[str, Any]], way: list[dict[str, Any]], rating: Any,
    can_rate: bool, status: int,
) -> HttpResponse:  # fmt: skip
    topic = found.topic
    body = {
        "topic": topic.code, "title": topic.title, "state": topic.state,
        "state_label": topic.get_state_display(), "review_note": topic.review_note,
        "opinions": [
            {key: one[key] for key in ("code", "text", "state", "label", "reason", "agreed")}
            | {"question": one["question"].number if one["question"] else None}
            for one in own
        ],
        "timeline": [{"words": s["words"], "when": s["when"]} for s in way],
        "rating": {"score": rating.score, "reason": rating.reason} if rating else None,
        "reveals": list(found.reveals.values("label", "reason", "at")),
        "can": ["rate"] if can_rate else [],
    }  # fmt: skip
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def rate(request: HttpRequest, found: Contribution) -> HttpResponse:
    """满意 / 基本满意 / 不满意 with the result; what was typed stays when it cannot be taken."""
    typed = request.POST.get("reason", "")
    try:
        reason = clean_text(typed, max_length=1000, field="reason")
        rate_topic(
            found.topic, contribution=found, score=request.POST.get("score", ""), reason=reason,
            actor=ResidentActor("topics.topic", found.topic.code), now=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        if wants_json(request):
            raise
        said = {"title": error.message, "text": "", "tone": "late"}
        return _show(
            request, found, result=said, status=error.status, reason=typed,
            error=error.fields.get("reason", ""),
        )  # fmt: skip
    return _show(request, found, result={"title": "谢谢您的评价。", "text": "", "tone": "ok"})


KIND = ReceiptKind(
    find=find, page=page, acts={"rate": rate},
    refused="对议题的发言不能补充或撤回；征集还没结束的话，可以到议题的页面上再说一次。",
)  # fmt: skip
