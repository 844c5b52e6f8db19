"""群众出题: somebody scans a code and proposes what people here should discuss."""

import secrets

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from codes.registry import Target
from core.http import client_network, wants_json
from topics.resident_forms import ProposalForm
from topics.services import Proposed, count_opinion, propose_topic
from voices.receipts import display
from voices.selectors import open_code
from workflows.engine import refusal, refusal_status


# Anonymous by design: there is no session whose right a forged request could use.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and taking it in: 201 with the receipt, 400 with the form as typed."""
    code, target = open_code(token)
    if request.method != "POST":
        form = ProposalForm(initial={"idempotency_key": secrets.token_urlsafe(16)})
        return _show(request, token, target, form)
    now = timezone.now()
    count_opinion(address=client_network(request), now=now)
    data = request.POST.copy()
    if key := request.headers.get("Idempotency-Key"):
        data["idempotency_key"] = key[:80]
    form = ProposalForm(data)
    if not form.is_valid():
        if wants_json(request):
            raise refusal(form)
        return _show(request, token, target, form, refusal_status(form))
    said = form.cleaned_data
    done = propose_topic(
        form.draft(code.region_code), code=code, idempotency_key=said["idempotency_key"],
        now=now, name=said["name"], phone=said["phone"], consent=said["consent"],
    )  # fmt: skip
    return _sent(request, done)


def _show(
    request: HttpRequest, token: str, target: Target, form: ProposalForm, status: int = 200
) -> HttpResponse:
    context = {"token": token, "target": target, "form": form}
    return render(request, "topics/propose.html", context, status=status)


def _sent(request: HttpRequest, done: Proposed) -> HttpResponse:
    """201 with the receipt, shown this once."""
    receipt = display(done.receipt)
    if wants_json(request):
        body = {"receipt": receipt, "topic": done.topic.code}
        return JsonResponse(body, status=201, json_dumps_params={"ensure_ascii": False})
    context = {"receipt": receipt, "topic": done.topic}
    return render(request, "topics/proposed.html", context, status=201)
