"""Published suggestions for everybody: the list, one of them, and their part of 码上公开."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.paging import keyset_page, pager_urls
from handling.states import OUTCOMES
from proposals import states
from proposals.pages import proposal_page, rows_of
from proposals.public import (
    ORDER,
    Asked,
    choices,
    find_published,
    latest_published,
    outcome_sentence,
    published_for,
    totals,
)
from voices.views.results import public_page

PAGE = 20


@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """Newest first; by words, place, session, field, unit and outcome."""
    return public_page(render(request, "proposals/list.html", list_context(request)))


def results_context(request: HttpRequest) -> dict[str, Any]:
    """Context of `/results/?tab=proposals` (`voices.registry`)."""
    return list_context(request)


def list_context(request: HttpRequest) -> dict[str, Any]:
    known = choices()
    asked = _asked(request)
    page = keyset_page(
        published_for(asked).select_related("publication", "lead"), order=ORDER,
        cursor=request.GET.get("cursor"), size=PAGE,
    )  # fmt: skip
    found = totals(asked)
    return {
        "asked": asked, "filters": _filters(asked, known), "total": found["all"],
        "sentence": outcome_sentence(found) if found["all"] else "",
        "rows": rows_of(page.rows, today=local_date(timezone.now())), **pager_urls(request, page),
    }  # fmt: skip


def _asked(request: HttpRequest) -> Asked:
    """What the address asks for; anything unknown in it is left out."""
    known = choices()
    allowed = {
        "region": [code for code, _ in known.regions],
        "session": [code for code, _ in known.sessions],
        "category": [code for code, _ in states.CATEGORIES],
        "unit": [code for code, _ in known.units],
        "outcome": [code for code, _ in OUTCOMES],
    }
    given = {name: request.GET.get(name, "") for name in allowed}
    kept = {name: value for name, value in given.items() if value in allowed[name]}
    words = request.GET.get("words", "").replace("\0", "").strip()[:20]
    return Asked(words=words, **kept)


def _filters(asked: Asked, known: Any) -> list[dict[str, Any]]:
    """The drop-downs that leave a choice."""
    found = [
        ("region", "地方", "全部地方", known.regions),
        ("session", "届次", "全部届次", known.sessions),
        ("category", "分类", "全部分类", states.CATEGORIES),
        ("unit", "承办单位", "全部单位", known.units),
        ("outcome", "办理结果", "全部结果", OUTCOMES),
    ]
    return [
        {
            "name": name, "label": label, "all": everything,
            "options": [(key, words, key == getattr(asked, name)) for key, words in options],
        }
        for name, label, everything, options in found
        if len(options) > 1 or getattr(asked, name)
    ]  # fmt: skip


@require_safe
def proposal(request: HttpRequest, code: str) -> HttpResponse:
    """One suggestion: what was asked, what was answered, what was promised, how it went on."""
    context = proposal_page(find_published(code), now=timezone.now())
    return public_page(render(request, "proposals/proposal.html", context))


def latest(region_prefix: str, most: int) -> list[tuple[datetime, dict[str, Any]]]:
    """The newest ones of a place as rows, with when each became public (`voices.registry`)."""
    found = latest_published(region_prefix, most)
    rows = rows_of(found, today=local_date(timezone.now()))
    return [(p.published_at, row) for p, row in zip(found, rows, strict=True) if p.published_at]
