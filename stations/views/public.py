"""Public pages of stations: the list works without a map, nothing here sets a cookie."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from congress.selectors import region_names
from core.dates import local_date
from core.errors import NotVisible
from core.paging import keyset_page, pager_urls
from stations.models import STATION_KINDS, Station
from stations.selectors import (
    kinds_with_stations,
    navigation_links,
    public_stations,
    station_page,
    towns_with_stations,
)

PAGE_SIZE = 20
_KINDS = dict(STATION_KINDS)
SHORT_KINDS = [
    ("home", "之家"), ("station", "联络站"), ("point", "联络点"), ("room", "工作室"),
    ("online", "网上"), ("shop", "小铺"), ("parlour", "会客厅"),
]  # fmt: skip


@require_safe
def show_stations(request: HttpRequest) -> HttpResponse:
    """All open stations by name; by town, kind and word. Paging by key."""
    word = request.GET.get("q", "").strip()[:40]
    kind = request.GET.get("kind", "")
    kind = kind if kind in _KINDS else ""
    towns = towns_with_stations()
    town = request.GET.get("town", "")
    town = town if town in {code for _, rows in towns for code, _, _ in rows} else ""
    found = public_stations(word=word, kind=kind, town=town)
    page = keyset_page(
        found, order=("pinyin", "code"), cursor=request.GET.get("cursor"), size=PAGE_SIZE
    )
    places = region_names({station.region_code[:9] for station in page.rows})
    context = {
        "rows": [_row(station, places) for station in page.rows],
        "word": word, "kind": kind, "town": town, "towns": towns,
        "filters": _kinds(request, kind),
        "filtered": bool(word or kind or town),
        "map": _map(page.rows),
        **pager_urls(request, page),
    }  # fmt: skip
    return _public(render(request, "stations/list.html", context))


@require_safe
def show_station(request: HttpRequest, code: str) -> HttpResponse:
    """One station: where, when, who, what came of it (四公开). A closed one says so, 410."""
    station = Station.objects.filter(code=code).first()
    if station is None:
        raise NotVisible()
    if station.closed_on is not None:
        return render(request, "stations/closed.html", {"station": station}, status=410)
    today = local_date(timezone.now())
    names = region_names({station.region_code[:6], station.region_code[:9], station.region_code})
    context: dict[str, Any] = {
        "station": station,
        "page": station_page(station, today=today),
        "place": "".join(names[key] for key in sorted(names, key=len)),
        "ways": navigation_links(station),
        "map": _map([station]),
        "phone": station.phone or settings.SITE_PHONE,
    }
    return _public(render(request, "stations/detail.html", context))


def _kinds(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The kinds as links that keep the search; paging starts anew."""
    kept = request.GET.copy()
    for name in ("kind", "cursor"):
        kept.pop(name, None)
    rows, there = [], kinds_with_stations()
    for value, label in [("", "全部"), *SHORT_KINDS]:
        if value and value not in there:
            continue
        query = kept.copy()
        if value:
            query["kind"] = value
        url = f"?{query.urlencode()}" if query else "."
        rows.append({"label": label, "url": url, "current": value == current})
    return rows


def _row(station: Station, places: dict[str, str]) -> dict[str, Any]:
    town = places.get(station.region_code[:9], "")
    return {
        "title": station.name,
        "url": f"/stations/{station.code}/",
        "icon": "home" if station.kind == "home" else "station",
        "second": " · ".join(part for part in (town, station.address) if part),
        "tag": station.get_kind_display(),
        "fact": (station.reception_rule or station.opening_hours).split("，")[0],
    }


def _map(stations: Iterable[Station]) -> dict[str, str] | None:
    """What the map needs; None without tiles, and the page then loads none of it.

    Coordinates go out as they are stored: the tiles' datum (CGCS2000 of Tianditu) is WGS-84 to
    within centimetres. Tiles of another datum must not be configured.
    """
    points = [
        {
            "name": s.name, "url": f"/stations/{s.code}/",
            "latitude": float(s.latitude), "longitude": float(s.longitude),
        }
        for s in stations
        if s.latitude is not None and s.longitude is not None
    ]  # fmt: skip
    if not settings.MAP_TILE_URL or not points:
        return None
    tiles = settings.MAP_TILE_URL.replace("{key}", settings.MAP_TILE_KEY)
    return {"tiles": tiles, "points": json.dumps(points, ensure_ascii=False)}


def _public(response: HttpResponse) -> HttpResponse:
    response["X-Public-Page"] = "1"
    response["Cache-Control"] = f"public, max-age={settings.PAGE_CACHE_SECONDS}"
    patch_vary_headers(response, ["Cookie"])
    return response
