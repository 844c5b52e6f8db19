"""Topics for everybody: what is being asked, discussed, done and published."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.paging import keyset_page, pager_urls
from topics.panels import topic_rows
from topics.selectors.public import TABS, Asked, topics_for, towns_with_topics
from voices.views.results import public_page

PAGE = 20


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Tabs by stage, by place and by words; the most urgent first while people can speak."""
    asked = _asked(request)
    page = keyset_page(
        topics_for(asked), order=asked.order, cursor=request.GET.get("cursor"), size=PAGE
    )
    towns = towns_with_topics()
    context = {
        "asked": asked, "tabs": _tabs(asked), "towns": towns,
        "rows": topic_rows(page.rows, today=local_date(timezone.now())),
        "tab_label": TABS[asked.tab][0], **pager_urls(request, page),
    }  # fmt: skip
    return public_page(render(request, "topics/list.html", context))


def _asked(request: HttpRequest) -> Asked:
    """What the address asks for; anything unknown in it is left out."""
    given = request.GET
    tab, region = given.get("tab", ""), given.get("region", "")[:15]
    return Asked(
        tab=tab if tab in TABS else "collecting",
        region=region if region.isascii() and region.isdigit() else "",
        words=given.get("words", "").strip()[:20],
    )


def _tabs(asked: Asked) -> list[dict[str, Any]]:
    kept = {k: v for k, v in (("region", asked.region), ("words", asked.words)) if v}
    base = reverse("topics:list")
    return [
        {
            "label": label, "current": tab == asked.tab,
            "url": f"{base}?{urlencode({'tab': tab, **kept})}",
        }
        for tab, (label, _) in TABS.items()
    ]  # fmt: skip
