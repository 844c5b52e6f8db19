"""码上公开: the published messages, for everybody; and pictures for whoever may see them."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from congress.selectors import lineage
from core.dates import local_date
from core.errors import NotVisible
from core.http import client_network
from core.paging import keyset_page, pager_urls
from core.ratelimit import hit
from core.wording import day_words
from voices import states
from voices.models import Message, Photo
from voices.pages import PHOTO_SALT, promise_rows
from voices.receipts import display
from voices.registry import results_tab, results_tabs
from voices.selectors import order_steps, public_timeline
from voices.services import follow

PAGE = 20


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Published matters that were answered, newest first; by place, kind, outcome, words."""
    tab = results_tab(request.GET.get("tab", ""))
    tabs = results_tabs(request.path, tab.name if tab else "")
    if tab is not None:
        context = tab.context(request) | {"tabs": tabs}
        return public_page(render(request, tab.template, context))
    rows = Message.objects.published().filter(state__in=(states.ANSWERED, states.CLOSED))
    asked = {key: request.GET.get(key, "")[:20] for key in ("region", "kind", "outcome", "words")}
    if asked["region"].isdigit():
        rows = rows.filter(region_code__startswith=asked["region"])
    for key in ("kind", "outcome"):
        if asked[key]:
            rows = rows.filter(**{key: asked[key]})
    if asked["words"]:
        rows = rows.filter(public_title__contains=asked["words"])
    page = keyset_page(
        rows, order=("-published_at", "-id"), cursor=request.GET.get("cursor"), size=PAGE
    )
    context = {
        "page": page, "pager": pager_urls(request, page), "asked": asked,
        "kinds": states.KINDS, "outcomes": states.OUTCOMES, "tabs": tabs,
        "rows": [_row(message) for message in page.rows],
    }  # fmt: skip
    return public_page(render(request, "voices/results.html", context))


def _row(message: Message) -> dict[str, Any]:
    today = local_date(timezone.now())
    day = day_words(local_date(message.published_at), today=today) if message.published_at else ""
    return {
        "title": message.public_title, "code": message.code, "second": f"{day}公开",
        "tag": message.get_outcome_display(), "tone": "ok" if message.outcome == "solved" else "",
    }  # fmt: skip


@require_safe
def result(request: HttpRequest, code: str) -> HttpResponse:
    """One published matter: what was said, who did what, what came of it."""
    message = Message.objects.published().filter(code=code).first()
    if message is None:
        raise NotVisible()
    now = timezone.now()
    photos = list(message.photos.filter(public=True).select_related("answer"))
    context = {
        "message": message,
        "place": "".join(r.name for r in lineage(message.region_code)[2:]),
        "steps": [
            {"words": s.words.replace("您", "群众"), "when": s.when, "who": "", "state": "done"}
            for s in public_timeline(message, now=now)
        ],
        "photos": [
            {"url": f"/results/{code}/photo/{n}/", "thumb": f"/results/{code}/photo/{n}/?small=1",
             "alt": "办理后" if p.answer_id else "办理前",
             "caption": "办理后" if p.answer_id else "办理前"}
            for n, p in enumerate(photos, 1)
        ],
        "promises": promise_rows(message, local_date(now)),
        "units": sorted({order.named for order in order_steps(message)}),
        "open": message.state in states.OPEN,
    }  # fmt: skip
    return public_page(render(request, "voices/result.html", context))


@csrf_exempt
@require_POST
def follow_result(request: HttpRequest, code: str) -> HttpResponse:
    """关注它: a receipt of one's own for somebody else's published matter."""
    now = timezone.now()
    hit("follow", client_network(request), limit=300, window=600, now=now)
    message = Message.objects.published().filter(code=code).first()
    if message is None:
        raise NotVisible()
    receipt = display(follow(message, now=now))
    return render(
        request, "voices/follow_done.html", {"receipt": receipt, "message": message}, status=201
    )


@require_safe
def photo(request: HttpRequest, signed: str) -> HttpResponseBase:
    """A picture by a link that was given on a receipt or desk page within two hours."""
    try:
        pk, size = signing.loads(signed, salt=PHOTO_SALT, max_age=7200)
    except signing.BadSignature as error:
        raise NotVisible() from error
    return _send(Photo.objects.filter(pk=pk).first(), small=size == "thumb")


@require_safe
def public_photo(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """The n-th public picture of a published matter."""
    message = Message.objects.published().filter(code=code).first()
    photos = list(message.photos.filter(public=True)) if message else []
    found = photos[number - 1] if 0 < number <= len(photos) else None
    return _send(found, small="small" in request.GET)


def _send(found: Photo | None, *, small: bool) -> HttpResponseBase:
    if found is None:
        raise NotVisible()
    file = found.thumb if small else found.image
    try:
        response = FileResponse(file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise NotVisible() from error
    response["Cache-Control"] = "private, max-age=7200"
    return response


def public_page(response: HttpResponse) -> HttpResponse:
    """Mark a page as the same for everybody: it may be served from memory for some seconds."""
    response["X-Public-Page"] = "1"
    response["Cache-Control"] = f"public, max-age={settings.PAGE_CACHE_SECONDS}"
    patch_vary_headers(response, ["Cookie"])
    return response
