"""Figures for the staff: every rate, units and places side by side, down to the very items."""

from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.desk import door
from core.dates import local_date
from core.errors import Forbidden, NotVisible
from core.paging import keyset_page, pager_urls
from stats.access import PERMISSION, places_of
from stats.counting import PLACE
from stats.definitions import rates_of
from stats.figures import Figures
from stats.items import LISTINGS, items, measure_of
from stats.kinds import KINDS
from stats.labels import labels, place_name
from stats.parts import comparison, items_url, span_words, trend_chart
from stats.rules import year_to
from stats.selectors import figures, trend
from stats.views.public import asked_span

PAGE = 30
DIMENSIONS = ("unit", PLACE, "category", "source", "session", "group")


def enter(request: HttpRequest) -> HttpResponse | None:
    """Sign in first, then the right: 403 without it."""
    away = door(request)
    if away is None and not request.user.has_perm(PERMISSION):
        raise Forbidden()
    return away


def place_asked(request: HttpRequest) -> str:
    """The place of the address inside the person's own; NotVisible outside of them."""
    own = places_of(request.user)
    asked = request.GET.get("place") or (own[0] if own else "none")
    digits = not asked or (asked.isascii() and asked.isdigit())
    if not digits or not any(asked.startswith(code) for code in own):
        raise NotVisible()
    return asked


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every rate of a place as of a day, and one comparison of one's choice."""
    away = enter(request)
    if away is not None:
        return away
    now = timezone.now()
    scope, on = place_asked(request), _day(request, now)
    found = figures(scope, year_to(on), now=now)
    kind = request.GET.get("kind", "message")
    if kind not in KINDS:
        raise NotVisible()
    context = admin.site.each_context(request) | {
        "title": "统计", "words": span_words(found), "figures": found, "on": on, "scope": scope,
        "groups": [_group(found, name) for name in KINDS], "kind": kind, "kinds": KINDS.values(),
        "tables": [t for d in DIMENSIONS if (t := comparison(found, kind, d))],
        "trend": trend_chart(trend(scope, local_date(now))), "below": _below(found, kind),
        "own": [(code, place_name(code)) for code in places_of(request.user)],
    }  # fmt: skip
    return render(request, "admin/stats/overview.html", context)


def _day(request: HttpRequest, now: datetime) -> date:
    return asked_span(request, local_date(now)).on


def _group(found: Figures, name: str) -> dict[str, Any]:
    rows = [
        {"rate": rate, "reading": found.reading(rate),
         "numerator_url": items_url("stats_admin:items", found, f"{name}.{rate.numerator}"),
         "denominator_url": items_url("stats_admin:items", found, f"{name}.{rate.denominator}")}
        for rate in rates_of(name)
    ]  # fmt: skip
    return {"kind": KINDS[name], "rows": rows}


def _below(found: Figures, kind: str) -> list[tuple[str, str]]:
    keys = [key for key in found.keys(kind, PLACE) if key and key != found.scope]
    names = labels(kind, PLACE, keys)
    return [(key, names[key]) for key in keys]


@require_safe
def item_list(request: HttpRequest) -> HttpResponse:
    """The items behind a number, as far as this person may see them."""
    away = enter(request)
    if away is not None:
        return away
    of = request.GET.get("of", "message.received")
    kind, measure = measure_of(of)
    now = timezone.now()
    scope, span = place_asked(request), asked_span(request, local_date(now))
    listing = LISTINGS[kind.name]
    rows = items(listing.visible(request.user), kind, measure, span, scope)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"), size=PAGE)
    total = figures(scope, span, now=now).counts(kind.name).get(of.partition(".")[2], 0)
    context = admin.site.each_context(request) | {
        "title": f"{kind.label}：{measure.label}", "kind": kind, "measure": measure, "span": span,
        "place": place_name(scope), "total": total, "page": page,
        "pager": pager_urls(request, page), "rows": [listing.row(one, False) for one in page.rows],
    }  # fmt: skip
    return render(request, "admin/stats/items.html", context)


overview.required_permission = PERMISSION  # type: ignore[attr-defined]
item_list.required_permission = PERMISSION  # type: ignore[attr-defined]
