"""Pages of the API: by cursor at any depth, by number near the front."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from core.errors import InputInvalid
from core.paging import keyset_page

DEFAULT_SIZE = 20
MAX_SIZE = 100
# Counting and skipping cost time by the row, so both end somewhere; a cursor goes on.
COUNTED_TO = 2_000
SKIPPED_TO = 10_000


class HousePagination(BasePagination):
    """`?page=`, `?page_size=` (at most 100) and `?cursor=`.

    Answers `{"count", "next", "previous", "results"}`. Without a page number, `next` and
    `previous` go by cursor, equally quick at any depth. `count` is null beyond 2,000 rows and
    behind a cursor; page numbers end at row 10,000.
    """

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.url = request.build_absolute_uri()
        self.count: int | None = None
        size = min(_number(request, "page_size", DEFAULT_SIZE), MAX_SIZE)
        if "page" in request.query_params:
            return self._numbered(queryset, _number(request, "page", 1), size)
        cursor = request.query_params.get("cursor")
        page = keyset_page(queryset, order=_order(queryset), cursor=cursor, size=size)
        if not cursor:
            self.count = _count(queryset)
        self.next = self._link("cursor", page.next_cursor)
        self.previous = self._link("cursor", page.prev_cursor)
        return page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"count": self.count, "next": self.next, "previous": self.previous, "results": data}
        )

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "nullable": True},
                "next": link,
                "previous": link,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        def parameter(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
            return {
                "name": name, "in": "query", "required": False, "schema": schema,
                "description": words,
            }  # fmt: skip

        return [
            parameter("page", {"type": "integer", "minimum": 1}, "第几页，最多到第10000行"),
            parameter(
                "page_size", {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}, "每页行数"
            ),
            parameter("cursor", {"type": "string"}, "翻页位置，取自next或previous"),
        ]

    def _numbered(self, queryset: QuerySet[Any], number: int, size: int) -> list[Any]:
        start = (number - 1) * size
        if start >= SKIPPED_TO:
            message = f"页码只能翻到第{SKIPPED_TO}行，更靠后的请顺着next里的cursor往下取。"
            raise InputInvalid("page_too_deep", message, {"page": message})
        rows = list(_ordered(queryset)[start : start + size + 1])
        self.count = _count(queryset)
        self.next = self._link("page", str(number + 1) if len(rows) > size else None)
        self.previous = self._link("page", str(number - 1) if number > 1 else None)
        return rows[:size]

    def _link(self, name: str, value: str | None) -> str | None:
        if value is None:
            return None
        url = remove_query_param(self.url, "cursor")
        return str(replace_query_param(url, name, value))


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        message = "要填一个正整数。"
        raise InputInvalid("invalid", message, {name: message})
    return int(text)


def _order(queryset: QuerySet[Any]) -> tuple[str, ...]:
    order = queryset.query.order_by or queryset.model._meta.ordering or ("-pk",)
    return tuple(entry for entry in order if isinstance(entry, str))


def _ordered(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The same whole order as by cursor: equal values do not swap between two pages."""
    order = _order(queryset)
    return queryset.order_by(*order, "-pk" if order and order[-1].startswith("-") else "pk")


def _count(queryset: QuerySet[Any]) -> int | None:
    """Exact up to 2,000, then None: PostgreSQL stops counting there."""
    count = queryset.order_by()[: COUNTED_TO + 1].count()
    return count if count <= COUNTED_TO else None
