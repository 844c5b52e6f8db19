"""The topics' part of 码上公开, and the newest results for the pages of codes."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.dates import local_date
from core.paging import keyset_page, pager_urls
from topics.panels import topic_rows
from topics.selectors.public import Asked, latest_published, topics_for
from topics.views.listing import PAGE


def published_context(request: HttpRequest) -> dict[str, Any]:
    """Context of `/results/?tab=topics`."""
    region, words = request.GET.get("region", "")[:15], request.GET.get("words", "").strip()[:20]
    asked = Asked("published", region if region.isascii() and region.isdigit() else "", words)
    page = keyset_page(
        topics_for(asked), order=asked.order, cursor=request.GET.get("cursor"), size=PAGE
    )
    rows = topic_rows(page.rows, today=local_date(timezone.now()))
    return {"asked": asked, "rows": rows, **pager_urls(request, page)}


def latest(region_prefix: str, most: int) -> list[tuple[datetime, dict[str, Any]]]:
    """The newest published topics of a place as rows, with the moment each became public."""
    found = latest_published(region_prefix, most)
    rows = topic_rows(found, today=local_date(timezone.now()))
    return [(t.published_at, row) for t, row in zip(found, rows, strict=True) if t.published_at]
