"""Rates for machines: public down to the town, and below for whoever may see the place."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from congress.models import Region
from core.dates import local_date
from core.errors import Forbidden, InputInvalid, NotVisible
from core.http import client_network
from core.ratelimit import hit
from stats.access import PERMISSION
from stats.definitions import RATES, rates_of
from stats.figures import TOTAL, Figures, as_json
from stats.kinds import KINDS
from stats.labels import labels
from stats.rules import TOWN, Rate, Span
from stats.selectors import figures
from stats.serializers import RateDetailSerializer, RatePageSerializer

ASKED = [
    OpenApiParameter("as_of", date, description="截至日期，默认今天"),
    OpenApiParameter("since", date, description="只算这一天起收到的，默认从头算"),
    OpenApiParameter("scope", str, description="行政区划代码；比乡镇更细的需要登录"),
    OpenApiParameter("kind", str, enum=list(KINDS), description="哪一种事项"),
]


class RateViewSet(ViewSet):
    """各项率，分子分母都在。"""

    permission_classes = (AllowAny,)
    lookup_field = "code"
    lookup_value_regex = r"[a-z_.]+"

    @extend_schema(parameters=ASKED, responses=RatePageSerializer)
    def list(self, request: Request) -> Response:
        """Every declared rate of a place as of a day."""
        kind = request.query_params.get("kind", "")
        if kind and kind not in KINDS:
            raise InputInvalid("invalid", "没有这种事项。", {"kind": f"可选：{'、'.join(KINDS)}。"})
        found = _figures(request)
        wanted = rates_of(kind) if kind else list(RATES.values())
        results = [_one(found, rate) for rate in wanted]
        return Response({"count": len(results), "next": None, "previous": None, "results": results})

    @extend_schema(parameters=ASKED[:3], responses=RateDetailSerializer)
    def retrieve(self, request: Request, code: str) -> Response:
        """One rate, also by place, unit, category, source, session and group."""
        rate = RATES.get(code)
        if rate is None:
            raise NotVisible()
        found = _figures(request)
        groups = {name: _groups(found, rate, name) for name in found.body.get(rate.kind, {})
                  if name != TOTAL}  # fmt: skip
        return Response({**_one(found, rate), "by": groups})


def _figures(request: Request) -> Figures:
    now = timezone.now()
    scope = _scope(request)
    if not request.user.is_authenticated:
        hit("rates", client_network(request._request), limit=300, window=600, now=now)
    return figures(scope, _span(request, now), now=now)


def _scope(request: Request) -> str:
    """A known place; below the town only for whoever may see its figures."""
    scope = request.query_params.get("scope", "")
    user: Any = request.user
    if len(scope) > TOWN:
        if not user.is_authenticated or not user.has_perm(PERMISSION):
            raise Forbidden("no_right", "比乡镇更细的统计需要登录后查看。")
        if not any(scope.startswith(own) for own in user.region_prefixes(PERMISSION)):
            raise NotVisible()
    if scope and not (
        scope.isascii() and scope.isdigit()
        and Region.objects.filter(code__in=[scope, scope[:12]]).exists()
    ):  # fmt: skip
        raise NotVisible()
    return scope


def _span(request: Request, now: datetime) -> Span:
    on = _day(request, "as_of") or local_date(now)
    since = _day(request, "since")
    if since and since > on:
        raise InputInvalid("invalid", "起始日期在截至日期之后。", {"since": "应不晚于截至日期。"})
    return Span(min(on, local_date(now)), since)


def _day(request: Request, name: str) -> date | None:
    text = request.query_params.get(name, "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and not 2000 <= day.year <= 2200:
        raise InputInvalid("invalid", "日期读不出来。", {name: "应写成 2026-01-31 这样的日期。"})
    return day


def _one(found: Figures, rate: Rate) -> dict[str, Any]:
    span = found.span
    return {
        **as_json(found.reading(rate)), "as_of": span.on.isoformat(),
        "since": span.since.isoformat() if span.since else None, "scope": found.scope,
    }  # fmt: skip


def _groups(found: Figures, rate: Rate, dimension: str) -> list[dict[str, Any]]:
    keys = found.keys(rate.kind, dimension)
    names = labels(rate.kind, dimension, keys)
    readings = [(key, found.reading(rate, dimension, key)) for key in keys]
    return [
        {"key": key, "name": names[key], "numerator": one.numerator,
         "denominator": one.denominator,
         "percent": None if one.value is None else float(one.value)}
        for key, one in readings if one.denominator
    ]  # fmt: skip
