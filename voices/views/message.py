"""Leaving a message: one page, no account, no script needed, nothing typed is ever lost."""

import secrets

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from codes.models import Code
from codes.registry import Target
from congress.selectors import rulebook_for_region
from core.dates import local_date
from core.holes import filled
from core.http import client_network, wants_json
from voices.forms import MessageForm
from voices.receipts import display
from voices.selectors import open_code, open_door, similar_published
from voices.services import Submitted, Words, count_submission, submit
from workflows.engine import refusal, refusal_status


# Anonymous by design: there is no session whose right a forged request could use.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def message_form(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and taking it in: 201 with the receipt, 400/413/415 with the form as typed."""
    if request.method != "POST":
        code, target = open_code(token)
        form = MessageForm(
            initial={"place": target.place, "idempotency_key": secrets.token_urlsafe(16),
                     "kind": _kind(request)}
        )  # fmt: skip
        return _show(request, code, target, form)
    now = timezone.now()
    count_submission(address=client_network(request), now=now)
    door = open_door(token)
    code, target = door.code, door.target
    data = request.POST.copy()
    key = request.headers.get("Idempotency-Key")
    if key:
        data["idempotency_key"] = key
    if data.get("prefill") and not wants_json(request):
        return _prefilled(request, code, target, data.get("text", ""))
    form = MessageForm(data, request.FILES)
    if not form.is_valid():
        return _refuse(request, code, target, form)
    done = submit(
        Words.from_form(form.cleaned_data), code=code, route=door.route,
        idempotency_key=form.cleaned_data["idempotency_key"], now=now,
    )  # fmt: skip
    return receipt_response(request, done, target)


def _prefilled(request: HttpRequest, code: Code, target: Target, text: str) -> HttpResponse:
    """The form with words written elsewhere (a topic that has closed meanwhile): they come by
    POST, since an address would keep them."""
    initial = {"text": text[:2000], "place": target.place, "kind": "advice"}
    form = MessageForm(initial={**initial, "idempotency_key": secrets.token_urlsafe(16)})
    return _show(request, code, target, form)


def _kind(request: HttpRequest) -> str:
    wanted = request.GET.get("kind", "")
    return wanted if wanted == "meeting" else ""


def _show(
    request: HttpRequest, code: Code, target: Target, form: MessageForm, status: int = 200
) -> HttpResponse:
    rules = rulebook_for_region(code.region_code, local_date(timezone.now()))
    context = {
        "code": code, "target": target, "form": form, "point_code": code.point_code,
        "promise": rules.duration("message_accept_within"),
    }  # fmt: skip
    return render(request, "voices/message_form.html", context, status=status)


def _refuse(request: HttpRequest, code: Code, target: Target, form: MessageForm) -> HttpResponse:
    status = refusal_status(form)
    if wants_json(request):
        raise refusal(form)
    return _show(request, code, target, form, status)


def receipt_response(request: HttpRequest, done: Submitted, target: Target) -> HttpResponse:
    """201 with the receipt, shown this once."""
    receipt = display(done.receipt)
    if wants_json(request):
        return JsonResponse(
            {"receipt": receipt, "code": done.message.code, "due_on": done.message.due_on},
            status=201, json_dumps_params={"ensure_ascii": False},
        )  # fmt: skip
    message = done.message
    context = {
        "by_deputy": bool(message.deputy_id), "due_on": message.due_on, "basis": message.basis,
        "provisional": message.provisional,
    }  # fmt: skip
    holes = {"receipt": receipt, "title": target.title}
    return filled(request, "voices/message_sent.html", context, holes=holes, status=201)


@csrf_exempt
@never_cache
@require_POST
def similar(request: HttpRequest, token: str) -> HttpResponse:
    """Published matters nearby that say about the same; the text comes by POST, never in a URL."""
    code, _ = open_code(token)
    text = request.POST.get("text", "")[:500]
    found = similar_published(code.region_code, text)
    return render(request, "voices/similar.html", {"matters": found, "code": code})
