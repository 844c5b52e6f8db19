"""先审后发 for opinions, by the hundred: copies in one line, the alike together, batch and undo."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from accounts.desk import door
from core.errors import DomainError, Forbidden
from core.paging import keyset_page, pager_urls
from core.personal import find_personal_spans, mask_personal
from topics import states
from topics.forms import ApproveOpinionForm, EditOpinionForm, OpinionReasonForm
from topics.models import Opinion
from topics.pictures import picture_links
from topics.selectors.desk import opinions_to_review
from topics.selectors.moderation import (
    DECISIONS,
    copies_of,
    my_batches,
    opinions_in,
    reviewed_today,
    side_by_side,
    standing,
    topics_waiting,
    with_copies,
)
from topics.services import moderate
from workflows.engine import apply, available

PERMISSION = "topics.moderate_opinion"
SIZE = 50
TABS = [(key, label) for key, label in states.OPINION_STATES.items()]
# What takes a decision back; the reason is what the writer reads meanwhile.
UNDO = {"approve": "hide", "edit": "hide", "reject": "approve", "hide": "approve"}


def enter(request: HttpRequest) -> HttpResponse | None:
    """Sign in first, then the right: 403 without it."""
    away = door(request)
    if away is None and not request.user.has_perm(PERMISSION):
        raise Forbidden()
    return away


@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """A page of opinions to decide on; POST decides on the ticked ones, or on one."""
    away = enter(request)
    if away is not None:
        return away
    if request.method == "POST":
        return _decide(request)
    user = request.user
    state = request.GET.get("state", "")
    state = state if state in states.OPINION_STATES else states.OPINION_PENDING
    rows = opinions_in(user, state, request.GET.get("topic", "")[:20])
    order = ("topic_id", "question_id", "group_id", "id")
    if state != states.OPINION_PENDING:
        order = ("-id",)
    page = keyset_page(rows, order=order, cursor=request.GET.get("cursor"), size=SIZE)
    context = admin.site.each_context(request) | {
        "title": "议题意见审核", "page": page, "pager": pager_urls(request, page),
        "rows": _rows(page.rows, state), "state": state, "pending": state == "pending",
        "tabs": _tabs(request, state), "topics": _topics(request),
        "left": opinions_to_review(user).count(),
        "today": reviewed_today(user, timezone.now()),
        "batches": my_batches(user, timezone.now()), "here": request.get_full_path(),
    }  # fmt: skip
    return render(request, "admin/topics/moderation.html", context)


queue.required_permission = PERMISSION  # type: ignore[attr-defined]


def _rows(found: list[Opinion], state: str) -> list[dict[str, Any]]:
    pending = state == states.OPINION_PENDING
    ordered = side_by_side(found) if pending else found
    copies = copies_of(found) if pending and found else {}
    return [
        {
            "opinion": o, "marked": marked(o.text), "copies": copies.get(o.pk, 0),
            "public": o.public_text or mask_personal(o.text),
            "photos": picture_links(o.pictures.all()),
        }
        for o in ordered
    ]  # fmt: skip


def _tabs(request: HttpRequest, state: str) -> list[dict[str, Any]]:
    topic = request.GET.get("topic", "")[:20]
    return [
        {"label": label, "url": f"?{urlencode({'state': key, 'topic': topic})}",
         "current": key == state}
        for key, label in TABS
    ]  # fmt: skip


def _topics(request: HttpRequest) -> list[dict[str, Any]]:
    chosen = request.GET.get("topic", "")
    rows = [
        {"label": row["topic"].title, "count": row["count"],
         "url": f"?topic={row['topic'].code}", "current": row["topic"].code == chosen}
        for row in topics_waiting(request.user)
    ]  # fmt: skip
    return [{"label": "全部议题", "url": "?", "count": None, "current": not chosen}, *rows]


def _decide(request: HttpRequest) -> HttpResponse:
    """Approve, reject or hide the ticked ones; a button of one line decides on that one."""
    name, one = _pressed(request)
    codes = [one] if one else request.POST.getlist("opinion")[:500]
    found = list(Opinion.objects.visible_to(request.user).filter(code__in=codes).order_by("id"))
    back = _back(request)
    if name not in DECISIONS or not found:
        messages.error(request, "请先勾选要处理的意见。")
        return redirect(back)
    reason = request.POST.get("reason", "").strip()[:200]
    if name in ("reject", "hide") and not reason:
        messages.error(request, f"「{DECISIONS[name]}」要写原因，发言的人会看到。")
        return redirect(back)
    if request.POST.get("same"):
        found = with_copies(request.user, found)
    _carry_out(request, found, name, {"reason": reason} if reason else {})
    return redirect(back)


def _pressed(request: HttpRequest) -> tuple[str, str]:
    for name in DECISIONS:
        if code := request.POST.get(f"one_{name}"):
            return name, code
    return request.POST.get("decision", ""), ""


def _back(request: HttpRequest) -> str:
    """The same list, wherever in it: only our own address."""
    here = request.POST.get("here", "")
    root = reverse("topics_admin:opinions")
    return here if here.startswith(root) and "\\" not in here else root


def _carry_out(
    request: HttpRequest, found: Sequence[Opinion], name: str, data: dict[str, Any]
) -> None:
    done = moderate(found, name, actor=request.user, data=data, now=timezone.now())
    if done.done:
        messages.success(request, f"{DECISIONS[name]}了{len(done.done)}条。")
    for words in sorted(set(done.refused.values())):
        count = sum(1 for reason in done.refused.values() if reason == words)
        messages.error(request, f"{count}条没有办成：{words}")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take one of today's own decisions back, as far as nobody has touched it since."""
    away = enter(request)
    if away is not None:
        return away
    now, user = timezone.now(), request.user
    name, rows = standing(user, request.POST.get("batch", "")[:40], now)
    if not rows:
        messages.error(request, "这一批已经撤销过，或者后来又有人处理过，没有可以撤销的了。")
        return redirect(_back(request))
    back = UNDO[name]
    done = moderate(rows, back, actor=user, data={"reason": "审核更正"}, now=now)
    messages.success(request, f"已撤销：{len(done.done)}条现在是「{_now_state(back)}」。")
    return redirect(_back(request))


