"""The page behind a printed code. For readers it sets no cookie and holds nothing of theirs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from codes.models import Code
from codes.registry import Target, own_page, signed_in_response
from codes.rules.qr import qr_png, qr_svg
from codes.scans import counter
from codes.selectors import Landing, code_path, code_url, landing, resolve_for_page, way_on
from core.dates import local_date
from core.errors import NotVisible

KEPT_MODES = ("", "elder=1", "theme=dark", "theme=light", "elder=1&theme=dark")
LONG_NAME = 6  # characters that fit beside the face at 360 px


@require_safe
def show_landing(request: HttpRequest, token: str) -> HttpResponse:
    """Whom one is talking to and what to press; without a slash at the end too, since people
    type the address from the poster and nothing here redirects."""
    code = resolve_for_page(token)
    if code is None or code.state == "revoked":
        return _invalid(request)
    if code.state != "active":
        return _ended(request, code)
    found = landing(code, today=local_date(timezone.now()))
    if found.target is None or not found.serving:
        return _ended(request, code)
    if _is_signed_in(request):
        answer = None
        if request.GET.get("view") != "resident":
            answer = signed_in_response(request, code, found.target)
        return _private(answer or _page(request, code, found))
    if request.method == "GET":
        counter.add(code.token)
    return _public(_same_for_all(request, code, found))


def _same_for_all(request: HttpRequest, code: Code, found: Landing) -> HttpResponse:
    """The page of somebody who brings nothing but a display mode, made once for all of them."""
    mode = request.META.get("QUERY_STRING", "")
    kept = settings.PAGE_CACHE_SECONDS and mode in KEPT_MODES and own_page(code.kind) is None
    if request.COOKIES or not kept:
        return _page(request, code, found)
    if mode not in found.texts:
        found.texts[mode] = _page(request, code, found).content
    return HttpResponse(found.texts[mode])


def code_image(code: Code, form: str) -> HttpResponse:
    """A code as `svg` or `png`; NotVisible for another form."""
    if form == "svg":
        return HttpResponse(qr_svg(code_url(code)), content_type="image/svg+xml")
    if form == "png":
        return HttpResponse(qr_png(code_url(code)), content_type="image/png")
    raise NotVisible()


def _page(request: HttpRequest, code: Code, found: Landing) -> HttpResponse:
    target = found.target
    assert target is not None  # the caller has checked
    page = own_page(code.kind)
    if page is not None:
        return page(request, code, target)
    elder = request.GET.get("elder") == "1"
    panels = [panel for panel in found.panels if panel.elder or not elder]
    context = {
        "code": code,
        "target": target,
        "person": _person(target),
        "panels": panels,
        "promise": found.promise,
        "phone": target.phone or settings.SITE_PHONE,
        "message_url": f"{code_path(code)}message/",
        "reception_url": "#reception" if any(p.elder for p in found.panels) else target.url,
        "point_code": code.point_code,
        "icon_name": "grid" if code.kind == "grid" else "station",
    }
    return render(request, "codes/landing.html", context)


def _person(target: Target) -> dict[str, Any]:
    lines = [line for line in (target.subtitle, target.place) if line]
    long = len(target.title) > LONG_NAME
    return {"name": target.title, "photo": target.photo_url, "lines": lines, "long": long}


def _invalid(request: HttpRequest) -> HttpResponse:
    """One page for wrong, made-up, foreign and revoked codes: it tells nothing apart."""
    response = render(request, "codes/invalid.html", status=404)
    response["Cache-Control"] = "no-store"
    return response


def _ended(request: HttpRequest, code: Code) -> HttpResponse:
    """A printed sheet outlives its deputy: it says so and leads on (DOMAIN trap 15)."""
    successor, onward = way_on(code)
    context = {
        "code": code, "onward": onward,
        "onward_url": code_path(successor) if successor else (onward.url if onward else ""),
        "point_code": code.point_code,
    }  # fmt: skip
    response = render(request, "codes/ended.html", context, status=410)
    response["Cache-Control"] = "no-store"
    return response


def _is_signed_in(request: HttpRequest) -> bool:
    # Asked only with a session cookie, so that readers touch no session at all.
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


def _public(response: HttpResponse) -> HttpResponse:
    response["X-Public-Page"] = "1"
    response["Cache-Control"] = f"public, max-age={settings.PAGE_CACHE_SECONDS}"
    patch_vary_headers(response, ["Cookie"])
    return response


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
