"""码上留言: taking in what people say, and agreeing with what somebody said. No account, no script."""

import secrets

from django.conf import settings
from django.core import signing
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from codes.models import Code
from codes.selectors import resolve
from congress.memory import Shelf
from core.dates import local_date
from core.errors import InputInvalid, NotVisible, StateMoved
from core.holes import filled
from core.http import client_network, wants_json
from topics import rules
from topics.models import Topic
from topics.pages import byline, days_left, leave_code, leave_url
from topics.resident_forms import OpinionForm
from topics.selectors.public import find_topic, published_opinions
from topics.services import Spoken, agree, count_opinion, speak
from voices.receipts import display
from workflows.engine import refusal, refusal_status

COOKIE, SALT = "device", "topics.device"
DEVICE_SECONDS = 180 * 24 * 3600
_KEPT = 1_000
_heard: Shelf[str, Topic] = Shelf(seconds=5, most=_KEPT)


def _topic(code: str) -> Topic:
    """The topic with its questions, remembered for seconds while it is open.

    Whether it is open at this very moment is asked by `services.speak` in its own statement.
    """
    found = _heard.get(code)
    if found is None or rules.why_not(found, "speak", local_date(timezone.now())):
        found = find_topic(code)
        prefetch_related_objects([found], "questions")
        _heard.put(code, found)
    return found


# Anonymous by design: there is no session whose right a forged request could use.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: HttpRequest, code: str) -> HttpResponse:
    """The form, and taking it in: 201 with the receipt, 400/413/415 with the form as typed,
    409 with the words kept when the topic takes none now."""
    topic, now = _topic(code), timezone.now()
    closed = rules.why_not(topic, "speak", local_date(now))
    if request.method != "POST":
        token = request.GET.get("token", "")[:40]
        initial = {"idempotency_key": secrets.token_urlsafe(16), "token": token}
        form = OpinionForm(topic=topic, initial=initial)
        return _closed(request, topic, form, closed) if closed else _show(request, topic, form)
    count_opinion(address=client_network(request), now=now)
    form, first = _form(request, topic)
    if closed and (first or not form.is_valid()):
        return _closed(request, topic, form, closed)
    if not form.is_valid():
        return _refuse(request, topic, form)
    if first:
        return _show(request, topic, form, look_again=True)
    return _take(request, topic, form)


def _form(request: HttpRequest, topic: Topic) -> tuple[OpinionForm, bool]:
    """The form as sent; True when it came without a key from the readable page.

    That page is the same for everybody, so a browser without a script cannot send a key from it:
    such a form is shown once more with one, and nothing is stored before.
    """
    data = request.POST.copy()
    key = request.headers.get("Idempotency-Key")
    if key:
        data["idempotency_key"] = key[:80]
    first = data.get("inline") == "1" and not data.get("idempotency_key")
    if first:
        data["idempotency_key"] = secrets.token_urlsafe(16)
    return OpinionForm(data, request.FILES, topic=topic), first


def _take(request: HttpRequest, topic: Topic, form: OpinionForm) -> HttpResponse:
    said, mark = form.cleaned_data, device_mark(request)
    try:
        done = speak(
            topic, form.answers(), idempotency_key=said["idempotency_key"], now=timezone.now(),
            photos=said["files"], name=said["name"], phone=said["phone"], consent=said["consent"],
            device_key=mark, code=_active(said["token"]),
        )  # fmt: skip
    except StateMoved as error:
        return _closed(request, topic, form, error.message)
    except InputInvalid as error:
        for name, words in (error.fields or {"": error.message}).items():
            form.add_error(name if name in form.fields else None, words)
        return _refuse(request, topic, form)
    return remember_device(_sent(request, done), topic, mark)


def _active(token: str) -> Code | None:
    code = resolve(token) if token else None
    return code if code is not None and code.state == "active" else None


def _sent(request: HttpRequest, done: Spoken) -> HttpResponse:
    """201 with the receipt, shown this once."""
    receipt, topic = display(done.receipt), done.contribution.topic
    if wants_json(request):
        codes = [one.code for one in done.opinions]
        body = {"receipt": receipt, "topic": topic.code, "opinions": codes}
        return JsonResponse(body, status=201, json_dumps_params={"ensure_ascii": False})
    numbers = (one.question.number for one in done.opinions if one.question)
    context = {
        "code": topic.code, "closes_on": topic.closes_on, "numbers": tuple(numbers),
        "count": len(done.opinions),
    }  # fmt: skip
    holes = {"receipt": receipt, "title": topic.title}
    return filled(request, "topics/opinion_sent.html", context, holes=holes, status=201)


def _show(
    request: HttpRequest, topic: Topic, form: OpinionForm, *, status: int = 200,
    look_again: bool = False,
) -> HttpResponse:  # fmt: skip
    context = {
        "topic": topic, "form": form, "byline": byline(topic), "look_again": look_again,
        "left": days_left(topic, local_date(timezone.now())),
        "photos_again": bool(request.FILES) and (look_again or status != 200),
    }  # fmt: skip
    return render(request, "topics/opinion_form.html", context, status=status)


def _refuse(request: HttpRequest, topic: Topic, form: OpinionForm) -> HttpResponse:
    if wants_json(request):
        raise refusal(form)
    return _show(request, topic, form, status=refusal_status(form))


def _closed(request: HttpRequest, topic: Topic, form: OpinionForm, why: str) -> HttpResponse:
    """Too early or too late: nothing is stored, nothing typed is lost, and where else to say it."""
    sent = request.method == "POST"
    if sent and wants_json(request):
        raise StateMoved("not_now", why)
    typed = form.typed if sent else []
    context = {
        "topic": topic, "why": why, "typed": typed, "byline": byline(topic),
        "leave": leave_url(topic), "to_whom": leave_code(topic),
        "whole": "\n\n".join(f"{asked}\n{text}" for asked, text in typed)[:2000],
    }  # fmt: skip
    return render(request, "topics/too_late.html", context, status=409 if sent else 200)


# --- 赞同 ---------------------------------------------------------------------------------------


@csrf_exempt
@never_cache
@require_POST
def agree_with(request: HttpRequest, code: str) -> HttpResponse:
    """赞同 a published opinion: once per device, and the page says that it is no better."""
    now = timezone.now()
    count_opinion(address=client_network(request), now=now)
    topic = find_topic(code)
    rows = published_opinions(topic).select_related("contribution", "topic")
    found = rows.filter(code=request.POST.get("opinion", "")[:20]).first()
    if found is None:
        raise NotVisible()
    mark = device_mark(request)
    new = agree(found, device_key=mark, now=now)
    if wants_json(request):
        response: HttpResponse = JsonResponse({"opinion": found.code, "new": new})
    else:
        context = {"topic": topic, "opinion": found, "new": new, "byline": byline(topic)}
        response = render(request, "topics/agreed.html", context)
    return remember_device(response, topic, mark)


def device_mark(request: HttpRequest) -> str:
    """The device's random mark, or a new one. It tells this device from others and no more."""
    try:
        return str(request.get_signed_cookie(COOKIE, salt=SALT, max_age=DEVICE_SECONDS))
    except (KeyError, signing.BadSignature):
        return secrets.token_urlsafe(18)


def remember_device(response: HttpResponse, topic: Topic, mark: str) -> HttpResponse:
    """The cookie is set by answers to a POST only, and comes back to this topic's forms only:
    whoever reads the page stays without one."""
    response.set_signed_cookie(
        COOKIE, mark, salt=SALT, max_age=DEVICE_SECONDS, path=f"/topics/{topic.code}/opinion/",
        httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response