undo.required_permission = PERMISSION  # type: ignore[attr-defined]


def _now_state(name: str) -> str:
    return states.OPINION_STATES["approved" if name == "approve" else "hidden"]


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One opinion, original beside public text: approve as edited or reject, then the next."""
    away = enter(request)
    if away is not None:
        return away
    rows = Opinion.objects.select_related("topic", "question", "contribution")
    opinion = rows.get_visible_or_404(request.user, code=code)
    if request.method != "POST":
        return _show(request, opinion)
    name = request.POST.get("decision", "")
    try:
        apply(opinion, name, actor=request.user, now=timezone.now(), data=request.POST)  # type: ignore[arg-type]
    except DomainError as error:
        if error.status in (403, 404):
            raise
        opinion.refresh_from_db()
        return _show(request, opinion, error)
    messages.success(request, f"{opinion.code}：{DECISIONS.get(name, '已处理')}。")
    waiting = opinions_to_review(request.user).filter(topic=opinion.topic)
    following = waiting.order_by("id").first()
    if following is None:
        return redirect("topics_admin:opinions")
    return redirect("topics_admin:opinion", following.code)


one.required_permission = PERMISSION  # type: ignore[attr-defined]


def _show(request: HttpRequest, opinion: Opinion, error: DomainError | None = None) -> HttpResponse:
    data = request.POST if error else None
    deciding = request.POST.get("decision", "")
    edit = EditOpinionForm(data if deciding == "edit" else None, obj=opinion, actor=request.user)
    passed = ApproveOpinionForm(
        data if deciding == "approve" else None, obj=opinion, actor=request.user,
        auto_id="id_passed_%s",
    )  # fmt: skip
    refuse = OpinionReasonForm(
        data if deciding in ("reject", "hide") else None, obj=opinion, actor=request.user,
        auto_id="id_refuse_%s",
    )  # fmt: skip
    photos = picture_links(opinion.pictures.all())
    context = admin.site.each_context(request) | {
        "title": f"议题意见审核 · {opinion.code}", "opinion": opinion, "edit": edit,
        "refuse": refuse, "error": error, "marked": marked(opinion.text),
        "photos": photos, "choices": _choices(passed, photos),
        "edit_choices": _choices(edit, photos),
        "left": opinions_to_review(request.user).count(),
        "can": {a.name for a in available(opinion, request.user, now=timezone.now())},  # type: ignore[arg-type]
    }  # fmt: skip
    status = error.status if error else 200
    return render(request, "admin/topics/opinion.html", context, status=status)


def _choices(form: Any, photos: list[dict[str, Any]]) -> list[tuple[Any, dict[str, Any]]]:
    """Each photograph with its box: everybody may see it or not."""
    return list(zip(form["photos"], photos, strict=True)) if photos else []


def marked(text: str) -> list[dict[str, Any]]:
    """The text in pieces, those that look personal marked."""
    pieces, at = [], 0
    for span in find_personal_spans(text):
        pieces.append({"text": text[at : span.start], "personal": False})
        pieces.append({"text": text[span.start : span.end], "personal": True})
        at = span.end
    pieces.append({"text": text[at:], "personal": False})
    return [piece for piece in pieces if piece["text"]]
