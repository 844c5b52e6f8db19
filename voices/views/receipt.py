"""What a receipt opens. The receipt comes by POST only and stands in no address."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, InputInvalid, StateMoved
from core.http import client_network, wants_json
from core.ratelimit import hit
from voices.models import Follow, Message
from voices.pages import followed_page, receipt_page
from voices.receipts import display, normalise, receipt_hash
from voices.registry import opened_by
from voices.services import by_receipt, resident_of
from workflows.engine import apply


def _open(request: HttpRequest) -> Message:
    """The message; a wrong guess is counted by address. Raises InputInvalid, TooMany."""
    try:
        return by_receipt(request.POST.get("receipt", ""))
    except InputInvalid:
        hit("receipt", client_network(request), limit=60, window=600, now=timezone.now())
        raise


def _elsewhere(request: HttpRequest, act: str = "") -> HttpResponse | None:
    """The answer of the app whose receipt this is, when it opens no message."""
    code = normalise(request.POST.get("receipt", ""))
    found = opened_by(receipt_hash(code)) if code else None
    if found is None:
        return None
    kind, opened = found
    if not act:
        return kind.page(request, opened)
    if act not in kind.acts:
        raise StateMoved("not_by_receipt", kind.refused)
    return kind.acts[act](request, opened)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    """The look-up form, and the whole thread behind a receipt."""
    if request.method != "POST":
        return render(request, "voices/receipt_form.html", {})
    typed = request.POST.get("receipt", "")
    followed = _followed(typed)
    if followed:
        return render(request, "voices/followed.html", followed_page(followed, now=timezone.now()))
    elsewhere = _elsewhere(request)
    if elsewhere is not None:
        return elsewhere
    try:
        message = _open(request)
    except InputInvalid as error:
        if wants_json(request):
            raise
        context = {"error": error.fields["receipt"], "message_text": error.message, "typed": typed}
        return render(request, "voices/receipt_form.html", context, status=400)
    return _show(request, message)


def _followed(typed: str) -> Message | None:
    code = normalise(typed)
    found = (
        Follow.objects.filter(receipt_hash=receipt_hash(code)).select_related("message").first()
        if code
        else None
    )
    return found.message if found else None


def _show(
    request: HttpRequest, message: Message, *, result: Any = None, status: int = 200,
    typed: dict[str, str] | None = None, errors: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    now = timezone.now()
    page = receipt_page(message, now=now)
    if wants_json(request):
        return JsonResponse(page["json"], status=status, json_dumps_params={"ensure_ascii": False})
    code = display(normalise(request.POST.get("receipt", "")) or "")
    context = page | {
        "receipt": code, "switch_fields": [("receipt", code)], "result": result,
        "typed": typed or {}, "errors": errors or {},
    }  # fmt: skip
    return render(request, "voices/receipt.html", context, status=status)


def _act(request: HttpRequest, name: str, thanks: str) -> HttpResponse:
    """One transition by receipt; what was typed stays on the page when it cannot be done."""
    elsewhere = _elsewhere(request, name)
    if elsewhere is not None:
        return elsewhere
    message = _open(request)
    try:
        message = apply(
            message, name, actor=resident_of(message), now=timezone.now(), data=request.POST,
            files=request.FILES,
        )  # fmt: skip
    except DomainError as error:
        if wants_json(request):
            raise
        message.refresh_from_db()
        said = {"title": error.message, "text": "", "tone": "late"}
        typed = {k: request.POST.get(k, "") for k in ("text", "reason", "score")}
        return _show(
            request, message, result=said, status=error.status, typed=typed, errors=error.fields
        )
    return _show(request, message, result={"title": thanks, "text": "", "tone": "ok"})


@csrf_exempt
@never_cache
@require_POST
def rate(request: HttpRequest) -> HttpResponse:
    """满意 / 基本满意 / 不满意."""
    words = "谢谢您的评价。"
    if request.POST.get("score") == "unsatisfied":
        words = "您的意见已经转达，会重新办理。"
    return _act(request, "rate", words)


@csrf_exempt
@never_cache
@require_POST
def append(request: HttpRequest) -> HttpResponse:
    """再补充几句."""
    return _act(request, "append", "补充的内容已经转给经办人。")


@csrf_exempt
@never_cache
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """撤回: asked once more before it is done."""
    elsewhere = _elsewhere(request, "withdraw")
    if elsewhere is not None:
        return elsewhere
    if request.POST.get("sure") != "yes" and not wants_json(request):
        message = _open(request)
        context = {"message": message, "receipt": request.POST.get("receipt", "")}
        return render(request, "voices/withdraw.html", context)
    return _act(request, "withdraw", "已经撤回，不再办理。")
