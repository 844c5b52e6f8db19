"""先审后发: original beside public text, masked spans marked; approve, edit or reject by keyboard."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import door
from core.errors import DomainError, Forbidden
from core.paging import keyset_page, pager_urls
from core.personal import find_personal_spans
from voices.forms import PublishForm, ReasonForm
from voices.models import Message
from voices.pages import photo_links
from voices.selectors import to_review
from workflows.engine import apply

PERMISSION = "voices.publish_message"


def _enter(request: HttpRequest) -> HttpResponse | None:
    """Sign in first, then the right: 403 without it."""
    away = door(request)
    if away is None and not request.user.has_perm(PERMISSION):
        raise Forbidden()
    return away


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits for a decision, oldest first."""
    away = _enter(request)
    if away is not None:
        return away
    rows = to_review(request.user)
    page = keyset_page(rows, order=("id",), cursor=request.GET.get("cursor"), size=30)
    context = admin.site.each_context(request) | {
        "title": "公开前审核", "page": page, "pager": pager_urls(request, page),
    }  # fmt: skip
    return render(request, "admin/voices/moderation.html", context)


queue.required_permission = PERMISSION  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One message: decide, and go on to the next."""
    away = _enter(request)
    if away is not None:
        return away
    message = Message.objects.get_visible_or_404(request.user, code=code)
    if request.method != "POST":
        return _show(request, message)
    name = "publish" if request.POST.get("decision") == "publish" else "hide"
    try:
        apply(message, name, actor=request.user, now=timezone.now(), data=request.POST)  # type: ignore[arg-type]
    except DomainError as error:
        if error.status in (403, 404):
            raise
        return _show(request, message, error)
    messages.success(request, f"{message.code}：{'已公开' if name == 'publish' else '不公开'}。")
    following = to_review(request.user).order_by("id").first()
    if following is None:
        return redirect("voices_admin:moderation")
    return redirect("voices_admin:moderate", following.code)


one.required_permission = PERMISSION  # type: ignore[attr-defined]


def _show(request: HttpRequest, message: Message, error: DomainError | None = None) -> HttpResponse:
    data = request.POST if error else None
    form = PublishForm(data, obj=message, actor=request.user)
    refuse = ReasonForm(data, obj=message, actor=request.user, auto_id="id_refuse_%s")
    if error and request.POST.get("decision") == "publish":
        refuse = ReasonForm(obj=message, actor=request.user, auto_id="id_refuse_%s")
    context = admin.site.each_context(request) | {
        "title": f"公开前审核 · {message.code}", "message": message, "form": form,
        "refuse": refuse, "error": error, "marked": marked(message.text),
        "pictures": list(
            zip(form["photos"], photo_links(message.photos.all()), strict=True)
        ),
        "answers": message.answers.all(), "left": to_review(request.user).count(),
    }  # fmt: skip
    status = error.status if error else 200
    return render(request, "admin/voices/moderate.html", context, status=status)


def marked(text: str) -> list[dict[str, Any]]:
    """The text in pieces, those that look personal marked."""
    pieces, at = [], 0
    for span in find_personal_spans(text):
        pieces.append({"text": text[at : span.start], "personal": False})
        pieces.append({"text": text[span.start : span.end], "personal": True})
        at = span.end
    pieces.append({"text": text[at:], "personal": False})
    return [piece for piece in pieces if piece["text"]]
