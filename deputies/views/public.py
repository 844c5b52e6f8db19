"""Public pages of deputies: no account, no cookie, no script needed."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from congress.models import Region
from core.dates import local_date
from core.errors import NotVisible
from core.paging import Page, keyset_page, pager_urls
from deputies.models import Deputy, Group
from deputies.selectors import LEVELS, Hints, hints, place_words, seats_of
from deputies.selectors.public import (
    Search,
    deputy_page,
    onward_from,
    public_deputies,
    towns_to_choose,
)

PAGE_SIZE = 20
PHOTO_SECONDS = 7 * 24 * 3600
ORDER = ("pinyin", "pk")


@require_safe
def show_deputies(request: HttpRequest) -> HttpResponse:
    """Serving deputies by name; by word, level, place and group. Paging by key."""
    search = _search(request)
    cursor = request.GET.get("cursor")
    page = keyset_page(public_deputies(search), order=ORDER, cursor=cursor, size=PAGE_SIZE)
    meant = hints(search.word) if not cursor else Hints()
    by_hint = None
    if not page.rows and search.word and not cursor:
        page, by_hint = _by_hint(search, meant, page)
    context = {
        "rows": _rows(page.rows),
        "search": search, "by_hint": by_hint, "meant": _links(request, meant, by_hint),
        "filters": _level_filters(request, search),
        "towns": towns_to_choose(),
        **pager_urls(request, page),
    }  # fmt: skip
    return _public(render(request, "deputies/list.html", context))


@require_safe
def show_deputy(request: HttpRequest, code: str) -> HttpResponse:
    """One deputy; who serves no longer has a page that leads on, 410 (DOMAIN trap 15)."""
    deputy = Deputy.objects.filter(code=code).first()
    if deputy is None:
        raise NotVisible()
    if not deputy.serving:
        context = {"deputy": deputy, "onward": onward_from(deputy)}
        response = render(request, "deputies/ended.html", context, status=410)
        response["Cache-Control"] = "no-store"
        return response
    page = deputy_page(deputy, today=local_date(timezone.now()))
    lines = [seat.words for seat in page.seats] + [page.place_words]
    person = {
        "name": deputy.name,
        "photo": deputy.photo_url,
        "lines": [line for line in lines if line],
    }
    context = {"page": page, "deputy": deputy, "person": person, "duty_table": _duty_table(page)}
    return _public(render(request, "deputies/detail.html", context))


@require_safe
def show_photo(request: HttpRequest, code: str) -> HttpResponse:
    """The portrait of a serving deputy; its address changes with the file, so it may be kept."""
    deputy = Deputy.objects.public().filter(code=code).exclude(photo="").first()
    if deputy is None:
        raise NotVisible()
    try:
        file = deputy.photo.open("rb")
    except FileNotFoundError as error:
        raise NotVisible() from error
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = f"public, max-age={PHOTO_SECONDS}"
    return response


def _search(request: HttpRequest) -> Search:
    """What the address asks for; anything unknown in it is left out."""
    asked = request.GET
    level = asked.get("level", "")
    region, group = asked.get("region", ""), asked.get("group", "")
    return Search(
        word=asked.get("q", "").strip()[:40],
        level=int(level) if level in {str(known) for known in LEVELS} else None,
        region=Region.objects.filter(code=region).first() if region.isdigit() else None,
        group=Group.objects.filter(code=group, ended_on__isnull=True).first() if group else None,
    )


def _by_hint(
    search: Search, meant: Hints, page: Page[Deputy]
) -> tuple[Page[Deputy], Region | Group | None]:
    """Nobody has this name, but a place or a group has: show who belongs there."""
    if meant.places:
        found: Region | Group = meant.places[0]
        wanted = Search(level=search.level, region=meant.places[0], group=search.group)
    elif meant.groups:
        found = meant.groups[0]
        wanted = Search(level=search.level, region=search.region, group=meant.groups[0])
    else:
        return page, None
    page = keyset_page(public_deputies(wanted), order=ORDER, cursor=None, size=PAGE_SIZE)
    # Its next page belongs to the other question: the link above the list asks it.
    return Page(page.rows, None, None), found


def _rows(deputies: list[Deputy]) -> list[dict[str, Any]]:
    seats, places = seats_of(deputies), place_words(d.region_code for d in deputies)
    return [
        {
            "title": deputy.name,
            "url": reverse("deputies:detail", args=[deputy.code]),
            "thumb": deputy.photo_url,
            "alt": "",
            "face": deputy.name,
            "second": seats[deputy.pk][-1].words if seats[deputy.pk] else "",
            "fact": places[deputy.region_code],
        }
        for deputy in deputies
    ]


def _links(
    request: HttpRequest, meant: Hints, shown: Region | Group | None
) -> list[dict[str, str]]:
    """The places and groups a word may also mean, as links that ask for them instead."""

    def url(**changes: str) -> str:
        kept = {k: v for k, v in request.GET.items() if k in ("elder", "theme", "level")}
        return f"?{urlencode({**kept, **changes})}"

    places = [
        {"label": _long_name(r), "url": url(region=r.code)} for r in meant.places if r != shown
    ]
    return places + [
        {"label": g.name, "url": url(group=g.code)} for g in meant.groups if g != shown
    ]


def _long_name(region: Region) -> str:
    return place_words([region.code])[region.code] or region.name


def _level_filters(request: HttpRequest, search: Search) -> list[dict[str, Any]]:
    def url(level: str) -> str:
        query = request.GET.copy()
        query.pop("cursor", None)
        query.pop("level", None)
        if level:
            query["level"] = level
        return f"?{query.urlencode()}" if query else request.path

    found = [{"label": "全部", "url": url(""), "current": search.level is None}]
    return found + [
        {"label": label, "url": url(str(level)), "current": search.level == level}
        for level, label in LEVELS.items()
    ]


def _duty_table(page: Any) -> dict[str, Any] | None:
    if not page.duties:
        return None
    rows = [(line.label, line.this_year, line.this_term) for line in page.duties]
    return {"caption": "履职情况（次）", "head": ["做了什么", "今年", "本届"], "rows": rows}


def _public(response: HttpResponse) -> HttpResponse:
    response["X-Public-Page"] = "1"
    response["Cache-Control"] = f"public, max-age={settings.PAGE_CACHE_SECONDS}"
    patch_vary_headers(response, ["Cookie"])
    return response
