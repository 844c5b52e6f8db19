"""公开统计: sentences first, then each rate with its reckoning, charts with their tables."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from congress.models import Region
from core.dates import local_date
from core.errors import NotVisible
from core.http import client_network
from core.paging import keyset_page, pager_urls
from core.ratelimit import hit
from core.sheets import csv_chunks
from stats.counting import PLACE
from stats.figures import Figures
from stats.items import LISTINGS, items, measure_of
from stats.kinds import KINDS
from stats.labels import labels, place_name
from stats.opendata import HEADER, SCHEMA, document, table
from stats.parts import (
    card,
    comparison,
    definitions,
    items_url,
    month_chart,
    size_of,
    span_words,
    trend_chart,
)
from stats.rules import TOWN, Span, year_to
from stats.selectors import figures, trend
from voices.views.results import public_page

FIRST_YEAR = 2020
PAGE = 20
SHOWN = {
    "message": ("message.closed", "message.solved", "message.satisfied", "message.content"),
    "proposal": (
        "proposal.replied",
        "proposal.on_time",
        "proposal.closed",
        "proposal.solved",
        "proposal.fulfilled",
        "proposal.points",
        "proposal.rated",
        "proposal.satisfied",
        "proposal.content",
    ),
    "topic": ("topic.planned", "topic.published"),
    "order": ("order.on_time", "order.on_time_original"),
    "promise": ("promise.kept",),
}


@require_safe
def statistics(request: HttpRequest, code: str = "") -> HttpResponse:
    """The year so far, or a year gone by, in one place."""
    now = timezone.now()
    found = figures_for(request, code, now)
    messages = found.counts("message")
    context = {
        "place": place_name(code), "code": code, "words": span_words(found), "figures": found,
        "year": found.span.on.year, "years": _years(now), "messages": messages,
        "this_year": found.span.on.year == local_date(now).year,
        "late_url": items_url("stats:items", found, "message.overdue"),
        "sections": [_section(found, kind) for kind in ("proposal", "topic")],
        "message_cards": _cards(found, "message"), "order_cards": _cards(found, "order"),
        "promise_cards": _cards(found, "promise"), "months": month_chart(found, "message"),
        "trend": trend_chart(trend(code, found.span.on)),
        "places": comparison(found, "message", PLACE),
        "kinds": comparison(found, "message", "category"),
        "units": comparison(found, "order", "unit"), "below": _below(found, code),
    }  # fmt: skip
    return public_page(render(request, "stats/statistics.html", context))


def figures_for(request: HttpRequest, code: str, now: datetime) -> Figures:
    """The figures an address asks for. NotVisible for an unknown or too small place."""
    return figures(public_place(code), _span(request, local_date(now)), now=now)


def public_place(code: str) -> str:
    """A place down to the town: smaller ones hold so few items that people could be told."""
    if code and (len(code) > TOWN or not Region.objects.filter(code=code).exists()):
        raise NotVisible()
    return code


def _span(request: HttpRequest, today: date) -> Span:
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    if not FIRST_YEAR <= year <= today.year:
        raise NotVisible()
    return year_to(today if year == today.year else date(year, 12, 31))


def _years(now: datetime) -> list[int]:
    this = local_date(now).year
    return [this, this - 1, this - 2]


def _cards(found: Figures, kind: str) -> list[dict[str, Any]]:
    public = LISTINGS[kind].public is not None
    shown = []
    for one in found.readings(kind):
        if one.rate.code in SHOWN[kind]:
            url = items_url("stats:items", found, f"{kind}.{one.rate.numerator}") if public else ""
            shown.append(card(one, url=url, link="看公开的有哪些"))
    return shown


def _section(found: Figures, kind: str) -> dict[str, Any]:
    """A kind beside messages: its cards, how many by session; nothing while there is none."""
    return {
        "kind": KINDS[kind], "counts": found.counts(kind), "cards": _cards(found, kind),
        "size": found.counts(kind).get(size_of(kind), 0),
        "table": comparison(found, kind, "session" if kind == "proposal" else "source"),
    }  # fmt: skip


def _below(found: Figures, code: str) -> list[tuple[str, str]]:
    """The places inside that have a page of their own."""
    keys = [key for key in found.keys("message", PLACE) if key and len(key) <= TOWN and key != code]
    names = labels("message", PLACE, keys)
    return [(key, names[key]) for key in keys]


@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """怎么算的: every declared rate with formula, exclusions, version and source."""
    return public_page(render(request, "stats/definitions.html", {"groups": definitions()}))


@require_safe
def item_list(request: HttpRequest) -> HttpResponse:
    """The published items behind a number; how many more there are is said."""
    of = request.GET.get("of", "message.closed")
    kind, measure = measure_of(of)
    listing = LISTINGS[kind.name]
    if listing.public is None:
        raise NotVisible()
    now = timezone.now()
    hit("stats.items", client_network(request), limit=300, window=600, now=now)
    scope, span = public_place(request.GET.get("place", "")), asked_span(request, local_date(now))
    rows = items(listing.public(), kind, measure, span, scope)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"), size=PAGE)
    total = figures(scope, span, now=now).counts(kind.name)
    context = {
        "measure": measure, "kind": kind, "place": place_name(scope), "code": scope, "span": span,
        "total": total.get(of.partition(".")[2], 0), "page": page,
        "pager": pager_urls(request, page), "rows": [listing.row(one, True) for one in page.rows],
    }  # fmt: skip
    return render(request, "stats/items.html", context)


def asked_span(request: HttpRequest, today: date) -> Span:
    """`until` and `since` of the address; today and this year where it does not say."""
    try:
        until = date.fromisoformat(request.GET.get("until") or today.isoformat())
        since = request.GET.get("since")
        start = date.fromisoformat(since) if since else date(until.year, 1, 1)
    except ValueError as error:
        raise NotVisible() from error
    if not FIRST_YEAR <= until.year <= today.year:
        raise NotVisible()
    return Span(min(until, today), start)


@require_safe
def data_csv(request: HttpRequest) -> HttpResponse:
    """Open data: one line a rate, place, unit or category, with both sides of the fraction."""
    now = timezone.now()
    found = figures_for(request, request.GET.get("place", ""), now)
    response = HttpResponse(
        b"".join(csv_chunks(HEADER, table(found))), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="rates-{found.span.on}.csv"'
    return public_page(response)


@require_safe
def data_json(request: HttpRequest) -> HttpResponse:
    """The same as one JSON document."""
    now = timezone.now()
    found = figures_for(request, request.GET.get("place", ""), now)
    options = {"ensure_ascii": False}
    return public_page(JsonResponse(document(found), json_dumps_params=options))


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """What the fields of the open data mean."""
    return public_page(JsonResponse(SCHEMA, json_dumps_params={"ensure_ascii": False, "indent": 1}))
